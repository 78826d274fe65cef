// Usage over time for charts: by key, project, model, upstream or client, the greatest groups apart and the rest together, with what came
// before for comparison. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import type { UsageLine, UsageSeries, UsageSplit } from '../../shared/usage-model.ts';
import { localDay, localDays } from './local-day.ts';
import { grainStart, hourGrain, minuteGrain } from './usage-grain.ts';
import { quantile } from './usage-histogram.ts';
import { createUsageReader, type UsageCell, type UsageTime } from './usage-reader.ts';
import { totalOf } from './usage-report.ts';

export type SeriesQuery = {
  /** Epoch ms. A series of up to a day begins with the first whole bucket after it, a longer one with the bucket it lies in. */
  readonly since: number;
  readonly until: number;
  readonly by: UsageSplit;
  readonly keyId?: string | undefined;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const mostGroups = 8;
/** The group that holds all that is not among the greatest. */
const other = 'other';

const noGroup: Readonly<Record<UsageSplit, string>> = {
  key: 'without a key',
  project: 'no project',
  model: 'no model',
  upstream: 'answered here',
  client: 'other',
  none: 'all',
};

/** A function that adds up what was received from the bucket of `since` to `until`, by bucket and group. */
export function createUsageSeries(db: DatabaseSync): (query: SeriesQuery) => UsageSeries {
  const reader = createUsageReader(db);
  const keyName = db.prepare('SELECT name FROM keys WHERE id = ?');
  const projectName = db.prepare('SELECT name FROM projects WHERE id = ?');

  function labelOf(group: string | null, by: UsageSplit): string {
    if (group === null) return noGroup[by];
    if ((by !== 'key' && by !== 'project') || group === other) return group;
    const named = (by === 'key' ? keyName : projectName).get(group) as { name: string } | undefined;
    return named?.name ?? group;
  }

  return (query) => {
    const { until, by } = query;
    const { bucketMs, starts } = bucketsOf(query.since, until);
    const since = starts[0] ?? query.since;
    const keyId = query.keyId ?? null;
    const time = { from: since, to: until + 1 };
    // Whole minutes or hours, because of parts of them the rows would have to be read.
    const beforeFrom = grainStart(bucketMs < 6 * hourMs ? minuteGrain : hourGrain, since - (until - since));
    const times = starts.map((from, index) => ({ from, to: starts[index + 1] ?? until + 1 }));
    const totalIn = (one: UsageTime): UsageLine => totalOf(reader.cells({ times: [one], by: 'none', keyId }));
    const { firstTokens, speeds } = reader.histograms(time, keyId);
    return {
      since,
      until,
      bucketMs,
      buckets: [...starts],
      groups: gather(reader.cells({ times, by, keyId }), starts.length, (group) => labelOf(group, by)),
      total: totalIn(time),
      before: totalIn({ from: beforeFrom, to: since }),
      firstTokenMs: { p50: quantile(firstTokens, 0.5), p95: quantile(firstTokens, 0.95) },
      tokensPerSecond: { p50: perSecond(quantile(speeds, 0.5)), p95: perSecond(quantile(speeds, 0.95)) },
      refusals: [...reader.refusals(time, keyId)]
        .map(([code, count]) => ({ code, count }))
        .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
    };
  };
}

// Speeds are kept as tokens in 1,000 seconds.
const perSecond = (speed: number | null): number | null => (speed === null ? null : speed / 1_000);

/** Where the buckets of a time begin: minutes for an hour, days for weeks. Quarters and whole days follow local midnight. */
function bucketsOf(since: number, until: number): { readonly bucketMs: number; readonly starts: readonly number[] } {
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

function gather(
  cells: readonly UsageCell[],
  length: number,
  labelOf: (group: string | null) => string,
): UsageSeries['groups'] {
  const weights = new Map<string | null, number>();
  for (const cell of cells) {
    const weight = cell.tokensIn + cell.tokensOut + cell.requests / 1000;
    weights.set(cell.group, (weights.get(cell.group) ?? 0) + weight);
  }
  const ranked = [...weights].sort(([, a], [, b]) => b - a).map(([group]) => group);
  // One group more is no longer than the line that would stand for it.
  const few = ranked.length <= mostGroups + 1;
  // A model may be called as the rest is; where there is a rest, it is a part of it.
  const apart = new Set(few ? ranked : ranked.filter((group) => group !== other).slice(0, mostGroups));
  const groups = new Map<string | null, UsageSeries['groups'][number]>();
  const zeros = () => new Array<number>(length).fill(0);
  for (const group of ranked) {
    const id = apart.has(group) ? group : other;
    if (!groups.has(id)) {
      const label = labelOf(id);
      groups.set(id, { group: id, label, requests: zeros(), tokensIn: zeros(), tokensOut: zeros() });
    }
  }
  for (const cell of cells) {
    const sums = groups.get(apart.has(cell.group) ? cell.group : other);
    if (!sums) continue;
    for (const field of ['requests', 'tokensIn', 'tokensOut'] as const) {
      sums[field][cell.time] = (sums[field][cell.time] ?? 0) + cell[field];
    }
  }
  return [...groups.values()];
}
