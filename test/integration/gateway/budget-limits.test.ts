// Budgets of tokens and of money: warned, spent, topped up, shared by requests that run at the same time.

import { afterEach, describe, expect, test } from 'vitest';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { type Budget, budget, type TopUp } from '../../../shared/limit-model.ts';
import { json } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
afterEach(() => bed.close());

const withBudgets = (budgets: readonly Partial<Budget>[], topUps: readonly TopUp[] = []) => ({
  policy: { ...usualPolicy, budgets: budgets.map((one) => budget.parse(one)), topUps: [...topUps] },
});
const ask = (body: object = {}, path = '/v1/chat/completions', headers: Record<string, string> = {}) =>
  bed.fetch(path, { method: 'POST', body: chat({ max_tokens: 4, ...body }), headers });
const code = (response: Response) => response.headers.get('x-keyhatch-error');
const left = (response: Response) => response.headers.get('x-keyhatch-budget-remaining');
const settled = () => expect.poll(() => bed.gateway.running()).toBe(0);
const states = async () => {
  await settled();
  const answer = (await (await bed.fetch('/keyhatch/v1/key')).json()) as { budgets: { state: string }[] };
  return answer.budgets;
};

/** Ten micro-units a token, for the model `m` alone. */
const prices = {
  costOf: (model: string | undefined, tokens: { tokensIn: number; tokensOut: number }, currency: string) =>
    model === 'm' && currency === 'EUR' ? (tokens.tokensIn + tokens.tokensOut) * 10 : undefined,
};

describe('a budget of tokens', () => {
  test('says what is left, warns, and is spent: 429, which no library waits for or tries again', async () => {
    bed = await makeBed({ key: withBudgets([{ period: 'day', tokens: 25, soft: 0.5 }]) });
    // The prompt is taken for 2 tokens, and the answer may have 4.
    expect(left(await ask())).toBe('19 tokens a day');
    expect(await states()).toMatchObject([{ state: 'fine', used: 10, remaining: 15 }]);
    expect((await ask()).status).toBe(200);
    expect(await states()).toMatchObject([{ state: 'warned', used: 20, remaining: 5 }]);
    expect((await ask()).status).toBe(200);
    expect(await states()).toMatchObject([{ state: 'spent', used: 30, remaining: 0 }]);
    const refused = await ask();
    expect([refused.status, code(refused), left(refused)]).toEqual([429, 'budget_spent', '0 tokens a day']);
    expect([refused.headers.get('x-should-retry'), refused.headers.get('retry-after')]).toEqual(['false', null]);
    expect(await refused.json()).toMatchObject({
      error: { type: 'insufficient_quota', code: 'insufficient_quota', message: expect.stringContaining('25 tokens') },
    });
    expect(bed.rows.at(-1)).toMatchObject({ outcome: 'refused', errorCode: 'budget_spent', upstreamId: null });
    expect((await bed.fetch('/v1/models')).status).toBe(200);
  });

  test('counts all that was held for what goes on in the background, where no answer says what it used', async () => {
    bed = await makeBed({ key: withBudgets([{ period: 'day', tokens: 10_000 }]) });
    bed.upstream.behave = (_arrival, res) =>
      json(res, 200, { id: 'resp_1', object: 'response', status: 'queued', output: [], usage: null });
    const wish = { model: 'm', input: 'hi', max_output_tokens: 4000, background: true };
    const send = (body: object) => bed.fetch('/v1/responses', { method: 'POST', body: JSON.stringify(body) });
    expect((await send(wish)).status).toBe(200);
    expect(await states()).toMatchObject([{ used: 4001 }]);
    bed.upstream.behave = (_arrival, res) => json(res, 400, { error: 'no' });
    expect((await send(wish)).status).toBe(400);
    expect(await states()).toMatchObject([{ used: 4001 }]);
    expect(code(await send({ ...wish, Background: true }))).toBe('body_invalid');
  });

  test('is not overspent by ten requests at the same time', async () => {
    bed = await makeBed({ key: withBudgets([{ period: 'week', tokens: 25 }]) });
    const answer = bed.upstream.behave;
    const waiting: (() => void)[] = [];
    bed.upstream.behave = (arrival, res, req) => void waiting.push(() => void answer(arrival, res, req));
    const asked = Promise.all(Array.from({ length: 10 }, () => ask({ max_tokens: 8 })));
    await expect.poll(() => bed.rows.length).toBe(7);
    for (const goOn of waiting) goOn();
    const statuses = (await asked).map(({ status }) => status).sort();
    // 10 held each: the third is the one that may overrun it.
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429, 429, 429, 429, 429]);
    expect(await states()).toMatchObject([{ used: 30, reserved: 0 }]);
  });

  test('is topped up until the top-up ends', async () => {
    const topUp = { period: 'month', tokens: 100, cost: null, endsAt: Date.now() + 60_000 } as const;
    bed = await makeBed({ key: withBudgets([{ period: 'month', tokens: 5 }], [topUp]) });
    await ask();
    expect(await states()).toMatchObject([{ limit: 105, used: 10, state: 'fine' }]);
    bed.changeKey(bed.keyId, withBudgets([{ period: 'month', tokens: 5 }], [{ ...topUp, endsAt: 1 }]));
    expect(code(await ask())).toBe('budget_spent');
  });

  test('that is the smallest of several counts', async () => {
    bed = await makeBed({
      key: withBudgets([
        { period: 'total', tokens: 1_000 },
        { period: 'total', tokens: 5 },
      ]),
    });
    await ask();
    expect(await states()).toMatchObject([{ limit: 5, used: 10, state: 'spent', ends_at: null }]);
    expect(await (await ask()).json()).toMatchObject({ error: { message: expect.stringContaining('in all') } });
  });

  test('says it as Anthropic does: 402 to new libraries, 429 to old ones', async () => {
    bed = await makeBed({ key: withBudgets([{ period: 'day', tokens: 0 }]) });
    const now = await ask({}, '/v1/messages', { 'anthropic-version': '2026-03-01' });
    expect([now.status, code(now)]).toEqual([402, 'budget_spent']);
    expect(await now.json()).toMatchObject({ error: { type: 'billing_error' } });
    const then = await ask({}, '/v1/messages', { 'anthropic-version': '2023-06-01' });
    expect(then.status).toBe(429);
    expect(await then.json()).toMatchObject({ error: { type: 'rate_limit_error' } });
    expect(then.headers.get('x-should-retry')).toBe('false');
  });
});

