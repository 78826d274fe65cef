// Tokens a minute and requests an hour, and what every answer says is left of them.

import { afterEach, describe, expect, test } from 'vitest';
import { type KeyPolicy, usualPolicy } from '../../../shared/key-policy.ts';
import { chatUsage, json } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
afterEach(() => bed.close());

const withPolicy = (policy: Partial<KeyPolicy>) => ({ policy: { ...usualPolicy, ...policy } });
const ask = (body: object = {}, path = '/v1/chat/completions') =>
  bed.fetch(path, { method: 'POST', body: chat({ max_tokens: 50, ...body }) });
const code = (response: Response) => response.headers.get('x-keyhatch-error');
const rate = (response: Response, name: string) => response.headers.get(`x-ratelimit-${name}`);

test('amounts that cannot be read matter to whoever has a limit of that kind, and to nobody else', async () => {
  bed = await makeBed();
  expect((await ask({ n: '5', max_tokens: '900' })).status).toBe(200);
  bed.changeKey(bed.keyId, { limits: { rpm: 10, parallel: null } });
  expect((await ask({ max_tokens: '900' })).status).toBe(200);
  expect(code(await ask({ n: '5' }))).toBe('body_invalid');
  bed.changeKey(bed.keyId, { limits: { rpm: null, parallel: null }, policy: { ...usualPolicy, rph: 10 } });
  expect(code(await ask({ n: '5' }))).toBe('body_invalid');
});

describe('tokens a minute', () => {
  test('are held while a request runs and settled with what it used', async () => {
    bed = await makeBed({ key: withPolicy({ tpm: 100 }) });
    const answer = bed.upstream.behave;
    let goOn = () => {};
    bed.upstream.behave = (arrival, res, req) => {
      goOn = () => void answer(arrival, res, req);
    };
    const arrived = bed.upstream.nextArrival();
    const running = ask();
    await arrived;
    const refused = await ask();
    expect([refused.status, code(refused)]).toEqual([429, 'tokens_limited']);
    expect(await refused.json()).toMatchObject({ error: { type: 'tokens', code: 'rate_limit_exceeded' } });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(59);
    goOn();
    const first = await running;
    expect([rate(first, 'limit-tokens'), rate(first, 'remaining-tokens')]).toEqual(['100', '48']);
    await expect.poll(() => bed.gateway.running()).toBe(0);
    bed.upstream.behave = answer;
    // 10 were used in place of the 52 that were held.
    const second = await ask();
    expect([second.status, rate(second, 'remaining-tokens')]).toEqual([200, '38']);
  });

  test('count a stream by what it reports, though the client did not ask for it', async () => {
    bed = await makeBed({ kind: 'llamacpp', key: withPolicy({ tpm: 1_000 }) });
    await (await ask({ stream: true })).text();
    await expect.poll(() => bed.gateway.running()).toBe(0);
    const own = await bed.fetch('/keyhatch/v1/key');
    expect(rate(own, 'remaining-tokens')).toBe(String(1_000 - chatUsage.total_tokens));
    expect(await own.json()).toMatchObject({
      limits: { tokens_per_minute: 1_000 },
      remaining: { tokens_this_minute: 990 },
    });
  });

  test('of a failed request come back', async () => {
    bed = await makeBed({ key: withPolicy({ tpm: 100 }) });
    bed.upstream.behave = (_arrival, res) => json(res, 500, { error: { message: 'out of memory' } });
    expect((await ask()).status).toBe(500);
    await expect.poll(() => bed.gateway.running()).toBe(0);
    expect(rate(await bed.fetch('/keyhatch/v1/key'), 'remaining-tokens')).toBe('100');
  });

  test('of a request that got no answer in time stay as far as it was given to read', async () => {
    bed = await makeBed({ settings: { 'upstream.firstByteTimeoutMs': 30 }, key: withPolicy({ tpm: 1_000 }) });
    bed.upstream.behave = () => {};
    const messages = [{ role: 'user', content: 'x'.repeat(396) }];
    expect(code(await ask({ messages }))).toBe('upstream_timeout');
    await expect.poll(() => bed.gateway.running()).toBe(0);
    expect(rate(await bed.fetch('/keyhatch/v1/key'), 'remaining-tokens')).toBe('900');
  });

  test.each(['input', 'content'])('make a thousand inputs to embed no cheap request: %s', async (member) => {
    bed = await makeBed({ key: withPolicy({ tpm: 900 }) });
    const body = JSON.stringify({ model: 'm', [member]: Array.from({ length: 1_000 }, () => 'a') });
    const refused = await bed.fetch('/v1/embeddings', { method: 'POST', body });
    expect([refused.status, code(refused)]).toEqual([429, 'limit_unreachable']);
    expect([refused.headers.get('x-should-retry'), refused.headers.get('retry-after')]).toEqual(['false', null]);
    expect(bed.upstream.journal).toHaveLength(0);
  });

  test.each([{ n: '5' }, { best_of: [5] }, { max_tokens: '900' }])(
    'refuse %j, which counts as little here and as much at a lax server',
    async (body) => {
      bed = await makeBed({ key: withPolicy({ tpm: 1_000 }) });
      expect(code(await ask(body))).toBe('body_invalid');
      expect(bed.upstream.journal).toHaveLength(0);
      bed.changeKey(bed.keyId, {
        policy: {
          ...usualPolicy,
          budgets: [{ period: 'day', tokens: 1_000, cost: null, soft: 0.8, strict: false }],
        },
      });
      expect(code(await ask(body))).toBe('body_invalid');
    },
  );

  test('let somebody whose answer may be longer than all of them have the minute alone', async () => {
    bed = await makeBed({ key: withPolicy({ tpm: 100 }) });
    expect((await ask({ max_tokens: 32_000 })).status).toBe(200);
    await expect.poll(() => bed.gateway.running()).toBe(0);
    const refused = await ask({ max_tokens: 32_000 });
    expect(code(refused)).toBe('tokens_limited');
  });

  test('grow with the answers that are asked for, each of which is a request too', async () => {
    bed = await makeBed({ key: { ...withPolicy({ tpm: 1_000 }), limits: { rpm: 6, parallel: null } } });
    expect((await ask({ n: 4 })).status).toBe(200);
    const refused = await ask({ n: 4 });
    expect(code(refused)).toBe('rate_limited');
    const never = await ask({ n: 40 });
    expect([code(never), never.headers.get('x-should-retry')]).toEqual(['limit_unreachable', 'false']);
  });

  test('of 0 let nothing pass that uses any, and lists still do', async () => {
    bed = await makeBed({ key: withPolicy({ tpm: 0 }) });
    const refused = await ask();
    expect([code(refused), refused.headers.get('x-should-retry')]).toEqual(['key_blocked', 'false']);
    expect((await bed.fetch('/v1/models')).status).toBe(200);
  });
});

