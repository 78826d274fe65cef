// Every way in which a request can fail, as each SDK shows it to the program that uses it: class, status, code, and how
// many attempts it made before it gave up. SDKs try 408, 409, 429 and 5xx again by themselves.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { countingFetch } from '../../fakes/counting-fetch.ts';
import { unrulyAnswer, usualText } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { freePort } from '../../fakes/free-port.ts';
import { type KeyhatchProcess, startKeyhatch } from '../../fakes/keyhatch-process.ts';
import { keyFlags, type MadeKeys, type Refusal, refusalRows, weakKey } from './refusal-rows.ts';
import { type Asking, type Sdk, sdks } from './sdks.ts';

let upstream: FakeUpstream;
let keyhatch: KeyhatchProcess;
let keys: MadeKeys;
const endings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  upstream = await startFakeUpstream(unrulyAnswer);
  keyhatch = await startKeyhatch({ args: ['--upstream', upstream.url] });
  keys = await makeKeys();
  await Promise.all([
    keyhatch.json(['keys', 'revoke', 'revoked']),
    keyhatch.json(['keys', 'pause', 'paused']),
    keyhatch.json(['settings', 'set', 'limits.bodyMaxBytes', '4096']),
    keyhatch.json(['projects', 'archive', 'attic']),
    keyhatch.json(['projects', 'edit', 'pool', '--budget', 'total:0tokens']),
    keyhatch.json(['keys', 'import', '-', '--format', 'list'], { stdin: `${weakKey}\n` }),
    (await keyhatch.chat(keys.once)).text(),
  ]);
  // Each holds what there is for as long as these tests run.
  endings.push(await holdOne(keys.single), await holdOne(keys.minute, keyhatch, { max_tokens: 15 }));
  await vi.waitUntil(async () => (await statusOf(keys.expired)) === 401, { interval: 50, timeout: 10_000 });
}, 120_000);
afterAll(async () => {
  for (const end of endings) await end();
  await keyhatch?.close();
  await upstream?.close();
});

// A few at a time: each is made by a process of its own, and all of them at once starve one another on a busy machine.
async function makeKeys(): Promise<MadeKeys> {
  const [made, waiting] = [new Map<string, string>(), Object.entries(keyFlags)];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, flags] = next;
      made.set(name, (await keyhatch.createKey('--name', name, ...flags)).key);
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  return Object.fromEntries(made) as MadeKeys;
}

/** A request that is answered and does not end until the returned function is called. */
async function holdOne(key: string, at = keyhatch, more: object = {}): Promise<() => Promise<void>> {
  const response = await at.chat(key, { model: 'stalls-streaming', stream: true, ...more });
  // Read from, because a response that nobody reads is given up by the garbage collector.
  const reader = response.body?.getReader();
  await reader?.read();
  return async () => reader?.cancel();
}

const statusOf = async (key: string) => (await keyhatch.get(key, '/v1/models')).status;

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

/** No SDK waits longer than a minute for it, and what cannot help is not asked for: some obey any number of seconds. */
function expectBoundedWait(headers: Headers, { again, status, code }: Refusal): void {
  const seconds = headers.get('retry-after');
  const milliseconds = headers.get('retry-after-ms');
  if (!again) expect([seconds, milliseconds]).toEqual([null, null]);
  const tempting = status === 429 || status >= 500 || code === 'key_paused';
  if (!again && tempting) expect(headers.get('x-should-retry')).toBe('false');
  if (seconds !== null) expect(seconds).toMatch(/^([1-9]|[1-5]\d)$/);
  if (milliseconds !== null) expect(Number(milliseconds)).toBeLessThan(60_000);
}

