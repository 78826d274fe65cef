// Usage over time for charts: by key, model or upstream, the greatest groups apart and the rest together, with what came
// before for comparison. Only reads.

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { UsageLine, UsageSeries, UsageSplit } from '../../shared/usage-model.ts';
import { localDay, localDays } from './local-day.ts';
import { usageSums } from './usage-report.ts';

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
/** Of how many requests first tokens and speeds are looked at. */
const measuredMost = 5_000;
/** The group that holds all that is not among the greatest. */
const other = 'other';

const groupColumns: Readonly<Record<UsageSplit, string>> = {
  key: 'r.key_id',
  model: 'r.model',
  upstream: 'r.upstream_id',
  none: 'NULL',
};

type Cell = {
  readonly bucket: number;
  readonly group: string | null;
  readonly name: string | null;
  readonly requests: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
};

/** A function that adds up what was received from the bucket of `since` to `until`, by bucket and group. */
export function createUsageSeries(db: DatabaseSync): (query: SeriesQuery) => UsageSeries {
  const inTime = 'r.received_at >= :from AND r.received_at < :to AND (:keyId IS NULL OR r.key_id = :keyId)';
  const total = db.prepare(`SELECT ${usageSums} FROM requests r WHERE ${inTime}`);
  const refused = db.prepare(`
    SELECT r.error_code AS code, count(*) AS count FROM requests r
    WHERE ${inTime} AND r.outcome = 'refused' AND r.error_code IS NOT NULL GROUP BY r.error_code`);
  const strangers = db.prepare(`
    SELECT code, sum(count) AS count FROM strangers WHERE minute >= :from AND minute < :to GROUP BY code`);

  function cells(query: SeriesQuery, starts: readonly number[]): Cell[] {
    const spans = starts.map((from, index) => ({ index, from, to: starts[index + 1] ?? query.until + 1 }));
    const column = groupColumns[query.by];
    return db
      .prepare(`
        SELECT span.value ->> 'index' AS bucket, ${column} AS "group", max(k.name) AS name, count(*) AS requests,
          coalesce(sum(r.tokens_in), 0) AS tokensIn, coalesce(sum(r.tokens_out), 0) AS tokensOut
        FROM json_each(:spans) span
        CROSS JOIN requests r ON r.received_at >= span.value ->> 'from' AND r.received_at < span.value ->> 'to'
        LEFT JOIN keys k ON k.id = r.key_id
        WHERE :keyId IS NULL OR r.key_id = :keyId
        GROUP BY span.key, ${column}`)
      .all({ spans: JSON.stringify(spans), keyId: query.keyId ?? null }) as Cell[];
  }

  // Nearest rank: the value that this share of all values does not exceed. Of the newest few thousand, because the gateway
  // waits while this counts.
  function percentiles(measure: string, time: Record<string, SQLInputValue>) {
    const values = db
      .prepare(`
        SELECT value FROM (
          SELECT ${measure} AS value FROM requests r WHERE ${inTime} AND ${measure} IS NOT NULL
          ORDER BY r.received_at DESC LIMIT ${measuredMost}
        ) ORDER BY value`)
      .all(time) as { value: number }[];
    const at = (share: number) => values[Math.max(0, Math.ceil(values.length * share) - 1)]?.value ?? null;
    return { p50: at(0.5), p95: at(0.95) };
  }

  return (query) => {
    const { until } = query;
    const { bucketMs, starts } = bucketsOf(query.since, until);
    const since = starts[0] ?? query.since;
    const keyId = query.keyId ?? null;
    const time = { from: since, to: until + 1, keyId };
    const line = (from: number, to: number): UsageLine => ({
      group: null,
      label: 'total',
      ...(total.get({ from, to, keyId }) as Omit<UsageLine, 'group' | 'label'>),
    });
    const codes = refused.all(time) as { code: string; count: number }[];
    // Who had no key belongs to nobody, so not to the one key that is asked about either.
    const unknown = keyId === null ? (strangers.all({ from: since, to: until + 1 }) as typeof codes) : [];
    return {
      since,
      until,
      bucketMs,
      buckets: [...starts],
      groups: gather(cells(query, starts), starts.length, query.by),
      total: line(since, until + 1),
      before: line(since - (until - since), since),
      firstTokenMs: percentiles('(r.first_token_at - r.received_at)', time),
      tokensPerSecond: percentiles(
        'CASE WHEN r.tokens_out > 1 AND r.ended_at > r.first_token_at THEN r.tokens_out * 1000.0 / (r.ended_at - r.first_token_at) END',
        time,
      ),
      refusals: joined([...codes, ...unknown]),
    };
  };
}

// Some codes are given to known callers and to strangers.
function joined(counts: UsageSeries['refusals']): UsageSeries['refusals'] {
  const sums = new Map<string, number>();
  for (const { code, count } of counts) sums.set(code, (sums.get(code) ?? 0) + count);
  return [...sums]
    .map(([code, count]) => ({ code, count }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

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

function gather(cells: readonly Cell[], length: number, by: UsageSplit): UsageSeries['groups'] {
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
      const label = labelOf(id, by, cells);
      groups.set(id, { group: id, label, requests: zeros(), tokensIn: zeros(), tokensOut: zeros() });
    }
  }
  for (const cell of cells) {
    const sums = groups.get(apart.has(cell.group) ? cell.group : other);
    if (!sums) continue;
    for (const field of ['requests', 'tokensIn', 'tokensOut'] as const) {
      sums[field][cell.bucket] = (sums[field][cell.bucket] ?? 0) + cell[field];
    }
  }
  return [...groups.values()];
}

function labelOf(group: string | null, by: UsageSplit, cells: readonly Cell[]): string {
  if (group === other) return other;
  if (by === 'key') return cells.find((cell) => cell.group === group)?.name ?? group ?? 'without a key';
  return group ?? (by === 'none' ? 'all' : by === 'model' ? 'no model' : 'answered here');
}