describe('requests an hour', () => {
  test('that are used up are not to be waited for by a program, and say how long it takes', async () => {
    bed = await makeBed({ key: withPolicy({ rph: 1 }) });
    expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect([refused.status, code(refused)]).toEqual([429, 'rate_limited']);
    expect([refused.headers.get('x-should-retry'), refused.headers.get('retry-after')]).toEqual(['false', null]);
    expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining('60 min') } });
    expect(rate(refused, 'remaining-requests')).toBe('0');
    expect(rate(refused, 'reset-requests')).toMatch(/^(?:60m0|59m\d+)s$/);
  });

  test('are shown in place of those a minute where fewer of them are left', async () => {
    bed = await makeBed({ key: { ...withPolicy({ rph: 3 }), limits: { rpm: 60, parallel: null } } });
    const answer = await ask();
    expect([rate(answer, 'limit-requests'), rate(answer, 'remaining-requests')]).toEqual(['3', '2']);
  });

  test('of 0 block the key', async () => {
    bed = await makeBed({ key: withPolicy({ rph: 0 }) });
    expect(code(await ask())).toBe('key_blocked');
  });
});

test('Anthropic’s dialect has headers of its own', async () => {
  bed = await makeBed({ key: { ...withPolicy({ tpm: 1_000 }), limits: { rpm: 2, parallel: null } } });
  const response = await ask({}, '/v1/messages');
  const header = (name: string) => response.headers.get(`anthropic-ratelimit-${name}`);
  expect([header('requests-limit'), header('requests-remaining')]).toEqual(['2', '1']);
  expect([header('tokens-limit'), header('tokens-remaining')]).toEqual(['1000', '948']);
  expect(header('tokens-reset')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(rate(response, 'limit-requests')).toBeNull();
});

test('refusals before and after the body carry them as well', async () => {
  bed = await makeBed({ key: { ...withPolicy({ tpm: 1_000 }), limits: { rpm: 9, parallel: null } } });
  const invalid = await bed.fetch('/v1/chat/completions', { method: 'POST', body: '{' });
  expect([invalid.status, rate(invalid, 'limit-tokens')]).toEqual([400, '1000']);
  bed.changeKey(bed.keyId, { status: 'paused' });
  const paused = await ask();
  expect([paused.status, rate(paused, 'limit-requests')]).toEqual([403, '9']);
});
