// Adds up what was used in one or more times, from the sums that are kept and, at the ends, from the rows. Only reads; the
// answers are those that the rows alone would give, as long as the rows are kept.

import type { DatabaseSync } from 'node:sqlite';
import type { UsageFilter, UsageSplit } from '../../shared/usage-model.ts';
import { createPersonOf } from './person-of-key.ts';
import { requestColumns } from './request-columns.ts';
import { strangersGroup } from './rollup-table.ts';
import { isOfAll, isOfPerson, narrowed, rowFilter } from './usage-filter.ts';
import { dayGrain, type Grain, grainEnd, grainStart, hourGrain, minuteGrain } from './usage-grain.ts';
import { addToHistogram } from './usage-histogram.ts';
import { addNumbers, noNumbers, type UsageNumbers } from './usage-numbers.ts';
import { type SpanLimits, spansOf, type UsageSpan } from './usage-spans.ts';
import { addRow, type CountedRow, groupsOfRows, noSums } from './usage-sums.ts';

export type UsageTime = { readonly from: number /** Not included. */; readonly to: number };

/** What was used in one of the times by one group; of one model where that was asked for. */
export type UsageCell = {
  readonly time: number;
  readonly group: string | null;
  readonly model: string | null;
} & UsageNumbers;

/** What was used in an hour, or in the part of one that was asked about. */
export type UsageHour = {
  /** Epoch ms of its beginning, or of a moment in it. */
  readonly at: number;
  readonly requests: number;
  readonly tokens: number;
};

type Days = { readonly first: number; readonly last: number };
type Counts = { -readonly [Field in keyof UsageCell]: UsageCell[Field] };

export type UsageReader = {
  /**
   * One cell for each time and group in which there was something.
   * @param grain the coarsest sums to use
   */
  readonly cells: (query: {
    readonly times: readonly UsageTime[];
    readonly by: UsageSplit;
    readonly filter: UsageFilter;
    /** Each model of a group apart. */
    readonly byModel?: boolean;
    readonly grain?: Grain;
  }) => UsageCell[];
  /** In no particular order; an hour may come in several parts. */
  readonly hours: (time: UsageTime, filter: UsageFilter) => UsageHour[];
  readonly histograms: (
    time: UsageTime,
    filter: UsageFilter,
  ) => { readonly firstTokens: ReadonlyMap<number, number>; readonly speeds: ReadonlyMap<number, number> };
  /** Refusals by code; those of strangers where everything is asked about. */
  readonly refusals: (time: UsageTime, filter: UsageFilter) => Map<string, number>;
  /** Refusals by code of callers without a known key. */
  readonly strangers: (time: UsageTime) => Map<string, number>;
  /** When the first and the last sums begin and end that lie in a time; undefined without any. */
  readonly bounds: (time: UsageTime, filter?: UsageFilter) => UsageTime | undefined;
};

const groupColumns: Readonly<Record<UsageSplit, string>> = {
  key: 'g.key_id',
  // Whose it was is looked up in what is found: a join would be made for every sum that is read.
  person: 'g.key_id',
  project: 'g.project',
  model: 'g.model',
  upstream: 'g.upstream_id',
  client: 'g.client',
  none: 'NULL',
};
const groupFields = {
  key: 'keyId',
  person: 'keyId',
  project: 'project',
  model: 'model',
  upstream: 'upstreamId',
  client: 'client',
} as const;

const countedColumns = [
  'keyId',
  'project',
  'model',
  'upstreamId',
  'userAgent',
  'outcome',
  'errorCode',
  'receivedAt',
  'forwardedAt',
  'firstTokenAt',
  'endedAt',
  'tokensIn',
  'tokensOut',
  'tokensCached',
  'tokensReasoning',
  'tokenSource',
  'outputPerSecond',
] as const satisfies readonly (keyof CountedRow)[];

const summed = `
  sum(u.requests) AS requests, sum(u.refused) AS refused, sum(u.failed) AS failed, sum(u.tokens_in) AS tokensIn,
  sum(u.tokens_out) AS tokensOut, sum(u.tokens_cached) AS tokensCached, sum(u.unmetered) AS unmetered,
  sum(u.tokens_counted) AS tokensCounted, sum(u.tokens_estimated) AS tokensEstimated`;

const inSpans = (table: string) => `
  json_each(:spans) span CROSS JOIN ${table} u
  ON u.grain = span.value ->> 'grain' AND u.at >= span.value ->> 'from' AND u.at < span.value ->> 'to'`;

