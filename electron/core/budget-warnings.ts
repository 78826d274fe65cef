// What the owner is told of budgets that are nearly or wholly used, as sentences. Asks how they stand; keeps nothing.

import type { BudgetPeriod, BudgetState } from '../../shared/limit-model.ts';
import type { RegisteredKey } from './key-registry.ts';

const periods: Readonly<Record<BudgetPeriod, string>> = {
  day: 'for the day',
  week: 'for the week',
  month: 'for the month',
  total: 'in all',
};

export type ProjectBudgets = { readonly name: string; readonly budgets: readonly BudgetState[] };

/** One sentence for each budget of a key in use, or of a project, that has passed its soft limit. */
export function budgetWarnings(
  keys: readonly RegisteredKey[],
  budgetsOf: (key: RegisteredKey) => readonly BudgetState[],
  projects: readonly ProjectBudgets[],
): string[] {
  const inUse = keys.filter(({ status, policy }) => status === 'active' && policy.budgets.length > 0);
  return [
    ...projects.flatMap(({ name, budgets }) => sentences(`The project "${name}"`, budgets)),
    // Those of a project are said once, and not for each of its keys.
    ...inUse.flatMap((key) =>
      sentences(
        `The key "${key.name}"`,
        budgetsOf(key).filter(({ project }) => project === null),
      ),
    ),
  ];
}

function sentences(who: string, budgets: readonly BudgetState[]): string[] {
  return budgets
    .filter(({ state }) => state !== 'fine')
    .map(({ period, state, used, limit }) =>
      state === 'spent'
        ? `${who} has used up its budget ${periods[period]}.`
        : `${who} has used ${Math.floor((used * 100) / limit)} % of its budget ${periods[period]}.`,
    );
}
