// By which field of which answer each kind of model server is known, in the order in which they are
// tried. Fields only: LM Studio answers 200 to anything, and five servers imitate Ollama. Must not open connections.

import type { UpstreamKind } from '../../shared/upstream-kinds.ts';
import { asObject, type JsonObject, objectsIn, parseObject } from '../lib/json-shape.ts';
import type { Answer } from './bounded-get.ts';

/** What a server answered, by path. */
export type Answers = ReadonlyMap<string, Answer>;

type Rule = { readonly kind: UpstreamKind; readonly matches: (answers: Answers) => boolean };

/** Harmless and silent on every server; they settle the most common one, whose log shows every unknown path. */
export const firstPaths = ['/lmstudio-greeting', '/v1/models'] as const;

export const otherPaths = [
  '/',
  '/api/v1/models',
  '/api/v0/models',
  '/get_model_info',
  '/model_info',
  '/v1/health',
  '/api/v1/health',
  '/api/extra/version',
  '/health',
  '/props',
  '/.well-known/localai.json',
  '/.well-known/serviceinfo',
  '/v1/internal/model/info',
  '/version',
  '/api/version',
  '/api/tags',
  '/openapi.json',
] as const;

// SGLang, Docker Model Runner, Lemonade, KoboldCpp, LocalAI and llama.cpp answer Ollama's paths too: Ollama comes late.
const rules: readonly Rule[] = [
  { kind: 'lmstudio', matches: isLmStudio },
  { kind: 'echo', matches: (answers) => ownedBy(answers, 'keyhatch') },
  { kind: 'modelrunner', matches: (answers) => says(answers, '/', 'Docker Model Runner is running') },
  { kind: 'modelrunner', matches: (answers) => ownedBy(answers, 'docker') },
  { kind: 'sglang', matches: (answers) => ownedBy(answers, 'sglang') },
  { kind: 'sglang', matches: (answers) => hasText(answers, '/get_model_info', 'model_path') },
  { kind: 'sglang', matches: (answers) => hasText(answers, '/model_info', 'model_path') },
  {
    kind: 'lemonade',
    matches: (answers) => ['/v1/health', '/api/v1/health'].some((path) => isLemonade(answers, path)),
  },
  { kind: 'koboldcpp', matches: (answers) => json(answers, '/api/extra/version').result === 'KoboldCpp' },
  { kind: 'omlx', matches: (answers) => asObject(json(answers, '/health').engine_pool) !== undefined },
  { kind: 'omlx', matches: (answers) => ownedBy(answers, 'omlx') },
  { kind: 'llamacpp', matches: isLlamaCpp },
  {
    kind: 'localai',
    matches: (answers) => asObject(json(answers, '/.well-known/localai.json').endpoints) !== undefined,
  },
  { kind: 'tabbyapi', matches: (answers) => softwareName(answers) === 'TabbyAPI' },
  { kind: 'textgen', matches: (answers) => Array.isArray(json(answers, '/v1/internal/model/info').lora_names) },
  { kind: 'gpt4all', matches: (answers) => ownedBy(answers, 'humanity') },
  { kind: 'vllm', matches: isVllm },
  { kind: 'jan', matches: (answers) => apiTitle(answers).startsWith('Jan API') },
  { kind: 'ollama', matches: isOllama },
  { kind: 'mlxlm', matches: isMlxLm },
];

/** The first kind whose mark these answers bear; `unknown` when none does. */
export function kindOf(answers: Answers): UpstreamKind {
  return rules.find(({ matches }) => matches(answers))?.kind ?? 'unknown';
}

function isLmStudio(answers: Answers): boolean {
  if (json(answers, '/lmstudio-greeting').lmstudio === true) return true;
  const native = objectsIn(json(answers, '/api/v1/models').models);
  if (native.some((model) => typeof model.key === 'string' && Array.isArray(model.loaded_instances))) return true;
  const old = objectsIn(json(answers, '/api/v0/models').data);
  return old.some((model) => typeof model.compatibility_type === 'string' && typeof model.state === 'string');
}

function isLemonade(answers: Answers, path: string): boolean {
  const health = json(answers, path);
  return 'model_loaded' in health && 'all_models_loaded' in health;
}

function isLlamaCpp(answers: Answers): boolean {
  const props = json(answers, '/props');
  const settings = asObject(props.default_generation_settings) !== undefined;
  if (settings && ('build_info' in props || 'total_slots' in props)) return true;
  return ownedBy(answers, 'llamacpp') || servers(answers).includes('llama.cpp');
}

function isVllm(answers: Answers): boolean {
  if (ownedBy(answers, 'vllm')) return true;
  // With --api-key the list is closed, but /version stays open and the refusal is its own.
  const list = answers.get('/v1/models');
  return (
    list?.status === 401 &&
    parseObject(list.text)?.error === 'Unauthorized' &&
    typeof json(answers, '/version').version === 'string'
  );
}

function isOllama(answers: Answers): boolean {
  if (says(answers, '/', 'Ollama is running')) return true;
  const tags = objectsIn(json(answers, '/api/tags').models);
  return typeof json(answers, '/api/version').version === 'string' && tags.some(({ digest }) => digest !== undefined);
}

// Weak, and therefore last: Python's own HTTP server, a health of one word and a list that names no owner.
function isMlxLm(answers: Answers): boolean {
  const models = objectsIn(json(answers, '/v1/models').data);
  return (
    json(answers, '/health').status === 'ok' &&
    models.length > 0 &&
    models.every((model) => !('owned_by' in model)) &&
    servers(answers).some((server) => /^BaseHTTP\/.*Python\//.test(server))
  );
}

function ownedBy(answers: Answers, owner: string): boolean {
  return objectsIn(json(answers, '/v1/models').data).some((model) => model.owned_by === owner);
}

function softwareName(answers: Answers): unknown {
  return asObject(json(answers, '/.well-known/serviceinfo').software)?.name;
}

function apiTitle(answers: Answers): string {
  const title = asObject(json(answers, '/openapi.json').info)?.title;
  return typeof title === 'string' ? title : '';
}

function hasText(answers: Answers, path: string, field: string): boolean {
  return typeof json(answers, path)[field] === 'string';
}

function says(answers: Answers, path: string, text: string): boolean {
  const answer = answers.get(path);
  return answer?.status === 200 && answer.text.trim() === text;
}

function json(answers: Answers, path: string): JsonObject {
  const answer = answers.get(path);
  return (answer?.status === 200 ? parseObject(answer.text) : undefined) ?? {};
}

function servers(answers: Answers): readonly string[] {
  return [...answers.values()].flatMap(({ headers }) => headers.server ?? []);
}
