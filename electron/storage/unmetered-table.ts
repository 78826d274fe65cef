// Answers whose token numbers are not their model server's own, counted by the hour, upstream, reason and what was booked
// instead. Opens no transaction: whoever writes a batch does.

import type { DatabaseSync } from 'node:sqlite';
import type { UnmeteredLine } from '../../shared/metering-model.ts';
import type { RequestRow } from '../../shared/usage-model.ts';
import { grainStart, hourGrain } from './usage-grain.ts';

const prunedAtOnce = 500;

type CountedRow = Pick<RequestRow, 'receivedAt' | 'upstreamId' | 'unmetered' | 'tokenSource'>;

export type UnmeteredTable = {
  readonly add: (rows: readonly CountedRow[]) => void;
  /** Deletes what lies before a moment (epoch ms), a bounded number of it. True while there is more. */
  readonly prune: (beforeMs: number) => boolean;
};

export type UnmeteredCounts = {
  readonly since: number;
  readonly until: number;
  readonly lines: readonly Omit<UnmeteredLine, 'upstreamName'>[];
};

export function createUnmeteredTable(db: DatabaseSync): UnmeteredTable {
  const insert = db.prepare(`
    INSERT INTO unmetered_counts (at, upstream_id, reason, source, count) VALUES (?, ?, ?, ?, 1)
    ON CONFLICT (at, upstream_id, reason, source) DO UPDATE SET count = count + 1`);
  const remove = db.prepare(`
    DELETE FROM unmetered_counts WHERE (at, upstream_id, reason, source) IN (
      SELECT at, upstream_id, reason, source FROM unmetered_counts WHERE at < ? ORDER BY at LIMIT ${prunedAtOnce})`);
  return {
    add(rows) {
      for (const { receivedAt, upstreamId, unmetered, tokenSource } of rows) {
        if (unmetered === null) continue;
        insert.run(grainStart(hourGrain, Math.round(receivedAt)), upstreamId ?? '', unmetered, tokenSource);
      }
    },
    prune: (beforeMs) => Number(remove.run(beforeMs).changes) > 0,
  };
}

/** A function that adds up whole hours, the one in which `since` lies among them. Times are epoch ms. */
export function createUnmeteredReport(
  db: DatabaseSync,
): (query: { readonly since: number; readonly until: number }) => UnmeteredCounts {
  const sum = db.prepare(`
    SELECT nullif(upstream_id, '') AS upstreamId, reason, source, sum(count) AS requests
    FROM unmetered_counts WHERE at >= ? AND at <= ?
    GROUP BY upstream_id, reason, source ORDER BY requests DESC, upstream_id, reason, source`);
  return ({ since, until }) => {
    const from = grainStart(hourGrain, since);
    return { since: from, until, lines: sum.all(from, until) as unknown as UnmeteredCounts['lines'] };
  };
}
