// Temporary additions to a budget: one for each, until it ends, and only where there is such a budget.

import { expect, test } from 'vitest';
import { withTopUp } from '../../../electron/core/top-ups.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { budget, topUp } from '../../../shared/limit-model.ts';

const now = 1_800_000_000_000;
const budgets = [budget.parse({ period: 'day', tokens: 100 }), budget.parse({ period: 'month', cost: euro(5) })];
const key = { name: 'laptop', policy: { ...usualPolicy, budgets } };
const tokens = (amount: number, endsAt = now + 1000) => topUp.parse({ period: 'day', tokens: amount, endsAt });

function euro(micros: number) {
  return { currency: 'EUR', micros };
}

test('a second one takes the place of the first, and one of nothing takes it away', () => {
  const once = withTopUp(key, tokens(10), now);
  expect(once.topUps).toMatchObject([{ tokens: 10 }]);
  const twice = withTopUp({ ...key, policy: once }, tokens(20), now);
  expect(twice.topUps).toMatchObject([{ tokens: 20 }]);
  expect(withTopUp({ ...key, policy: twice }, tokens(0), now).topUps).toEqual([]);
});

test('those of other budgets stay until they end', () => {
  const money = withTopUp(key, topUp.parse({ period: 'month', cost: euro(9), endsAt: now + 5 }), now);
  const both = withTopUp({ ...key, policy: money }, tokens(10), now);
  expect(both.topUps).toHaveLength(2);
  expect(withTopUp({ ...key, policy: both }, tokens(30), now + 6).topUps).toMatchObject([{ tokens: 30 }]);
});

test('there must be a budget that it adds to', () => {
  const week = topUp.parse({ period: 'week', tokens: 5, endsAt: now + 5 });
  expect(() => withTopUp(key, week, now)).toThrow(expect.objectContaining({ code: 'budget_missing' }));
  const dollars = topUp.parse({ period: 'month', cost: { currency: 'USD', micros: 5 }, endsAt: now + 5 });
  expect(() => withTopUp(key, dollars, now)).toThrow(expect.objectContaining({ code: 'budget_missing' }));
});
