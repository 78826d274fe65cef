// Usage over time for charts: by key, project, model, upstream or client, the greatest groups apart and the rest together, with what came
// before for comparison. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import type { ModelPrice } from '../../shared/prices.ts';
import type { UsageFilter, UsageSeries, UsageSplit } from '../../shared/usage-model.ts';
import { createGroupLabels } from './group-labels.ts';
import { localDay, localDays } from './local-day.ts';
import { costsOf, gatherGroups } from './series-groups.ts';
import { grainStart, hourGrain, minuteGrain } from './usage-grain.ts';
import { quantile } from './usage-histogram.ts';
import { createUsageReader, type UsageTime } from './usage-reader.ts';
import { totalOf } from './usage-report.ts';

export type SeriesQuery = {
  /** Epoch ms. A series of up to a day begins with the first whole bucket after it, a longer one with the bucket it lies in. */
  readonly since: number;
  readonly until: number;
  readonly by: UsageSplit;
  readonly filter?: UsageFilter;
  /** The first bucket begins at `since` itself, and may be shorter than the others. */
  readonly exactly?: boolean;
  readonly prices?: readonly ModelPrice[];
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A function that adds up what was received from the bucket of `since` to `until`, by bucket and group. */
export function createUsageSeries(db: DatabaseSync): (query: SeriesQuery) => UsageSeries {
  const reader = createUsageReader(db);
  const labelOf = createGroupLabels(db);

  function times(time: UsageTime, filter: UsageFilter) {
    const { firstTokens, speeds } = reader.histograms(time, filter);
    return {
      firstTokenMs: { p50: quantile(firstTokens, 0.5), p95: quantile(firstTokens, 0.95) },
      tokensPerSecond: { p50: perSecond(quantile(speeds, 0.5)), p95: perSecond(quantile(speeds, 0.95)) },
    };
  }

  return (query) => {
    const { until, by, filter = {}, prices = [] } = query;
    const { bucketMs, starts } = bucketsOf(query.since, until, query.exactly ?? false);
    const since = starts[0] ?? query.since;
    const time = { from: since, to: until + 1 };
    // Whole minutes or hours, because of parts of them the rows would have to be read.
    const beforeFrom = grainStart(bucketMs < 6 * hourMs ? minuteGrain : hourGrain, since - (until - since));
    const before = { from: Math.max(0, beforeFrom), to: since };
    const buckets = starts.map((from, index) => ({ from, to: starts[index + 1] ?? until + 1 }));
    const models = reader.cells({ times: [time], by, filter, byModel: true });
    const modelsBefore = reader.cells({ times: [before], by: 'none', filter, byModel: true });
    return {
      since,
      until,
      bucketMs,
      buckets: [...starts],
      groups: gatherGroups({
        cells: reader.cells({ times: buckets, by, filter }),
        models,
        length: starts.length,
        labelOf: (group) => labelOf(group, by),
        prices,
      }),
      total: totalOf(models),
      costs: costsOf(models, prices),
      ...times(time, filter),
      before: {
        ...totalOf(modelsBefore),
        costs: costsOf(modelsBefore, prices),
        ...times(before, filter),
        refusals: [...reader.refusals(before, filter).values()].reduce((all, count) => all + count, 0),
      },
      refusals: [...reader.refusals(time, filter)]
        .map(([code, count]) => ({ code, count }))
        .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
    };
  };
}

// Speeds are kept as tokens in 1,000 seconds.
const perSecond = (speed: number | null): number | null => (speed === null ? null : speed / 1_000);

/** Where the buckets of a time begin: minutes for an hour, days for weeks. Quarters and whole days follow local midnight. */
function bucketsOf(
  since: number,
  until: number,
  exactly: boolean,
): { readonly bucketMs: number; readonly starts: readonly number[] } {
  const { bucketMs, starts } = wholeBuckets(since, until);
  return { bucketMs, starts: exactly ? [since, ...starts.filter((at) => at > since)] : starts };
}

function wholeBuckets(since: number, until: number): { readonly bucketMs: number; readonly starts: readonly number[] } {
  const lengthMs = until - since;
  if (lengthMs > 7 * dayMs) return { bucketMs: dayMs, starts: localDays(since, until).map(({ from }) => from) };
  if (lengthMs > dayMs) return { bucketMs: 6 * hourMs, starts: quarters(since, until) };
  const bucketMs = lengthMs <= hourMs ? minuteMs : lengthMs <= 6 * hourMs ? 5 * minuteMs : 30 * minuteMs;
  const starts: number[] = [];
  // The first one whole within the time, so that an hour is sixty minutes and not sixty-one.
  for (let at = Math.floor(until / bucketMs) * bucketMs; at > since; at -= bucketMs) starts.unshift(at);
  return { bucketMs, starts };
}

function quarters(since: number, until: number): number[] {
  // By the clock on the wall: on a day of 23 hours too, the second quarter begins at six.
  const all = localDays(localDay(since).from, until).flatMap(({ from }) => [
    from,
    ...[6, 12, 18].map((hours) => new Date(from).setHours(hours)),
  ]);
  return all.filter((at, index) => at <= until && (all[index + 1] ?? Number.POSITIVE_INFINITY) > since);
}
