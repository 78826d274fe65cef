// A budget as it stands, in words and shares: amounts in its unit, how full it is, and when it would be spent. Pure.

import type { BudgetState } from '../../../shared/limit-model.ts';
import { limitTexts as texts } from '../../texts/limit-texts.ts';
import { formatCompact, formatMoney } from '../../ui/format.ts';
import type { Tone } from '../../ui/tone.ts';

type Unit = Pick<BudgetState, 'currency'>;

const hourMs = 3_600_000;
/** Less than this share of a period says nothing about the rest of it. */
const enoughOfPeriod = 0.05;

export function amountText({ currency }: Unit, amount: number): string {
  return currency === null ? texts.tokens(formatCompact(amount)) : formatMoney({ currency, micros: amount });
}

/** The same without its unit, where that stands beside it. */
export function plainAmount(budget: Unit, amount: number): string {
  return budget.currency === null ? formatCompact(amount) : amountText(budget, amount);
}

/** From 0 to 1, also for a budget of nothing. */
export function shareOf({ limit }: Pick<BudgetState, 'limit'>, amount: number): number {
  return limit === 0 ? 1 : Math.min(1, amount / limit);
}

export const budgetTones: Readonly<Record<BudgetState['state'], Tone>> = {
  fine: 'accent',
  warned: 'limited',
  spent: 'bad',
};

/** The one that ends first: it decides how long the key goes on. */
export function fullest(budgets: readonly BudgetState[]): BudgetState | undefined {
  return [...budgets].sort((a, b) => shareOf(b, b.used) - shareOf(a, a.used))[0];
}

export function fullestShare(budgets: readonly BudgetState[]): number | undefined {
  const budget = fullest(budgets);
  return budget && shareOf(budget, budget.used);
}

/**
 * When it is spent if it goes on as it did in this period; undefined where that is after its end, or where too little of
 * the period has passed to say.
 */
export function spentAt({ startsAt, endsAt, used, remaining }: BudgetState, now: number): number | undefined {
  if (endsAt === null || used === 0 || remaining === 0) return undefined;
  const passedMs = now - startsAt;
  if (passedMs < hourMs || passedMs < enoughOfPeriod * (endsAt - startsAt)) return undefined;
  const at = now + (remaining * passedMs) / used;
  return at < endsAt ? at : undefined;
}
