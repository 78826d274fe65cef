// Adds up what was used in one or more times, from the sums that are kept and, at the ends, from the rows. Only reads; the
// answers are those that the rows alone would give, as long as the rows are kept.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { UsageLine, UsageSplit } from '../../shared/usage-model.ts';
import { requestColumns } from './request-columns.ts';
import { strangersGroup } from './rollup-table.ts';
import { dayGrain, type Grain, grainEnd, grainStart, hourGrain, minuteGrain } from './usage-grain.ts';
import { addToHistogram } from './usage-histogram.ts';
import { type SpanLimits, spansOf, type UsageSpan } from './usage-spans.ts';
import { addRow, type CountedRow, groupsOfRows, noSums } from './usage-sums.ts';

export type UsageTime = { readonly from: number /** Not included. */; readonly to: number };

/** What was used in one of the times by one group. */
export type UsageCell = { readonly time: number; readonly group: string | null } & Omit<UsageLine, 'group' | 'label'>;

type Counts = { -readonly [Field in keyof UsageCell]: UsageCell[Field] };

export type UsageReader = {
  /**
   * One cell for each time and group in which there was something.
   * @param grain the coarsest sums to use
   */
  readonly cells: (query: {
    readonly times: readonly UsageTime[];
    readonly by: UsageSplit;
    readonly keyId: string | null;
    readonly grain?: Grain;
  }) => UsageCell[];
  readonly histograms: (
    time: UsageTime,
    keyId: string | null,
  ) => { readonly firstTokens: ReadonlyMap<number, number>; readonly speeds: ReadonlyMap<number, number> };
  /** Refusals by code; those of strangers where no key is asked about. */
  readonly refusals: (time: UsageTime, keyId: string | null) => Map<string, number>;
  /** Refusals by code of callers without a known key. */
  readonly strangers: (time: UsageTime) => Map<string, number>;
  /** When the first and the last sums begin and end that lie in a time; undefined without any. */
  readonly bounds: (time: UsageTime) => UsageTime | undefined;
};

