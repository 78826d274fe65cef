// Temporary additions to the budgets of a key or a project, as they are kept with them: one for each budget, until it ends.
// Decides nothing about what was used.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Budget, TopUp } from '../../shared/limit-model.ts';

/** Who has the budgets, as people and the command line call it. */
export type Topped = {
  readonly kind: 'key' | 'project';
  readonly name: string;
  readonly budgets: readonly Budget[];
  readonly topUps: readonly TopUp[];
};

/**
 * The top-ups with this one in place of the one before it; those that have ended are dropped.
 * @throws KeyhatchError `budget_missing` where there is no such budget that it could add to
 */
export function withTopUp({ kind, name, budgets, topUps }: Topped, add: TopUp, nowMs: number): TopUp[] {
  const fits = budgets.some(
    (budget) =>
      budget.period === add.period &&
      (add.tokens === null || budget.tokens !== null) &&
      (add.cost === null || budget.cost?.currency === add.cost.currency),
  );
  if (!fits) {
    const details = { owner: `the ${kind} "${name}"`, what: `${kind}s`, name, period: add.period };
    throw new KeyhatchError('budget_missing', { details });
  }
  const isReplaced = (one: TopUp) =>
    one.period === add.period &&
    (one.tokens === null) === (add.tokens === null) &&
    one.cost?.currency === add.cost?.currency;
  const kept = topUps.filter((one) => one.endsAt > nowMs && !isReplaced(one));
  const isEmpty = (add.tokens ?? 0) === 0 && (add.cost?.micros ?? 0) === 0;
  return isEmpty ? kept : [...kept, add];
}
