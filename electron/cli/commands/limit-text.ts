// How limits and budgets look on a terminal.

import type { Budget, BudgetState, LimitStates, WindowState } from '../../../shared/limit-model.ts';
import { type Output, visible } from '../output.ts';
import { textTable } from '../text-table.ts';

/** `100000 tokens a day`, `5 EUR in all`. */
export function budgetText({ period, tokens, cost }: Pick<Budget, 'period' | 'tokens' | 'cost'>): string {
  const amounts = [
    ...(tokens === null ? [] : [`${tokens} tokens`]),
    ...(cost === null ? [] : [amountText(cost.micros, cost.currency)]),
  ];
  return `${amounts.join(' and ')} ${period === 'total' ? 'in all' : `a ${period}`}`;
}

/** The same with how it is kept, where that is not the usual way. */
export function budgetRuleText({ soft, strict, ...amounts }: Budget): string {
  const warning = soft === usualSoft ? '' : `, warns at ${Math.round(soft * 100)} %`;
  return `${budgetText(amounts)}${warning}${strict ? ', strict' : ''}`;
}

const usualSoft = 0.8;

type Line = {
  readonly what: string;
  readonly used: string;
  readonly limit: string;
  readonly left: string;
  readonly anew: string;
};

export function limitsText(limits: LimitStates, { paint, when }: Output): string {
  const lines: readonly Line[] = [
    ...windowLine('requests a minute', limits.requestsPerMinute),
    ...windowLine('requests an hour', limits.requestsPerHour),
    ...windowLine('tokens a minute', limits.tokensPerMinute),
    ...parallelLine(limits.parallel),
    ...limits.budgets.map((budget) => budgetLine(budget, when)),
  ];
  const waiting = limits.waiting === 0 ? '' : `, ${limits.waiting} waiting`;
  const place = `Place in line: ${limits.priority}${waiting}.`;
  if (lines.length === 0) return `No limits. ${place}`;
  const table = textTable<Line>(
    [
      { title: 'LIMIT', cell: ({ what }) => what },
      { title: 'USED', cell: ({ used }) => used, align: 'right' },
      { title: 'OF', cell: ({ limit }) => limit, align: 'right' },
      { title: 'LEFT', cell: ({ left }) => left, align: 'right' },
      { title: 'ANEW', cell: ({ anew }) => anew },
    ],
    lines,
    (text) => paint('dim', text),
  );
  const unpriced = limits.budgets.reduce((sum, budget) => sum + budget.unpriced, 0);
  const note = unpriced === 0 ? '' : `\n${unpriced} requests have no price and are in no budget of money.`;
  return `${table}\n${place}${note}`;
}

function windowLine(what: string, window: WindowState | null): Line[] {
  if (!window) return [];
  const { limit, used, remaining, resetMs } = window;
  const anew = resetMs === 0 ? '' : `in ${Math.ceil(resetMs / 1000)} s`;
  return [{ what, used: String(used), limit: String(limit), left: String(remaining), anew }];
}

function parallelLine({ limit, running }: LimitStates['parallel']): Line[] {
  if (limit === null) return [];
  const left = String(Math.max(0, limit - running));
  return [{ what: 'requests at once', used: String(running), limit: String(limit), left, anew: '' }];
}

/** `900 of 1000 tokens used, nearly used up; anew in 3 h`. */
export function stateText(state: BudgetState, when: Output['when']): string {
  const { what, used, limit, anew } = budgetLine({ ...state, project: null }, when);
  return `${used} of ${limit} ${what}; anew ${anew}`;
}

function budgetLine(
  { period, currency, project, limit, used, remaining, state, endsAt }: BudgetState,
  when: Output['when'],
): Line {
  const amount = (count: number) => (currency === null ? String(count) : (count / 1_000_000).toFixed(2));
  const whose = project === null ? '' : ` of project ${visible(project)}`;
  const note = state === 'spent' ? ', used up' : state === 'warned' ? ', nearly used up' : '';
  return {
    what: `${currency ?? 'tokens'} ${period === 'total' ? 'in all' : `a ${period}`}${whose}${note}`,
    used: amount(used),
    limit: amount(limit),
    left: amount(remaining),
    anew: endsAt === null ? 'never' : when(endsAt, ''),
  };
}

function amountText(micros: number, currency: string): string {
  return `${micros / 1_000_000} ${currency}`;
}