export function createUsageReader(db: DatabaseSync): UsageReader {
  const limits = limitsOf(db);
  const rowsIn = rowReader(db);
  const personOf = createPersonOf(db);
  const sumsJoined = `FROM ${inSpans('usage_rollups')} JOIN usage_groups g ON g.id = u.group_id`;
  const refusalsJoined = `FROM ${inSpans('refusal_rollups')} JOIN usage_groups g ON g.id = u.group_id`;
  const unknown = db.prepare(`
    SELECT u.code, sum(u.count) AS count
    FROM ${inSpans('refusal_rollups')} WHERE u.group_id = ${strangersGroup} GROUP BY u.code`);
  const unknownMinutes = db.prepare(`
    SELECT code, sum(count) AS count FROM strangers WHERE minute >= :from AND minute < :to GROUP BY code`);
  const newest = db.prepare(`
    SELECT max(coalesce((SELECT max(received_at) FROM requests), 0), coalesce((SELECT max(minute) FROM strangers), 0)) AS at`);
  const first = db.prepare('SELECT at FROM usage_rollups WHERE grain = ? AND at >= ? ORDER BY at LIMIT 1');
  const last = db.prepare('SELECT at FROM usage_rollups WHERE grain = ? AND at < ? ORDER BY at DESC LIMIT 1');

  /** When the first and the last day with sums begin. */
  function daysBetween({ from, to }: UsageTime, filter: UsageFilter): Days | undefined {
    if (isOfAll(filter)) {
      const [oldest, newest] = [first.get(dayGrain, from), last.get(dayGrain, to)];
      return oldest && newest && { first: Number(oldest['at']), last: Number(newest['at']) };
    }
    const { where, values } = narrowed(filter);
    const spans = JSON.stringify([{ grain: dayGrain, from, to }]);
    const found = db
      .prepare(`SELECT min(u.at) AS first, max(u.at) AS last ${sumsJoined} WHERE ${where}`)
      .get({ ...values, spans }) as { readonly [Name in keyof Days]: number | null };
    return found.first === null ? undefined : (found as Days);
  }

  // Until now, as nearly everybody asks: nothing came later, so that whole sums may be taken to the end of today.
  function newestBefore(to: number): boolean {
    const { at } = newest.get() as { at: number };
    return at < to;
  }

  function cut(time: UsageTime, grain?: Grain) {
    const to = newestBefore(time.to) ? grainEnd(dayGrain, grainStart(dayGrain, time.to - 1)) : time.to;
    const spans = spansOf(time.from, to, limits(), grain);
    return { kept: spans.filter((span) => span.grain !== 'rows'), ends: spans.filter((span) => span.grain === 'rows') };
  }

  function strangers(time: UsageTime): Map<string, number> {
    const { kept, ends } = cut(time);
    const counts = new Map<string, number>();
    addCodes(counts, unknown.all({ spans: JSON.stringify(kept) }));
    for (const { from, to } of ends) addCodes(counts, unknownMinutes.all({ from, to }));
    return counts;
  }

  return {
    cells({ times, by, filter, byModel = false, grain }) {
      const kept: (UsageSpan & { readonly time: number })[] = [];
      const cells = createCells();
      const groupOf = groupsOfRows();
      const named = by === 'person' ? personOf() : (group: string | null) => group;
      times.forEach((one, time) => {
        const spans = cut(one, grain);
        kept.push(...spans.kept.map((span) => ({ ...span, time })));
        for (const end of spans.ends) {
          for (const row of rowsIn(end, filter)) {
            const sums = noSums();
            addRow(sums, row);
            const group = by === 'none' ? null : named(groupOf(row)[groupFields[by]]);
            cells.add({ time, group, model: byModel ? row.model : null }, sums);
          }
        }
      });
      const { where, values } = narrowed(filter);
      const found = db.prepare(`
        SELECT span.value ->> 'time' AS time, ${groupColumns[by]} AS "group", ${byModel ? 'g.model' : 'NULL'} AS model,
          ${summed} ${sumsJoined} WHERE ${where} GROUP BY 1, 2, 3`);
      for (const one of found.iterate({ ...values, spans: JSON.stringify(kept) })) {
        const cell = one as UsageCell;
        cells.add({ time: cell.time, group: named(cell.group), model: cell.model }, cell);
      }
      return cells.all();
    },
    hours(time, filter) {
      const { kept, ends } = cut(time, hourGrain);
      const { where, values } = narrowed(filter);
      // Span by span: within one the sums lie by time already, so that the database need not sort them first.
      const found = db.prepare(`
        SELECT u.at, sum(u.requests) AS requests, sum(u.tokens_in + u.tokens_out) AS tokens
        FROM usage_rollups u JOIN usage_groups g ON g.id = u.group_id
        WHERE u.grain = :grain AND u.at >= :from AND u.at < :to AND ${where} GROUP BY u.at`);
      const single = ends.flatMap((end) => [...rowsIn(end, filter)]);
      return [
        ...kept.flatMap(({ grain, from, to }) => found.all({ ...values, grain, from, to }) as UsageHour[]),
        ...single.map((row) => ({
          at: row.receivedAt,
          requests: 1,
          tokens: (row.tokensIn ?? 0) + (row.tokensOut ?? 0),
        })),
      ];
    },
    histograms(time, filter) {
      const { kept, ends } = cut(time);
      const { firstTokens, speeds, ...rest } = noSums();
      const { where, values } = narrowed(filter);
      const found = db.prepare(`
        SELECT u.first_tokens AS firstTokens, u.speeds ${sumsJoined} WHERE u.first_tokens IS NOT NULL AND ${where}`);
      for (const row of found.iterate({ ...values, spans: JSON.stringify(kept) })) {
        addToHistogram(firstTokens, row['firstTokens'] as string | null);
        addToHistogram(speeds, row['speeds'] as string | null);
      }
      for (const end of ends) for (const row of rowsIn(end, filter)) addRow({ ...rest, firstTokens, speeds }, row);
      return { firstTokens, speeds };
    },
    refusals(time, filter) {
      const { kept, ends } = cut(time);
      const sums = noSums();
      const { where, values } = narrowed(filter);
      const found = db.prepare(`SELECT u.code, sum(u.count) AS count ${refusalsJoined} WHERE ${where} GROUP BY u.code`);
      addCodes(sums.refusals, found.all({ ...values, spans: JSON.stringify(kept) }));
      for (const end of ends) for (const row of rowsIn(end, filter)) addRow(sums, row);
      // Who had no key belongs to nobody, so not to the one key or model that is asked about either.
      if (isOfAll(filter)) for (const [code, count] of strangers(time)) addCodes(sums.refusals, [{ code, count }]);
      return sums.refusals;
    },
    strangers,
    bounds({ from, to }, filter = {}) {
      // A day may have begun before the time.
      const days = daysBetween({ from: from - 90_000_000, to }, filter);
      if (days === undefined || days.last < days.first) return undefined;
      return { from: Math.max(from, days.first), to: Math.min(to, days.last + 90_000_000) };
    },
  };
}

