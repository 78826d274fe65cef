// Notices budgets that pass their soft limit or are spent, each of them once a period. Pure but for what it remembers.

import type { BudgetState } from '../../shared/limit-model.ts';

export type BudgetNews = { readonly state: Exclude<BudgetState['state'], 'fine'>; readonly share: number };

/** A key or a project with the budgets of its own. */
export type Budgeted = { readonly id: string; readonly budgets: readonly BudgetState[] };

/** The returned function takes one as it is now, and answers with what is new about its budgets and worth a word. */
export function createBudgetWatch(): (one: Budgeted) => readonly BudgetNews[] {
  const said = new Map<string, BudgetState['state']>();

  return ({ id, budgets }) =>
    budgets.flatMap(({ period, currency, startsAt, state, used, limit }) => {
      const name = `${id}/${period}/${currency}/${startsAt}`;
      const before = said.get(name) ?? 'fine';
      said.set(name, state);
      if (state === 'fine' || state === before || before === 'spent') return [];
      return [{ state, share: limit === 0 ? 100 : Math.floor((used * 100) / limit) }];
    });
}
