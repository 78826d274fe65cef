// A request that is refused for what it would use is none: whoever is over its tokens or its budget does not use up its
// requests as well by asking. What is refused for anything else counts.

import { afterEach, expect, test } from 'vitest';
import { type KeyPolicy, usualPolicy } from '../../../shared/key-policy.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';
import { holdStreams } from '../../fakes/held-stream.ts';

let bed: Bed;
afterEach(() => bed.close());

const open = (policy: Partial<KeyPolicy>) =>
  makeBed({ key: { limits: { rpm: 10, parallel: null }, policy: { ...usualPolicy, rph: 20, ...policy } } });
const ask = (body: object = {}) =>
  bed.fetch('/v1/chat/completions', { method: 'POST', body: chat({ max_tokens: 50, ...body }) });
const code = (response: Response) => response.headers.get('x-keyhatch-error');
const left = async () => {
  const own = (await (await bed.fetch('/keyhatch/v1/key')).json()) as { readonly remaining: Record<string, number> };
  return [own.remaining['requests_this_minute'], own.remaining['requests_this_hour']];
};

test('over its tokens a minute, and for more than any minute has', async () => {
  bed = await open({ tpm: 100 });
  const held = holdStreams();
  bed.upstream.behave = held.behave;
  const arrived = bed.upstream.nextArrival();
  const running = ask({ stream: true });
  await arrived;
  for (let count = 0; count < 5; count += 1) {
    const refused = await ask();
    expect([code(refused), refused.headers.get('x-ratelimit-remaining-requests')]).toEqual(['tokens_limited', '9']);
  }
  const long = [{ role: 'user', content: 'word '.repeat(1_000) }];
  expect(code(await ask({ messages: long }))).toBe('limit_unreachable');
  expect(await left()).toEqual([9, 19]);
  held.letGo();
  await (await running).text();
});

test('with nothing left of its budget', async () => {
  const budget = { period: 'day', tokens: 1, cost: null, soft: 0.8, strict: false } as const;
  bed = await open({ budgets: [budget] });
  await (await ask()).text();
  await expect.poll(() => bed.gateway.running()).toBe(0);
  for (let count = 0; count < 3; count += 1) expect(code(await ask())).toBe('budget_spent');
  expect(await left()).toEqual([9, 19]);
});

test('for more answers than its requests allow', async () => {
  bed = await open({});
  expect(code(await ask({ n: 12 }))).toBe('limit_unreachable');
  expect(await left()).toEqual([10, 20]);
  await (await ask({ n: 3 })).text();
  expect(await left()).toEqual([7, 17]);
});

test('but what asks for a model that is not there has asked', async () => {
  bed = await open({ tpm: 1_000 });
  bed.changeKey(bed.keyId, { models: ['m'] });
  expect(code(await ask({ model: 'other' }))).toBe('model_not_allowed');
  expect(await left()).toEqual([9, 19]);
});
