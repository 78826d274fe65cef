// How a time is cut so that it is added up from as few sums as possible: whole days, whole hours, whole minutes, and the
// rows themselves at its ends and where the finer sums are no longer kept. Pure.

import { dayGrain, type Grain, grainEnd, grainStart, hourGrain, minuteGrain } from './usage-grain.ts';

/** `rows`: the requests themselves. Times are epoch ms, `to` is not included. */
export type UsageSpan = { readonly grain: Grain | 'rows'; readonly from: number; readonly to: number };

/** The coarsest sums that may be used for a time, and since when those by the minute and by the hour are kept. */
export type SpanLimits = { readonly minutesSince: number; readonly hoursSince: number };

/** Spans that cover a time exactly once, in no particular order. */
export function spansOf(from: number, to: number, limits: SpanLimits, grain: Grain = dayGrain): UsageSpan[] {
  if (from >= to) return [];
  const finer = grain === dayGrain ? hourGrain : grain === hourGrain ? minuteGrain : undefined;
  const below = (start: number, end: number): UsageSpan[] => {
    if (start >= end) return [];
    return finer === undefined ? [{ grain: 'rows', from: start, to: end }] : spansOf(start, end, limits, finer);
  };
  const since = grain === minuteGrain ? limits.minutesSince : grain === hourGrain ? limits.hoursSince : 0;
  const usableFrom = Math.max(from, since);
  if (usableFrom >= to) return below(from, to);
  const first = grainStart(grain, usableFrom) === usableFrom ? usableFrom : endOf(grain, usableFrom);
  const last = grainStart(grain, to);
  if (first >= last) return below(from, to);
  return [...below(from, first), { grain, from: first, to: last }, ...below(last, to)];
}

const endOf = (grain: Grain, atMs: number): number => grainEnd(grain, grainStart(grain, atMs));
