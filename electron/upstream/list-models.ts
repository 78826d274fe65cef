// Asks a model server which models it has, in the way its kind offers, and judges from that whether it is up. Must not
// remember anything: health-watch.ts does.

import { KeyhatchError } from '../../shared/errors.ts';
import type { UpstreamHealth } from '../../shared/model.ts';
import type { UpstreamKind } from '../../shared/upstream-kinds.ts';
import { credentialHeaders } from '../lib/credential-headers.ts';
import { objectsIn, parseObject } from '../lib/json-shape.ts';
import { type Answer, boundedGet, type NoAnswer } from './bounded-get.ts';
import { addressText, upstreamEndpoint } from './upstream-address.ts';

const maxBodyBytes = 4 * 1024 * 1024;
const maxModels = 2000;
const maxIdLength = 512;

export type ListedUpstream = {
  readonly url: URL;
  readonly kind: UpstreamKind;
  /** The upstream's own credential, sent to this URL and nowhere else. */
  readonly credential?: string | undefined;
};

/** What listing told: an upstream can be up without giving a list. */
export type ModelsAnswer = {
  /** `unknown`: it took the connection and then kept silent, as a busy server does. */
  readonly health: UpstreamHealth;
  /** What is wrong, for people; null when nothing is. */
  readonly reason: string | null;
  /** It refused to list without a credential, or with the one it was given. */
  readonly needsCredential: boolean;
  readonly latencyMs: number | null;
  readonly models: readonly string[] | undefined;
};

type ListForm = { readonly path: string; readonly list: 'data' | 'models'; readonly id: 'id' | 'name' };

const openaiForm: ListForm = { path: '/v1/models', list: 'data', id: 'id' };
const ollamaForm: ListForm = { path: '/api/tags', list: 'models', id: 'name' };

// Most telling first; the next one is asked when the answer is not a list.
function formsOf(kind: UpstreamKind): readonly ListForm[] {
  switch (kind) {
    case 'ollama':
      return [ollamaForm];
    case 'lmstudio':
      // Its own list also names models that are not loaded yet and would be loaded on demand.
      return [{ ...openaiForm, path: '/api/v0/models' }, openaiForm];
    case 'modelrunner':
      return [openaiForm, { ...openaiForm, path: '/engines/v1/models' }];
    case 'unknown':
      return [openaiForm, ollamaForm];
    default:
      return [openaiForm];
  }
}

/**
 * The models that an upstream lists, at most 2,000, as it names them.
 * @throws KeyhatchError `upstream_unreachable` with the reason when it gives no list
 */
export async function listModels(
  upstream: ListedUpstream,
  options: { readonly timeoutMs: number },
): Promise<readonly string[]> {
  const answer = await askModels(upstream, options);
  if (answer.models !== undefined) return answer.models;
  throw new KeyhatchError('upstream_unreachable', {
    details: { upstream: addressText(upstream.url), reason: answer.reason ?? 'it gives no list of models' },
  });
}

/** Like `listModels`, but tells in its answer what went wrong. Never rejects. */
export async function askModels(
  upstream: ListedUpstream,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<ModelsAnswer> {
  const deadline = performance.now() + options.timeoutMs;
  const headers = credentialHeaders(upstream.kind, upstream.credential);
  let verdict = silence({ answered: false, busy: false, reason: 'no answer' });
  for (const form of formsOf(upstream.kind)) {
    const timeoutMs = Math.max(1, deadline - performance.now());
    const limits = { timeoutMs, maxBytes: maxBodyBytes, signal: options.signal };
    const answer = await boundedGet(upstreamEndpoint(upstream.url, form.path), headers, limits);
    verdict = judge(answer, form, upstream.credential !== undefined);
    if (verdict.models !== undefined || verdict.needsCredential || !answer.answered) break;
  }
  return verdict;
}

/**
 * The names under which requests may ask for these models: Ollama and Docker Model Runner also answer to `name` where
 * they list `name:latest`, and the reverse.
 */
export function modelNames(kind: UpstreamKind, models: readonly string[]): ReadonlySet<string> {
  if (kind !== 'ollama' && kind !== 'modelrunner') return new Set(models);
  const bare = models.filter((name) => name.endsWith(':latest')).map((name) => name.slice(0, -':latest'.length));
  const tagged = models.filter((name) => !/:[^/]*$/.test(name)).map((name) => `${name}:latest`);
  return new Set([...models, ...bare, ...tagged]);
}

function judge(answer: Answer | NoAnswer, form: ListForm, hadCredential: boolean): ModelsAnswer {
  if (!answer.answered) return silence(answer);
  const { status, latencyMs } = answer;
  const up = { health: 'up', reason: null, needsCredential: false, latencyMs, models: undefined } as const;
  const models = status === 200 ? idsIn(answer.text, form) : undefined;
  if (models !== undefined) return { ...up, models };
  if (status === 401 || status === 403) {
    const reason = hadCredential ? 'refuses the credential it is given' : 'needs a credential';
    return { ...up, reason, needsCredential: true };
  }
  // llama.cpp and oMLX say so while they load: they will answer soon.
  if (status === 503 && /loading/i.test(answer.text)) return { ...up, reason: 'is loading a model' };
  if (status >= 500) return { ...up, health: 'down', reason: `answers with an error (HTTP ${status})` };
  return { ...up, reason: `gives no list of models (HTTP ${status})` };
}

function silence({ busy, reason }: NoAnswer): ModelsAnswer {
  const health = busy ? 'unknown' : 'down';
  return { health, reason, needsCredential: false, latencyMs: null, models: undefined };
}

function idsIn(text: string, form: ListForm): readonly string[] | undefined {
  const list = parseObject(text)?.[form.list];
  if (!Array.isArray(list)) return undefined;
  const ids = objectsIn(list).map((item) => item[form.id]);
  const usable = ids.filter((id) => typeof id === 'string' && /^[^\p{Cc}]+$/u.test(id) && id.length <= maxIdLength);
  return [...new Set(usable as string[])].slice(0, maxModels);
}
