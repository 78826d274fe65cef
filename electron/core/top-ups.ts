// Temporary additions to a key's budgets, as its policy keeps them: one for each budget, until it ends. Decides nothing about
// what was used.

import { KeyhatchError } from '../../shared/errors.ts';
import type { KeyPolicy } from '../../shared/key-policy.ts';
import type { TopUp } from '../../shared/limit-model.ts';

type Topped = { readonly name: string; readonly policy: KeyPolicy };

/**
 * The policy with this top-up in place of the one before it; those that have ended are dropped.
 * @throws KeyhatchError `budget_missing` where there is no such budget that it could add to
 */
export function withTopUp({ name, policy }: Topped, add: TopUp, nowMs: number): KeyPolicy {
  const fits = policy.budgets.some(
    (budget) =>
      budget.period === add.period &&
      (add.tokens === null || budget.tokens !== null) &&
      (add.cost === null || budget.cost?.currency === add.cost.currency),
  );
  if (!fits) throw new KeyhatchError('budget_missing', { details: { name, period: add.period } });
  const isReplaced = (one: TopUp) =>
    one.period === add.period &&
    (one.tokens === null) === (add.tokens === null) &&
    one.cost?.currency === add.cost?.currency;
  const kept = policy.topUps.filter((one) => one.endsAt > nowMs && !isReplaced(one));
  const isEmpty = (add.tokens ?? 0) === 0 && (add.cost?.micros ?? 0) === 0;
  return { ...policy, topUps: isEmpty ? kept : [...kept, add] };
}
