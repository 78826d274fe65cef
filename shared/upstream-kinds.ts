// What is known about each kind of model server: its name, usual ports, the dialects it speaks and how it takes its own
// credential. Data only; probing lives in electron/upstream.

/** An API family with its own paths, error shape and way of reporting usage. */
export const dialects = ['openai', 'anthropic', 'ollama', 'lmstudio'] as const;
export type Dialect = (typeof dialects)[number];

export const dialectNames: Readonly<Record<Dialect, string>> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  ollama: 'Ollama',
  lmstudio: 'LM Studio',
};

export type UpstreamKindRow = {
  readonly name: string;
  /** Ports where this server listens by default, most likely first. */
  readonly ports: readonly number[];
  readonly dialects: readonly Dialect[];
  /** Headers that carry the server's own credential. Some take only one; text-generation-webui differs by path. */
  readonly credential: 'bearer' | 'x-api-key' | 'both';
  /** How many requests it answers at once as it comes; left out where it lets the others wait by itself. */
  readonly parallel?: number;
};

const everyDialect = dialects;

/** Kinds in the order in which a listing should name them. `unknown` is taken to speak what it is asked. */
const upstreamKinds = {
  lmstudio: {
    name: 'LM Studio',
    ports: [1234],
    dialects: ['openai', 'anthropic', 'lmstudio'],
    credential: 'bearer',
    parallel: 4,
  },
  ollama: {
    name: 'Ollama',
    ports: [11434],
    dialects: ['openai', 'anthropic', 'ollama'],
    credential: 'bearer',
    parallel: 1,
  },
  llamacpp: {
    name: 'llama.cpp',
    ports: [8080, 9931],
    dialects: ['openai', 'anthropic'],
    credential: 'bearer',
    parallel: 1,
  },
  vllm: { name: 'vLLM', ports: [8000], dialects: ['openai', 'anthropic'], credential: 'bearer' },
  omlx: { name: 'oMLX', ports: [8000], dialects: ['openai', 'anthropic'], credential: 'bearer' },
  mlxlm: { name: 'mlx-lm', ports: [8080], dialects: ['openai'], credential: 'bearer' },
  jan: { name: 'Jan', ports: [1337], dialects: ['openai', 'anthropic'], credential: 'bearer' },
  localai: { name: 'LocalAI', ports: [8080], dialects: ['openai', 'anthropic'], credential: 'bearer' },
  koboldcpp: { name: 'KoboldCpp', ports: [5001], dialects: ['openai', 'ollama'], credential: 'bearer' },
  textgen: { name: 'text-generation-webui', ports: [5000], dialects: ['openai', 'anthropic'], credential: 'both' },
  tabbyapi: { name: 'TabbyAPI', ports: [5000], dialects: ['openai'], credential: 'bearer' },
  gpt4all: { name: 'GPT4All', ports: [4891], dialects: ['openai'], credential: 'bearer' },
  sglang: { name: 'SGLang', ports: [30000], dialects: ['openai', 'anthropic', 'ollama'], credential: 'bearer' },
  modelrunner: {
    name: 'Docker Model Runner',
    ports: [12434],
    dialects: ['openai', 'anthropic', 'ollama'],
    credential: 'bearer',
  },
  lemonade: {
    name: 'Lemonade',
    ports: [13305, 8000],
    dialects: ['openai', 'anthropic', 'ollama'],
    credential: 'bearer',
  },
  echo: { name: 'built-in echo model', ports: [], dialects: ['openai', 'anthropic', 'ollama'], credential: 'bearer' },
  unknown: { name: 'unrecognised server', ports: [], dialects: everyDialect, credential: 'both' },
} as const satisfies Record<string, UpstreamKindRow>;

export type UpstreamKind = keyof typeof upstreamKinds;

export const upstreamKindNames = Object.keys(upstreamKinds) as readonly UpstreamKind[];

export function upstreamKindRow(kind: UpstreamKind): UpstreamKindRow {
  return upstreamKinds[kind];
}
