// A key's limit in a row of a table: how full its fullest budget is, or else how often it may ask.

import type { KeyFacts } from '../../../shared/model.ts';
import { limitTexts as texts } from '../../texts/limit-texts.ts';
import { formatPercent } from '../../ui/format.ts';
import { limitText } from '../keys/key-state.ts';
import { budgetTones, fullest, shareOf } from './budget-words.ts';
import { Meter } from './meter.tsx';

export function LimitCell({ facts }: { readonly facts: KeyFacts }) {
  const budget = fullest(facts.budgets);
  if (!budget) return limitText(facts);
  const used = shareOf(budget, budget.used);
  const name = texts.budget[budget.period];
  return (
    <span className="kh-limit-cell" title={name}>
      <Meter label={name} used={used} tone={budgetTones[budget.state]} />
      {formatPercent(used)}
    </span>
  );
}