describe('a budget of money', () => {
  const euro = (micros: number, strict = false): Partial<Budget> => ({
    period: 'month',
    tokens: null,
    cost: { currency: 'EUR', micros },
    strict,
  });

  test('counts what models cost', async () => {
    bed = await makeBed({ prices, key: withBudgets([euro(120)]) });
    expect(left(await ask())).toBe('0.00006 EUR a month');
    expect(await states()).toMatchObject([{ used: 100, remaining: 20, unit: 'millionths of EUR' }]);
    await ask();
    expect(await states()).toMatchObject([{ used: 200, state: 'spent' }]);
    expect(await (await ask()).json()).toMatchObject({ error: { message: expect.stringContaining('0.00 EUR') } });
  });

  test('lets models without a price pass, and says how many it could not count', async () => {
    bed = await makeBed({ prices, key: withBudgets([euro(1)]) });
    expect((await ask({ model: 'other' })).status).toBe(200);
    await settled();
    const key = bed.gateway.limitsOf({ ...keyOf(), ...withBudgets([euro(1)]) });
    expect(key.budgets).toMatchObject([{ used: 0, unpriced: 1, state: 'fine' }]);
  });

  test('that is strict refuses models without a price', async () => {
    bed = await makeBed({ prices, key: withBudgets([euro(1_000, true)]) });
    const refused = await ask({ model: 'other' });
    expect([refused.status, code(refused)]).toEqual([403, 'model_unpriced']);
    expect((await ask()).status).toBe(200);
  });
});

function keyOf() {
  const limits = { rpm: null, parallel: null };
  return {
    id: bed.keyId,
    kind: 'inference',
    name: 'k',
    projectId: null,
    personId: null,
    personBar: null,
    weak: false,
    oldSecretWeak: false,
    status: 'active',
    expiresAt: null,
    limits,
    models: null,
  } as const;
}
