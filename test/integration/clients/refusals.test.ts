// Every way in which a request can fail, as each SDK shows it to the program that uses it: class, status, code, and how
// many attempts it made before it gave up. SDKs try 408, 409, 429 and 5xx again by themselves.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeKey } from '../../../shared/key-format.ts';
import { countingFetch } from '../../fakes/counting-fetch.ts';
import { unrulyAnswer } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { freePort } from '../../fakes/free-port.ts';
import { type KeyhatchProcess, startKeyhatch } from '../../fakes/keyhatch-process.ts';
import { type Asking, type Sdk, sdks } from './sdks.ts';

type Refusal = {
  readonly name: string;
  readonly asking: () => Partial<Asking> | Promise<Partial<Asking>>;
  readonly status: number;
  /** Ours, in `x-keyhatch-error`; undefined when the answer is the model server's own. */
  readonly code: string | undefined;
  /** Where OpenAI has a word of its own for it. */
  readonly openaiCode?: string;
  /** Whether the same request, sent again, may succeed. */
  readonly again: boolean;
  readonly retryAfter?: RegExp;
  /** Says what happened, in words that a person can act on. */
  readonly says: RegExp;
};

let upstream: FakeUpstream;
let keyhatch: KeyhatchProcess;
let keys: Readonly<
  Record<'good' | 'revoked' | 'paused' | 'expired' | 'narrow' | 'blocked' | 'once' | 'single', string>
>;
const endings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  upstream = await startFakeUpstream(unrulyAnswer);
  keyhatch = await startKeyhatch({ args: ['--upstream', upstream.url] });
  const [good, revoked, paused, expired, narrow, blocked, once, single] = await Promise.all([
    keyhatch.createKey('--name', 'good', '--rpm', 'none'),
    keyhatch.createKey('--name', 'revoked'),
    keyhatch.createKey('--name', 'paused'),
    keyhatch.createKey('--name', 'expired', '--expires', '1s'),
    keyhatch.createKey('--name', 'narrow', '--models', 'phi-4,gemma'),
    keyhatch.createKey('--name', 'blocked', '--rpm', '0'),
    keyhatch.createKey('--name', 'once', '--rpm', '1'),
    keyhatch.createKey('--name', 'single', '--parallel', '1', '--rpm', 'none'),
  ]);
  await Promise.all([
    keyhatch.json(['keys', 'revoke', 'revoked']),
    keyhatch.json(['keys', 'pause', 'paused']),
    keyhatch.json(['settings', 'set', 'limits.bodyMaxBytes', '4096']),
    (await keyhatch.chat(once.key)).text(),
  ]);
  // Holds its one place for as long as these tests run.
  endings.push(await holdOne(single.key));
  await vi.waitUntil(async () => (await statusOf(expired.key)) === 401, { interval: 50, timeout: 10_000 });
  const made = { good, revoked, paused, expired, narrow, blocked, once, single };
  keys = Object.fromEntries(Object.entries(made).map(([name, { key }]) => [name, key])) as typeof keys;
});
afterAll(async () => {
  for (const end of endings) await end();
  await keyhatch?.close();
  await upstream?.close();
});

/** A request that is answered and does not end until the returned function is called. */
async function holdOne(key: string): Promise<() => Promise<void>> {
  const response = await keyhatch.chat(key, { model: 'stalls-streaming', stream: true });
  // Read from, because a response that nobody reads is given up by the garbage collector.
  const reader = response.body?.getReader();
  await reader?.read();
  return async () => reader?.cancel();
}

const statusOf = async (key: string) => (await keyhatch.get(key, '/v1/models')).status;

/** Sends the key where the URL of an old client would have it. */
const withKeyInUrl =
  (key: string): typeof globalThis.fetch =>
  (input, init) =>
    globalThis.fetch(`${String(input)}?api_key=${key}`, init);

