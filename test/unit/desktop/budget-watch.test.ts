// What is said of budgets while no window is open: when one passes its soft limit and when it is spent, once each.

import { expect, test } from 'vitest';
import { createBudgetWatch } from '../../../electron/desktop/budget-watch.ts';
import type { BudgetState } from '../../../shared/limit-model.ts';

const keyWith = (used: number, state: BudgetState['state'], startsAt = 0) => ({
  id: 'k1',
  budgets: [
    {
      period: 'day' as const,
      currency: null,
      project: null,
      limit: 100,
      topUp: 0,
      used,
      reserved: 0,
      remaining: 100 - used,
      soft: 0.8,
      strict: false,
      state,
      startsAt,
      endsAt: null,
      unpriced: 0,
    },
  ],
});

test('each step is told once a period', () => {
  const watch = createBudgetWatch();
  expect(watch(keyWith(10, 'fine'))).toEqual([]);
  expect(watch(keyWith(85, 'warned'))).toEqual([{ state: 'warned', share: 85 }]);
  expect(watch(keyWith(90, 'warned'))).toEqual([]);
  expect(watch(keyWith(100, 'spent'))).toEqual([{ state: 'spent', share: 100 }]);
  expect(watch(keyWith(100, 'spent'))).toEqual([]);
  expect(watch(keyWith(81, 'warned', 1))).toEqual([{ state: 'warned', share: 81 }]);
});
