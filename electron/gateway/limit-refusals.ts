// Why a claim on a limit was refused, as an error that says which limit it was and what helps. Decides nothing.

import { KeyhatchError } from '../../shared/errors.ts';
import type { BudgetPeriod } from '../../shared/limit-model.ts';
import type { BudgetCalendar } from './budget-calendar.ts';
import type { BudgetPlan } from './key-limits.ts';
import type { Claim, Refused, Standing } from './limit-counters.ts';
import { waitAdvice } from './wait-advice.ts';

type Named = { readonly name: string };
/** A claim, and the budget that it is on. */
type Item = { readonly claim: Claim; readonly plan?: BudgetPlan };

/** What others hold comes free when they end, which may be soon. */
const othersEndMs = 2_000;

const words: Readonly<Record<string, string>> = {
  rpm: 'requests a minute',
  rph: 'requests an hour',
  tpm: 'tokens a minute',
};

export function limitRefusal(
  { name }: Named,
  item: Item | undefined,
  refused: Refused,
  calendar: BudgetCalendar,
): KeyhatchError {
  if (item?.plan) return budgetSpent(item.plan, refused.standings[refused.at], calendar);
  const { limit = 0, amount: wanted = 0, counter = 'tpm' } = item?.claim ?? {};
  if (wanted > limit) {
    return new KeyhatchError('limit_unreachable', {
      details: { name, limit, what: words[counter] ?? counter, wanted },
    });
  }
  if (counter !== 'tpm') return rateLimited({ name }, counter, limit, refused.waitMs);
  const advice = waitAdvice(Number.isFinite(refused.waitMs) ? refused.waitMs : othersEndMs);
  return new KeyhatchError('tokens_limited', { details: { name, limit, wanted, ...advice } });
}

/** A key has made as many requests as it may. */
export function rateLimited({ name }: Named, counter: string, limit: number, waitMs: number): KeyhatchError {
  const span = counter === 'rpm' ? '60 seconds' : '60 minutes';
  return new KeyhatchError('rate_limited', { details: { name, limit, span, ...waitAdvice(waitMs) } });
}

/** A limit of 0. */
export function blocked({ name }: Named, counter: 'rpm' | 'rph' | 'tpm'): KeyhatchError {
  return new KeyhatchError('key_blocked', { details: { name, what: words[counter] ?? counter } });
}

const spans: Readonly<Record<BudgetPeriod, string>> = {
  day: 'for the day',
  week: 'for the week',
  month: 'for the month',
  total: 'in all',
};

function budgetSpent(plan: BudgetPlan, standing: Standing | undefined, calendar: BudgetCalendar): KeyhatchError {
  const { owner, period, currency, limit } = plan;
  const endsAt = standing?.span?.endsAt ?? Number.POSITIVE_INFINITY;
  const until = Number.isFinite(endsAt) ? ` or wait until ${calendar.text(endsAt)}` : '';
  const amount = currency === null ? `${limit} tokens` : `${(limit / 1_000_000).toFixed(2)} ${currency}`;
  return new KeyhatchError('budget_spent', { details: { owner: owner.name, span: spans[period], amount, until } });
}