async function expectRefusal(sdk: Sdk, refusal: Refusal, url?: string, key?: string): Promise<void> {
  const { seen, attempts, refusals: answers, whole } = await fail(sdk, refusal.asking(), url, key);
  const { code, openaiCode = code } = refusal;
  const status = code === 'budget_spent' ? (sdk.spentStatus ?? refusal.status) : refusal.status;
  expect(seen.name).toBe(sdk.errorNames[status]);
  expect(seen.status).toBe(status);
  if (sdk.codes && code !== undefined) expect(seen.code).toBe(sdk.dialect === 'openai' ? openaiCode : code);
  expect(seen.message).toMatch(refusal.says);
  expect(seen.message).not.toContain('[object');
  expect(attempts).toBe(expectedAttempts(sdk, { ...refusal, status }));
  expect(attempts).toBeLessThanOrEqual(3);
  for (const answer of answers) {
    expectBoundedWait(answer.headers, refusal);
    expect(answer.headers.get('x-keyhatch-error') ?? undefined).toBe(code);
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    if (refusal.retryAfter) expect(answer.headers.get('retry-after')).toMatch(refusal.retryAfter);
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await answer.text()).not.toContain(whole.key);
  }
}

for (const refusal of refusalRows(() => keys)) {
  describe(refusal.name, () => {
    for (const sdk of sdks) test(`as ${sdk.name} sees it`, () => expectRefusal(sdk, refusal));
  });
}

describe('a budget that is used up, for any client that says it is of a newer version', () => {
  const newer: typeof globalThis.fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('anthropic-version', '2026-01-01');
    return fetch(input, { ...init, headers });
  };
  const refusal: Refusal = {
    name: '',
    asking: () => ({ key: keys.spent, fetch: newer }),
    status: 402,
    code: 'budget_spent',
    again: false,
    says: /budget of the API key "spent" for the month/,
  };
  const anthropics = sdks.filter(({ dialect }) => dialect === 'anthropic');
  for (const sdk of anthropics) test(`as ${sdk.name} sees it`, () => expectRefusal(sdk, refusal));
});

describe('a budget whose soft limit is passed', () => {
  for (const sdk of sdks) {
    test(`lets ${sdk.name} pass, and every answer says what is left`, async () => {
      const left: (string | null)[] = [];
      const noting: typeof globalThis.fetch = async (input, init) => {
        const response = await fetch(input, init);
        left.push(response.headers.get('x-keyhatch-budget-remaining'));
        return response;
      };
      expect(await sdk.ask({ url: keyhatch.url, key: keys.soft, fetch: noting })).toBe(usualText);
      expect(left).toEqual([expect.stringMatching(/^\d{6} tokens a day$/)]);
    });
  }
});

describe('a model server with one place, which is taken', () => {
  let busy: KeyhatchProcess;
  let key: string;
  let letGo: () => Promise<void>;
  beforeAll(async () => {
    busy = await startKeyhatch();
    await busy.json(['upstreams', 'add', upstream.url, '--name', 'only', '--kind', 'unknown', '--confirm']);
    await busy.json(['upstreams', 'edit', 'only', '--parallel', '1']);
    key = (await busy.createKey('--rpm', 'none')).key;
    letGo = await holdOne(key, busy);
  });
  afterAll(async () => {
    await letGo?.();
    await busy?.close();
  });
  const refusal = (says: RegExp): Refusal => ({
    name: '',
    asking: () => ({}),
    status: 429,
    code: 'queue_full',
    openaiCode: 'rate_limit_exceeded',
    again: true,
    retryAfter: /^([1-9]|[1-5]\d)$/,
    says,
  });
  describe('and in whose line nobody may wait', () => {
    beforeAll(() => busy.json(['settings', 'set', 'queue.maxWaiting', '0']));
    for (const sdk of sdks) test(`as ${sdk.name} sees it`, () => expectRefusal(sdk, refusal(/is busy/), busy.url, key));
  });
  describe('for longer than a request may wait', () => {
    beforeAll(async () => {
      await busy.json(['settings', 'set', 'queue.maxWaiting', '5']);
      await busy.json(['settings', 'set', 'queue.maxWaitMs', '50']);
    });
    for (const sdk of sdks) test(`as ${sdk.name} sees it`, () => expectRefusal(sdk, refusal(/is busy/), busy.url, key));
  });
});

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