const refusals: readonly Refusal[] = [
  {
    name: 'no key but a placeholder',
    asking: () => ({ key: 'lm-studio' }),
    status: 401,
    code: 'key_missing',
    again: false,
    says: /API key is required/,
  },
  {
    name: 'a key that was never made here',
    asking: () => ({ key: makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'kh').key }),
    status: 401,
    code: 'key_unknown',
    openaiCode: 'invalid_api_key',
    again: false,
    says: /not known to this server/,
  },
  {
    name: 'a mistyped key',
    asking: () => ({ key: keys.good.slice(0, -1) }),
    status: 401,
    code: 'key_malformed',
    again: false,
    says: /incomplete or mistyped/,
  },
  {
    name: 'a revoked key',
    asking: () => ({ key: keys.revoked }),
    status: 401,
    code: 'key_revoked',
    again: false,
    says: /"revoked" has been revoked/,
  },
  {
    name: 'an expired key',
    asking: () => ({ key: keys.expired }),
    status: 401,
    code: 'key_expired',
    again: false,
    says: /"expired" has expired/,
  },
  {
    name: 'a paused key',
    asking: () => ({ key: keys.paused }),
    status: 403,
    code: 'key_paused',
    again: false,
    says: /"paused" is paused/,
  },
  {
    name: 'a key in the URL',
    asking: () => ({ key: 'not-needed', fetch: withKeyInUrl(keys.good) }),
    status: 400,
    code: 'key_in_url',
    again: false,
    says: /sent in the URL/,
  },
  {
    name: 'a model that the key may not use',
    asking: () => ({ key: keys.narrow }),
    status: 404,
    code: 'model_not_allowed',
    openaiCode: 'model_not_found',
    again: false,
    says: /phi-4, gemma/,
  },
  {
    name: 'an operation that keys may not do',
    asking: () => ({ model: 'gpt-oss:120b-cloud' }),
    status: 403,
    code: 'operation_not_allowed',
    again: false,
    says: /may not do this/,
  },
  {
    name: 'a body that is too large',
    asking: () => ({ prompt: 'x'.repeat(5000) }),
    status: 413,
    code: 'body_too_large',
    again: false,
    says: /larger than/,
  },
  {
    name: 'too many requests a minute',
    asking: () => ({ key: keys.once }),
    status: 429,
    code: 'rate_limited',
    openaiCode: 'rate_limit_exceeded',
    again: true,
    retryAfter: /^([1-9]|[1-5]\d)$/,
    says: /1 requests in any 60 seconds/,
  },
  {
    name: 'no requests a minute at all',
    asking: () => ({ key: keys.blocked }),
    status: 429,
    code: 'key_blocked',
    again: false,
    says: /may make 0 requests/,
  },
  {
    name: 'too many requests at once',
    asking: () => ({ key: keys.single }),
    status: 429,
    code: 'parallel_limited',
    openaiCode: 'rate_limit_exceeded',
    again: true,
    retryAfter: /^1$/,
    says: /1 requests running at once/,
  },
  {
    name: 'a model server that answers 500 itself',
    asking: () => ({ model: 'fails' }),
    status: 500,
    code: undefined,
    again: true,
    says: /the model fell over/,
  },
  {
    name: 'a model server that hangs up before it answers',
    asking: () => ({ model: 'dies-before' }),
    status: 502,
    code: 'upstream_broken',
    again: false,
    says: /broke off its answer/,
  },
];

/** Asks once and looks at what a program would have to deal with. */
async function fail(sdk: Sdk, asking: Partial<Asking>, url = keyhatch.url, key = keys?.good ?? '') {
  const counting = countingFetch({ impatient: true, ...(asking.fetch ? { fetch: asking.fetch } : {}) });
  const whole: Asking = { url, key, ...asking, fetch: counting.fetch };
  const outcome = await sdk.ask(whole).then(
    (text) => ({ text }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`it got an answer: ${outcome.text}`);
  return { seen: sdk.seen(outcome.error), attempts: counting.attempts(), refusals: counting.refusals(), whole };
}

/** One, unless trying again can help or the SDK does not listen. */
function expectedAttempts(sdk: Sdk, { status, again }: Pick<Refusal, 'status' | 'again'>): number {
  const tempting = status === 429 || status >= 500;
  return tempting && (again || !sdk.obeys) ? sdk.attempts : 1;
}

async function expectRefusal(sdk: Sdk, refusal: Refusal, url?: string, key?: string): Promise<void> {
  const { seen, attempts, refusals: answers, whole } = await fail(sdk, await refusal.asking(), url, key);
  const { status, code, openaiCode = code } = refusal;
  expect(seen.name).toBe(sdk.errorNames[status]);
  expect(seen.status).toBe(status);
  if (sdk.codes && code !== undefined) expect(seen.code).toBe(sdk.dialect === 'openai' ? openaiCode : code);
  expect(seen.message).toMatch(refusal.says);
  expect(seen.message).not.toContain('[object');
  expect(attempts).toBe(expectedAttempts(sdk, refusal));
  for (const answer of answers) {
    expect(answer.headers.get('x-keyhatch-error') ?? undefined).toBe(code);
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    if (refusal.retryAfter) expect(answer.headers.get('retry-after')).toMatch(refusal.retryAfter);
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await answer.text()).not.toContain(whole.key);
  }
}

