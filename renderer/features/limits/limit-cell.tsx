// A key's limit in a row of a table: how full its fullest budget is, or else how often it may ask.

import type { BudgetState } from '../../../shared/limit-model.ts';
import type { KeyFacts } from '../../../shared/model.ts';
import { limitTexts as texts } from '../../texts/limit-texts.ts';
import { formatPercent } from '../../ui/format.ts';
import { limitText } from '../keys/key-state.ts';
import { budgetTones, fullest, shareOf } from './budget-words.ts';
import { Meter } from './meter.tsx';

export function LimitCell({ facts }: { readonly facts: KeyFacts }) {
  // It asks nothing of models, and so has no limits.
  if (facts.kind === 'admin') return '–';
  return facts.budgets.length === 0 ? limitText(facts) : <BudgetCell budgets={facts.budgets} />;
}

/** The fullest of them; nothing where there are none. */
export function BudgetCell({ budgets }: { readonly budgets: readonly BudgetState[] }) {
  const budget = fullest(budgets);
  if (!budget) return null;
  const used = shareOf(budget, budget.used);
  const name = texts.budget[budget.period];
  return (
    <span className="kh-limit-cell" title={name}>
      <Meter label={name} used={used} tone={budgetTones[budget.state]} />
      {formatPercent(used)}
    </span>
  );
}
