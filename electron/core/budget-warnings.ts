// What the owner is told of budgets that are nearly or wholly used, as sentences. Asks how they stand; keeps nothing.

import type { BudgetPeriod, BudgetState } from '../../shared/limit-model.ts';
import type { RegisteredKey } from './key-registry.ts';

const periods: Readonly<Record<BudgetPeriod, string>> = {
  day: 'for the day',
  week: 'for the week',
  month: 'for the month',
  total: 'in all',
};

/** One sentence for each budget of a key in use that has passed its soft limit. */
export function budgetWarnings(
  keys: readonly RegisteredKey[],
  budgetsOf: (key: RegisteredKey) => readonly BudgetState[],
): string[] {
  const inUse = keys.filter(({ status, policy }) => status === 'active' && policy.budgets.length > 0);
  return inUse.flatMap((key) =>
    budgetsOf(key)
      .filter(({ state }) => state !== 'fine')
      .map(({ period, state, used, limit }) =>
        state === 'spent'
          ? `The key "${key.name}" has used up its budget ${periods[period]}.`
          : `The key "${key.name}" has used ${Math.floor((used * 100) / limit)} % of its budget ${periods[period]}.`,
      ),
  );
}
