// Temporary additions to a budget: one for each, until it ends, and only where there is such a budget.

import { expect, test } from 'vitest';
import { withTopUp } from '../../../electron/core/top-ups.ts';
import { budget, topUp } from '../../../shared/limit-model.ts';

const now = 1_800_000_000_000;
const budgets = [budget.parse({ period: 'day', tokens: 100 }), budget.parse({ period: 'month', cost: euro(5) })];
const key = { kind: 'key', name: 'laptop', budgets, topUps: [] } as const;
const tokens = (amount: number, endsAt = now + 1000) => topUp.parse({ period: 'day', tokens: amount, endsAt });

function euro(micros: number) {
  return { currency: 'EUR', micros };
}

test('a second one takes the place of the first, and one of nothing takes it away', () => {
  const once = withTopUp(key, tokens(10), now);
  expect(once).toMatchObject([{ tokens: 10 }]);
  const twice = withTopUp({ ...key, topUps: once }, tokens(20), now);
  expect(twice).toMatchObject([{ tokens: 20 }]);
  expect(withTopUp({ ...key, topUps: twice }, tokens(0), now)).toEqual([]);
});

test('those of other budgets stay until they end', () => {
  const money = withTopUp(key, topUp.parse({ period: 'month', cost: euro(9), endsAt: now + 5 }), now);
  const both = withTopUp({ ...key, topUps: money }, tokens(10), now);
  expect(both).toHaveLength(2);
  expect(withTopUp({ ...key, topUps: both }, tokens(30), now + 6)).toMatchObject([{ tokens: 30 }]);
});

test('there must be a budget that it adds to', () => {
  const week = topUp.parse({ period: 'week', tokens: 5, endsAt: now + 5 });
  expect(() => withTopUp(key, week, now)).toThrow(expect.objectContaining({ code: 'budget_missing' }));
  const dollars = topUp.parse({ period: 'month', cost: { currency: 'USD', micros: 5 }, endsAt: now + 5 });
  expect(() => withTopUp(key, dollars, now)).toThrow(expect.objectContaining({ code: 'budget_missing' }));
});
