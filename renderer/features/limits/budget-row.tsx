// A budget as it stands: its bar, and below it what runs, when it begins anew and when it would be spent.

import { Text } from '@mantine/core';
import type { BudgetState } from '../../../shared/limit-model.ts';
import { limitTexts as texts } from '../../texts/limit-texts.ts';
import { formatPercent, formatRelative } from '../../ui/format.ts';
import { useNow } from '../../ui/moment.tsx';
import { amountText, budgetTones, plainAmount, shareOf, spentAt } from './budget-words.ts';
import { Meter } from './meter.tsx';

/** Each once a period and unit. */
export function BudgetRows({ budgets }: { readonly budgets: readonly BudgetState[] }) {
  return budgets.map((budget) => (
    <li key={`${budget.period}-${budget.currency}`}>
      <BudgetRow budget={budget} />
    </li>
  ));
}

function BudgetRow({ budget }: { readonly budget: BudgetState }) {
  const now = useNow(10_000);
  const { period, used, limit, reserved, topUp, soft, state, endsAt, unpriced } = budget;
  const name = texts.budget[period];
  const spent = spentAt(budget, now);
  const notes = [
    state === 'spent' ? texts.spent : '',
    reserved > 0 ? texts.reserved(amountText(budget, reserved)) : '',
    topUp > 0 ? texts.topUp(amountText(budget, topUp)) : '',
    endsAt === null ? '' : texts.anew(formatRelative(endsAt, now)),
    spent === undefined ? '' : texts.forecast(formatRelative(spent, now)),
    unpriced > 0 ? texts.unpriced(unpriced) : '',
  ].filter(Boolean);
  return (
    <>
      <LimitHead name={name} says={texts.used(plainAmount(budget, used), amountText(budget, limit))} />
      <Meter
        label={name}
        used={shareOf(budget, used)}
        held={shareOf(budget, reserved)}
        mark={soft}
        markLabel={texts.softMark(formatPercent(soft))}
        tone={budgetTones[state]}
      />
      {notes.length > 0 && <LimitNote>{notes.join(' · ')}</LimitNote>}
    </>
  );
}

export function LimitNote({ children }: { readonly children: string }) {
  return (
    <Text size="xs" c="dimmed" mt={5}>
      {children}
    </Text>
  );
}

export function LimitHead({ name, says }: { readonly name: string; readonly says: string }) {
  return (
    <div className="kh-limit-head">
      <span>{name}</span>
      <span>{says}</span>
    </div>
  );
}
