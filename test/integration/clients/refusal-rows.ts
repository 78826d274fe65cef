// Every refusal of the gateway that a key can meet, one line each: what is asked, and what a program gets to see of it.
// Knows neither SDKs nor how the answers are compared; refusals.test.ts does.

import { makeKey } from '../../../shared/key-format.ts';
import type { Asking } from './sdks.ts';

export type Refusal = {
  readonly name: string;
  readonly asking: () => Partial<Asking>;
  readonly status: number;
  /** Ours, in `x-keyhatch-error`; undefined when the answer is the model server's own. */
  readonly code: string | undefined;
  /** Says what happened, in words that a person can act on. */
  readonly says: RegExp;
  /** Whether the same request, sent again, may succeed. */
  readonly again: boolean;
  /** Where OpenAI has a word of its own for it. */
  readonly openaiCode?: string;
  readonly retryAfter?: RegExp;
};

/** The keys that the rows need, each with the flags it is made with. */
export const keyFlags = {
  good: ['--rpm', 'none'],
  revoked: [],
  paused: [],
  expired: ['--expires', '1s'],
  narrow: ['--models', 'phi-4,gemma*'],
  denied: ['--deny', 'm*'],
  embedder: ['--operations', 'embeddings,models:list'],
  elsewhere: ['--networks', '203.0.113.0/24,2001:db8::/32'],
  capped: ['--max-tokens', '50', '--max-choices', '1'],
  blocked: ['--rpm', '0'],
  once: ['--rpm', '1'],
  single: ['--parallel', '1', '--rpm', 'none'],
  minute: ['--tpm', '20', '--rpm', 'none'],
  tiny: ['--tpm', '1', '--rpm', 'none'],
  spent: ['--budget', 'month:0tokens'],
  soft: ['--budget', 'day:1000000tokens:soft=0', '--rpm', 'none'],
  archived: ['--project', 'attic', '--new-project'],
  shared: ['--project', 'pool', '--new-project'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type MadeKeys = Readonly<Record<keyof typeof keyFlags, string>>;

/** Shorter than 16 characters: comes in by an import, and works on this computer alone. */
export const weakKey = 'weak-one-1234';

type Extras = Partial<Pick<Refusal, 'again' | 'openaiCode' | 'retryAfter'>>;

function row(
  name: string,
  asking: () => Partial<Asking>,
  status: number,
  code: string | undefined,
  says: RegExp,
  extras: Extras = {},
): Refusal {
  return { name, asking, status, code, says, again: false, ...extras };
}

const stranger = () => makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'kh').key;
const admin = () => makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'kha').key;

/** Sends the key where the URL of an old client would have it. */
const withKeyInUrl =
  (key: string): typeof globalThis.fetch =>
  (input, init) =>
    globalThis.fetch(`${String(input)}?api_key=${key}`, init);

/** As a proxy on this computer would pass it on. */
const passedOn: typeof globalThis.fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set('x-forwarded-for', '192.0.2.1');
  return globalThis.fetch(input, { ...init, headers });
};

/** Asks for more than any cap, in each dialect's own spelling. */
const askingForMore: typeof globalThis.fetch = (input, init) => {
  const body = JSON.parse(String(init?.body)) as Record<string, unknown>;
  const more = String(input).includes('/api/chat') ? { options: { num_predict: 5000 } } : { max_tokens: 5000 };
  return globalThis.fetch(input, { ...init, body: JSON.stringify({ ...body, ...more }) });
};

const rate = { again: true, openaiCode: 'rate_limit_exceeded' } as const;
const spent = { openaiCode: 'insufficient_quota' } as const;
const unknownModel = { openaiCode: 'model_not_found' } as const;

// biome-ignore format: a row is one line, so that the table can be read as one
export const refusalRows = (keys: () => MadeKeys): readonly Refusal[] => [
  row('no key but a placeholder', () => ({ key: 'lm-studio' }), 401, 'key_missing', /API key is required/),
  row('a key that was never made here', () => ({ key: stranger() }), 401, 'key_unknown', /not known to this server/, { openaiCode: 'invalid_api_key' }),
  row('a mistyped key', () => ({ key: keys().good.slice(0, -1) }), 401, 'key_malformed', /incomplete or mistyped/),
  row('an admin key', () => ({ key: admin() }), 403, 'key_wrong_kind', /use an inference key/),
  row('a revoked key', () => ({ key: keys().revoked }), 401, 'key_revoked', /"revoked" has been revoked/),
  row('an expired key', () => ({ key: keys().expired }), 401, 'key_expired', /"expired" has expired/),
  row('a paused key', () => ({ key: keys().paused }), 403, 'key_paused', /"paused" is paused/),
  row('a key in the URL', () => ({ key: 'not-needed', fetch: withKeyInUrl(keys().good) }), 400, 'key_in_url', /sent in the URL/),
  row('a model that is not on the list of the key', () => ({ key: keys().narrow }), 404, 'model_not_allowed', /phi-4, gemma\*/, unknownModel),
  row('a model that is denied to the key', () => ({ key: keys().denied }), 404, 'model_not_allowed', /may not use the model "m"/, unknownModel),
  row('an operation that the key has no right to', () => ({ key: keys().embedder }), 403, 'operation_not_allowed', /the right "chat"/),
  row('a model in the cloud without the right to it', () => ({ model: 'gpt-oss:120b-cloud' }), 403, 'operation_not_allowed', /the right "cloud"/),
  row('a network that the key may not be used from', () => ({ key: keys().elsewhere }), 403, 'network_not_allowed', /may not be used from this computer/),
  row('more than the key may ask for at once', () => ({ key: keys().capped, fetch: askingForMore }), 400, 'body_over_cap', /at most 50 in ".*", and this request asks for 5000/),
  row('a body that is too large', () => ({ prompt: 'x'.repeat(5000) }), 413, 'body_too_large', /larger than/),
  row('too many requests a minute', () => ({ key: keys().once }), 429, 'rate_limited', /1 requests in any 60 seconds/, { ...rate, retryAfter: /^([1-9]|[1-5]\d)$/ }),
  row('no requests a minute at all', () => ({ key: keys().blocked }), 429, 'key_blocked', /may have 0 requests/),
  row('too many requests at once', () => ({ key: keys().single }), 429, 'parallel_limited', /1 requests running at once/, { ...rate, retryAfter: /^1$/ }),
  row('too many tokens a minute', () => ({ key: keys().minute }), 429, 'tokens_limited', /20 tokens in any 60 seconds/, { ...rate, retryAfter: /^([1-9]|[1-5]\d)$/ }),
  row('more tokens than a minute ever has', () => ({ key: keys().tiny }), 429, 'limit_unreachable', /may have 1 tokens a minute at most/, { openaiCode: 'rate_limit_exceeded' }),
  row('a budget that is used up', () => ({ key: keys().spent }), 429, 'budget_spent', /budget of the API key "spent" for the month/, spent),
  row('the budget of a project that is used up', () => ({ key: keys().shared }), 429, 'budget_spent', /budget of the project "pool" in all/, spent),
  row('a key of an archived project', () => ({ key: keys().archived }), 403, 'project_archived', /"attic", which is archived/),
  row('a weak key from elsewhere', () => ({ key: weakKey, fetch: passedOn }), 403, 'key_weak', /too short to be safe/),
  row('a model server that answers 500 itself', () => ({ model: 'fails' }), 500, undefined, /the model fell over/, { again: true }),
  row('a model server that hangs up before it answers', () => ({ model: 'dies-before' }), 502, 'upstream_broken', /broke off its answer/),
];