for (const refusal of refusals) {
  describe(refusal.name, () => {
    for (const sdk of sdks) test(`as ${sdk.name} sees it`, () => expectRefusal(sdk, refusal));
  });
}

describe('a model server that is not there', () => {
  let alone: KeyhatchProcess;
  let key: string;
  beforeAll(async () => {
    alone = await startKeyhatch({ args: ['--upstream', `http://127.0.0.1:${await freePort()}`] });
    key = (await alone.createKey('--rpm', 'none')).key;
  });
  afterAll(() => alone?.close());
  const refusal: Refusal = {
    name: '',
    asking: () => ({}),
    status: 502,
    code: 'upstream_unreachable',
    again: true,
    says: /nothing listens at its address/,
  };
  for (const sdk of sdks) test(`as ${sdk.name} sees it`, () => expectRefusal(sdk, refusal, alone.url, key));
});

describe('a model server that does not begin in time', () => {
  let hasty: KeyhatchProcess;
  let key: string;
  beforeAll(async () => {
    hasty = await startKeyhatch({ args: ['--upstream', upstream.url] });
    key = (await hasty.createKey('--rpm', 'none')).key;
    await hasty.json(['settings', 'set', 'upstream.firstByteTimeoutMs', '100']);
  });
  afterAll(() => hasty?.close());
  const refusal: Refusal = {
    name: '',
    asking: () => ({ model: 'stalls' }),
    status: 504,
    code: 'upstream_timeout',
    again: false,
    says: /did not begin to answer/,
  };
  for (const sdk of sdks) {
    test(`as ${sdk.name} sees it, and the server is let go`, async () => {
      const arrival = upstream.nextArrival();
      await expectRefusal(sdk, refusal, hasty.url, key);
      expect(await (await arrival).ended).toBe(false);
    });
  }
});

describe('a vault that cannot be read', () => {
  let locked: KeyhatchProcess;
  beforeAll(async () => {
    locked = await startKeyhatch({ args: ['--upstream', upstream.url], env: { KEYHATCH_VAULT_KEY_FILE: undefined } });
  });
  afterAll(() => locked?.close());
  const refusal: Refusal = {
    name: '',
    asking: () => ({}),
    status: 503,
    code: 'vault_locked',
    again: true,
    retryAfter: /^5$/,
    says: /the server recovers by itself/,
  };
  for (const sdk of sdks) test(`as ${sdk.name} sees it`, () => expectRefusal(sdk, refusal, locked.url, keys.good));
});

// Together, because each of them waits a whole second.
describe.concurrent('an SDK left to itself', () => {
  for (const sdk of sdks.filter(({ attempts }) => attempts > 1)) {
    test(`waits as long as it is told and gets its answer: ${sdk.name}`, async () => {
      const { id, key } = await keyhatch.createKey('--parallel', '1', '--rpm', 'none');
      const letGo = await holdOne(key);
      const counting = countingFetch();
      const asking = sdk.ask({ url: keyhatch.url, key, fetch: counting.fetch });
      await vi.waitUntil(() => counting.refusals().length > 0, { timeout: 10_000 });
      await letGo();
      expect(await asking).toBe('one two three');
      expect(counting.attempts()).toBeGreaterThan(1);
      await keyhatch.json(['keys', 'delete', id, '--yes']);
    });
  }
});
