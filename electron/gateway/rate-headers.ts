// What a key has left of its limits, on every answer, in the words of the caller's dialect: OpenAI's or Anthropic's, and ours
// for budgets. Of two limits on requests, the one that is nearer to its end.

import type { ServerResponse } from 'node:http';
import type { WindowState } from '../../shared/limit-model.ts';
import type { Dialect } from '../../shared/upstream-kinds.ts';
import type { ShownLimits } from './key-limits.ts';

export function setRateHeaders(res: ServerResponse, dialect: Dialect, shown: ShownLimits, nowMs: number): void {
  const set = dialect === 'anthropic' ? setAnthropic : setOpenai;
  const requests = tighter(shown.requestsPerMinute, shown.requestsPerHour);
  if (requests) set(res, 'requests', requests, nowMs);
  if (shown.tokensPerMinute) set(res, 'tokens', shown.tokensPerMinute, nowMs);
  if (shown.budgets.length > 0) res.setHeader('x-keyhatch-budget-remaining', shown.budgets.map(budgetText).join(', '));
}

type Unit = 'requests' | 'tokens';

function setOpenai(res: ServerResponse, unit: Unit, { limit, remaining, resetMs }: WindowState): void {
  res.setHeader(`x-ratelimit-limit-${unit}`, limit);
  res.setHeader(`x-ratelimit-remaining-${unit}`, remaining);
  res.setHeader(`x-ratelimit-reset-${unit}`, durationText(resetMs));
}

function setAnthropic(
  res: ServerResponse,
  unit: Unit,
  { limit, remaining, resetMs }: WindowState,
  nowMs: number,
): void {
  res.setHeader(`anthropic-ratelimit-${unit}-limit`, limit);
  res.setHeader(`anthropic-ratelimit-${unit}-remaining`, remaining);
  res.setHeader(`anthropic-ratelimit-${unit}-reset`, new Date(nowMs + resetMs).toISOString());
}

function tighter(one: WindowState | null, other: WindowState | null): WindowState | null {
  if (!one || !other) return one ?? other;
  return other.remaining < one.remaining ? other : one;
}

/** `50s`, `6m0s`, as OpenAI writes them. */
function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** `1200 tokens a day`, `0.42 EUR in total`, `5000 tokens a month for the project`. */
function budgetText({ period, currency, project, remaining }: ShownLimits['budgets'][number]): string {
  const amount = currency === null ? `${remaining} tokens` : `${remaining / 1_000_000} ${currency}`;
  return `${amount} ${period === 'total' ? 'in total' : `a ${period}`}${project === null ? '' : ' for the project'}`;
}
