// A request as a line for a POSIX shell that makes the same again. Never holds a key: the shell reads that from a variable.
// The body is the captured one where it was kept whole, and otherwise the smallest that such a request takes. Pure.

import { shellQuoted } from '../../../shared/snippets-template.ts';
import type { RequestView } from '../../../shared/usage-model.ts';

/** Where the person who runs it puts a key. */
export const keyVariable = 'KEYHATCH_KEY';

/** Linux takes no longer word than 128 KiB. */
const longestBody = 100_000;

export type CurlFacts = Pick<RequestView, 'route' | 'dialect' | 'model' | 'modelAsked' | 'streamed'>;

/** Null for rows that do not say what they asked for. @param baseUrl without a slash at its end */
export function curlText(facts: CurlFacts, baseUrl: string, capturedBody?: string | null): string | null {
  const [, method = '', template] = /^([A-Z]+) (\/.*)$/.exec(facts.route ?? '') ?? [];
  if (template === undefined) return null;
  const model = facts.modelAsked ?? facts.model ?? 'MODEL';
  const path = template.replace('{model}', encodeURIComponent(model)).replace('{response}', 'RESPONSE_ID');
  const parts = [
    ...(method === 'GET' || method === 'POST' ? [] : method === 'HEAD' ? ['--head'] : [`-X ${method}`]),
    `-H "Authorization: Bearer $${keyVariable}"`,
    ...(facts.dialect === 'anthropic' ? ["-H 'anthropic-version: 2023-06-01'"] : []),
    ...(method === 'POST' ? bodyParts(path, model, facts, capturedBody ?? null) : []),
  ];
  return [`curl ${shellQuoted(baseUrl + path)}`, ...parts].join(' \\\n  ');
}

function bodyParts(path: string, model: string, facts: CurlFacts, captured: string | null): string[] {
  const form = formOf(path, model);
  if (form) return form.map((field) => `-F ${shellQuoted(field)}`);
  // A shell takes no NUL in a word, and JSON needs none.
  const usable = captured !== null && captured.length <= longestBody && !captured.includes('\0') && isJson(captured);
  const body = usable ? captured : JSON.stringify(exampleBody(path, model, facts));
  return ["-H 'Content-Type: application/json'", `--data-raw ${shellQuoted(body)}`];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function formOf(path: string, model: string): string[] | undefined {
  if (/\/audio\/(?:transcriptions|translations)$/.test(path)) return ['file=@speech.wav', `model=${model}`];
  if (/\/images\/(?:edits|variations)$/.test(path)) return ['image=@image.png', `model=${model}`, 'prompt=Brighter'];
  return undefined;
}

const hello = [{ role: 'user', content: 'Hello' }];

function exampleBody(path: string, model: string, { dialect, streamed }: CurlFacts): object {
  // Ollama streams unless told otherwise, the others where they are told to.
  const stream = streamed === (dialect === 'ollama') ? {} : { stream: streamed };
  if (/\/chat\/completions$|^\/api\/chat$/.test(path)) return { model, messages: hello, ...stream };
  if (/\/messages\/count_tokens$/.test(path)) return { model, messages: hello };
  if (/\/messages$/.test(path)) return { model, max_tokens: 256, messages: hello, ...stream };
  if (/\/responses$|^\/api\/v1\/chat$/.test(path)) return { model, input: 'Hello', ...stream };
  if (/\/completions$|^\/api\/generate$/.test(path)) return { model, prompt: 'Hello', ...stream };
  if (/^\/api\/embeddings$|\/images\/generations$/.test(path)) return { model, prompt: 'Hello' };
  if (/\/rerank$/.test(path)) return { model, query: 'Hello', documents: ['Good day', 'Goodbye'] };
  if (/\/audio\/speech$/.test(path)) return { model, input: 'Hello', voice: 'alloy' };
  if (/\/(?:embeddings|embed|input_tokens)$/.test(path)) return { model, input: 'Hello' };
  return { model };
}