const groupColumns: Readonly<Record<UsageSplit, string>> = {
  key: 'g.key_id',
  project: 'g.project',
  model: 'g.model',
  upstream: 'g.upstream_id',
  client: 'g.client',
  none: 'NULL',
};
const groupFields = {
  key: 'keyId',
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

const sumFields = ['requests', 'refused', 'failed', 'tokensIn', 'tokensOut', 'tokensCached', 'unmetered'] as const;
const summed = `
  sum(u.requests) AS requests, sum(u.refused) AS refused, sum(u.failed) AS failed, sum(u.tokens_in) AS tokensIn,
  sum(u.tokens_out) AS tokensOut, sum(u.tokens_cached) AS tokensCached, sum(u.unmetered) AS unmetered`;

const inSpans = (table: string) => `
  json_each(:spans) span CROSS JOIN ${table} u
  ON u.grain = span.value ->> 'grain' AND u.at >= span.value ->> 'from' AND u.at < span.value ->> 'to'`;
const ofKey = '(:keyId IS NULL OR g.key_id = :keyId)';

export function createUsageReader(db: DatabaseSync): UsageReader {
  const limits = limitsOf(db);
  const rowsIn = rowReader(db);
  const cellStatements = Object.fromEntries(
    Object.entries(groupColumns).map(([by, column]) => [
      by,
      db.prepare(`
        SELECT span.value ->> 'time' AS time, ${column} AS "group", ${summed}
        FROM ${inSpans('usage_rollups')} JOIN usage_groups g ON g.id = u.group_id
        WHERE ${ofKey} GROUP BY 1, 2`),
    ]),
  ) as Record<UsageSplit, StatementSync>;
  const histogramRows = db.prepare(`
    SELECT u.first_tokens AS firstTokens, u.speeds
    FROM ${inSpans('usage_rollups')} JOIN usage_groups g ON g.id = u.group_id
    WHERE u.first_tokens IS NOT NULL AND ${ofKey}`);
  const refused = db.prepare(`
    SELECT u.code, sum(u.count) AS count
    FROM ${inSpans('refusal_rollups')} JOIN usage_groups g ON g.id = u.group_id WHERE ${ofKey} GROUP BY u.code`);
  const unknown = db.prepare(`
    SELECT u.code, sum(u.count) AS count
    FROM ${inSpans('refusal_rollups')} WHERE u.group_id = ${strangersGroup} GROUP BY u.code`);
  const unknownMinutes = db.prepare(`
    SELECT code, sum(count) AS count FROM strangers WHERE minute >= :from AND minute < :to GROUP BY code`);
  const newest = db.prepare(`
    SELECT max(coalesce((SELECT max(received_at) FROM requests), 0), coalesce((SELECT max(minute) FROM strangers), 0)) AS at`);
  const first = db.prepare('SELECT at FROM usage_rollups WHERE grain = ? AND at >= ? ORDER BY at LIMIT 1');
  const last = db.prepare('SELECT at FROM usage_rollups WHERE grain = ? AND at < ? ORDER BY at DESC LIMIT 1');

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
    cells({ times, by, keyId, grain }) {
      const kept: (UsageSpan & { readonly time: number })[] = [];
      const cells = createCells();
      const groupOf = groupsOfRows();
      times.forEach((one, time) => {
        const spans = cut(one, grain);
        kept.push(...spans.kept.map((span) => ({ ...span, time })));
        for (const end of spans.ends) {
          for (const row of rowsIn(end, keyId)) {
            const sums = noSums();
            addRow(sums, row);
            cells.add(time, by === 'none' ? null : groupOf(row)[groupFields[by]], sums);
          }
        }
      });
      for (const cell of cellStatements[by].iterate({ spans: JSON.stringify(kept), keyId })) {
        const { time, group, ...sums } = cell as UsageCell;
        cells.add(time, group, sums);
      }
      return cells.all();
    },
    histograms(time, keyId) {
      const { kept, ends } = cut(time);
      const { firstTokens, speeds, ...rest } = noSums();
      for (const row of histogramRows.iterate({ spans: JSON.stringify(kept), keyId })) {
        addToHistogram(firstTokens, row['firstTokens'] as string | null);
        addToHistogram(speeds, row['speeds'] as string | null);
      }
      for (const end of ends) for (const row of rowsIn(end, keyId)) addRow({ ...rest, firstTokens, speeds }, row);
      return { firstTokens, speeds };
    },
    refusals(time, keyId) {
      const { kept, ends } = cut(time);
      const sums = noSums();
      addCodes(sums.refusals, refused.all({ spans: JSON.stringify(kept), keyId }));
      for (const end of ends) for (const row of rowsIn(end, keyId)) addRow(sums, row);
      // Who had no key belongs to nobody, so not to the one key that is asked about either.
      if (keyId === null) for (const [code, count] of strangers(time)) addCodes(sums.refusals, [{ code, count }]);
      return sums.refusals;
    },
    strangers,
    bounds({ from, to }) {
      // A day may have begun before the time.
      const oldest = first.get(dayGrain, from - 90_000_000) as { at: number } | undefined;
      const newest = last.get(dayGrain, to) as { at: number } | undefined;
      if (oldest === undefined || newest === undefined || newest.at < oldest.at) return undefined;
      return { from: Math.max(from, oldest.at), to: Math.min(to, newest.at + 90_000_000) };
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

function rowReader(db: DatabaseSync): (span: UsageSpan, keyId: string | null) => Iterable<CountedRow> {
  const columns = countedColumns.map((field) => `${requestColumns[field]} AS "${field}"`).join(', ');
  const all = db.prepare(`SELECT ${columns} FROM requests WHERE received_at >= ? AND received_at < ?`);
  const ofOne = db.prepare(`
    SELECT ${columns} FROM requests WHERE received_at >= ? AND received_at < ? AND key_id = ?`);
  return ({ from, to }, keyId) =>
    (keyId === null ? all.all(from, to) : ofOne.all(from, to, keyId)) as unknown as CountedRow[];
}

function addCodes(counts: Map<string, number>, more: readonly Record<string, unknown>[]): void {
  for (const { code, count } of more) counts.set(String(code), (counts.get(String(code)) ?? 0) + Number(count));
}

function createCells() {
  const cells = new Map<string, Counts>();
  return {
    add(time: number, group: string | null, more: Pick<UsageCell, (typeof sumFields)[number]>): void {
      const name = `${time} ${group === null ? 'null' : `=${group}`}`;
      const cell = cells.get(name);
      if (cell === undefined) {
        const { requests, refused, failed, tokensIn, tokensOut, tokensCached, unmetered } = more;
        cells.set(name, { time, group, requests, refused, failed, tokensIn, tokensOut, tokensCached, unmetered });
        return;
      }
      for (const field of sumFields) cell[field] += more[field];
    },
    all: () => [...cells.values()],
  };
}
