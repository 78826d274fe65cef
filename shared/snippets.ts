// How to connect each client that is known: the list, and what fills it with an address, a key and a model. Pure data and
// pure functions; the pages that show it are renderer/features/connect, and a key given here is kept nowhere.

import { agents, shells } from './snippets-agents.ts';
import { chats } from './snippets-chats.ts';
import { editors } from './snippets-editors.ts';
import { sdks } from './snippets-sdks.ts';
import {
  type Client,
  type CodeLanguage,
  type Field,
  powershellQuoted,
  shellQuoted,
  type Values,
  type Where,
} from './snippets-template.ts';

/** Stands where the key goes while none is at hand; the gateway answers it with `key_malformed`. */
export const keyPlaceholder = 'kh_your_key';
export const modelPlaceholder = 'your-model';

/** Every client, in the order in which a page should show them. */
export const clients: readonly Client[] = [...editors, ...chats, ...agents, ...sdks, ...shells];

export function clientById(id: string): Client | undefined {
  return clients.find((client) => client.id === id);
}

export type SnippetInput = {
  /** As in `status.server.urls`, `http://127.0.0.1:1235`; a trailing slash or `/v1` does no harm. */
  readonly baseUrl: string;
  /** Only right after it was made. */
  readonly key?: string | undefined;
  readonly model?: string | undefined;
};

export type RenderedStep = { readonly title: string; readonly where: Where } & (
  | { readonly language: CodeLanguage; readonly code: string }
  | { readonly language: 'fields'; readonly fields: readonly Field[] }
);

/** The steps of one client, ready to copy. None for a client that cannot be connected yet: its notes say why. */
export function renderSnippet(client: Client, input: SnippetInput): readonly RenderedStep[] {
  const values = valuesOf(input);
  return client.steps.map(({ title, where, body }) =>
    body.language === 'fields'
      ? { title, where, language: body.language, fields: body.fields(values) }
      : { title, where, language: body.language, code: body.code(values) },
  );
}

/** What this client's address field takes, for "Copy endpoint for …". */
export function endpointFor(client: Client, baseUrl: string): string {
  const { root, v1 } = valuesOf({ baseUrl });
  if (client.address === 'root') return root;
  return client.address === 'v1' ? v1 : `${v1}/chat/completions`;
}

export type EnvLines = {
  readonly id: 'openai' | 'anthropic' | 'lmstudio' | 'ollama';
  readonly name: string;
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  /** For sh, bash and zsh. */
  readonly shell: string;
  readonly powershell: string;
};

/** The variables that programs of each family read, to be copied as lines. */
export function envLines(input: Pick<SnippetInput, 'baseUrl' | 'key'>): readonly EnvLines[] {
  const { root, v1, key } = valuesOf(input);
  return [
    linesOf('openai', 'OpenAI', { OPENAI_API_KEY: key, OPENAI_BASE_URL: v1 }),
    linesOf('anthropic', 'Anthropic', { ANTHROPIC_AUTH_TOKEN: key, ANTHROPIC_BASE_URL: root }),
    linesOf('lmstudio', 'LM Studio', { LM_STUDIO_API_KEY: key, LM_STUDIO_API_BASE: v1 }),
    linesOf('ollama', 'Ollama', { OLLAMA_API_KEY: key, OLLAMA_HOST: root }),
  ];
}

function linesOf(id: EnvLines['id'], name: string, values: Readonly<Record<string, string>>): EnvLines {
  const variables = Object.entries(values).map(([variable, value]) => ({ name: variable, value }));
  return {
    id,
    name,
    variables,
    shell: variables.map((variable) => `export ${variable.name}=${shellQuoted(variable.value)}`).join('\n'),
    powershell: variables.map((variable) => `$env:${variable.name} = ${powershellQuoted(variable.value)}`).join('\n'),
  };
}

function valuesOf({ baseUrl, key, model }: SnippetInput): Values {
  const root = withoutPath(visible(baseUrl).trim());
  return {
    root,
    v1: `${root}/v1`,
    containerV1: `${root.replace(loopback, '$1host.docker.internal')}/v1`,
    key: visible(key ?? '') || keyPlaceholder,
    model: visible(model ?? '') || modelPlaceholder,
  };
}

const loopback = /^(https?:\/\/)(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])(?=[:/]|$)/i;

function withoutPath(url: string): string {
  const bare = withoutSlashes(url);
  return bare.endsWith('/v1') ? withoutSlashes(bare.slice(0, -'/v1'.length)) : bare;
}

function withoutSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end--;
  return url.slice(0, end);
}

// A terminal acts on control characters even between quotes when they are pasted, and invisible ones mislead the reader.
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '');
}