// Asked anew each time: sums go as time goes by. Where there are none there are none to be read either.
function limitsOf(db: DatabaseSync): () => SpanLimits {
  const oldest = db.prepare('SELECT at FROM usage_rollups WHERE grain = ? ORDER BY at LIMIT 1');
  const refusals = db.prepare('SELECT at FROM refusal_rollups WHERE grain = ? ORDER BY at LIMIT 1');
  const since = (grain: Grain) =>
    Math.min(
      ...[oldest, refusals].map((one) => (one.get(grain) as { at: number } | undefined)?.at ?? Number.MAX_SAFE_INTEGER),
    );
  return () => ({ minutesSince: since(minuteGrain), hoursSince: since(hourGrain) });
}

function rowReader(db: DatabaseSync): (span: UsageSpan, filter: UsageFilter) => Iterable<CountedRow> {
  const columns = countedColumns.map((field) => `${requestColumns[field]} AS "${field}"`).join(', ');
  const all = db.prepare(`SELECT ${columns} FROM requests WHERE received_at >= ? AND received_at < ?`);
  const ofOne = db.prepare(`
    SELECT ${columns} FROM requests WHERE received_at >= ? AND received_at < ? AND key_id = ?`);
  const ofPerson = (personId: string | null) =>
    db.prepare(`
      SELECT ${columns} FROM requests
      WHERE received_at >= :from AND received_at < :to AND ${isOfPerson('key_id', personId)}`);
  const [ofSomebody, ofNobody] = [ofPerson(''), ofPerson(null)];
  const found = ({ from, to }: UsageSpan, { keyId, personId }: UsageFilter) => {
    if (personId === null) return ofNobody.all({ from, to });
    if (personId !== undefined) return ofSomebody.all({ from, to, personId });
    return typeof keyId === 'string' ? ofOne.all(from, to, keyId) : all.all(from, to);
  };
  return (span, filter) => {
    const rows = found(span, filter);
    return (rows as unknown as CountedRow[]).filter(rowFilter(filter));
  };
}

function addCodes(counts: Map<string, number>, more: readonly Record<string, unknown>[]): void {
  for (const { code, count } of more) counts.set(String(code), (counts.get(String(code)) ?? 0) + Number(count));
}

function createCells() {
  const cells = new Map<string, Counts>();
  return {
    add({ time, group, model }: Pick<UsageCell, 'time' | 'group' | 'model'>, more: UsageNumbers): void {
      const name = JSON.stringify([time, group, model]);
      let cell = cells.get(name);
      if (cell === undefined) {
        cell = { time, group, model, ...noNumbers() };
        cells.set(name, cell);
      }
      addNumbers(cell, more);
    },
    all: () => [...cells.values()],
  };
}
