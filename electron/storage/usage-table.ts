// The ledger: one row a request of a known caller, refusals of strangers counted by the minute, and the sums of both.
// Adds up, never decides. Opens no transaction: whoever writes a batch does.

import type { DatabaseSync } from 'node:sqlite';
import type { RequestRow, UsageGroup, UsageReport } from '../../shared/usage-model.ts';
import { nameClientsOnce } from './client-names.ts';
import { requestColumns, requestValues } from './request-columns.ts';
import { createRollupTable, type RollupTable } from './rollup-table.ts';
import { createUnmeteredTable } from './unmetered-table.ts';
import { hourGrain } from './usage-grain.ts';
import { createUsageReport } from './usage-report.ts';

const prunedAtOnce = 500;

export type StrangerCount = {
  /** Epoch ms at which the minute begins. */
  readonly minute: number;
  readonly code: string;
  readonly count: number;
};

export type KeyDay = {
  readonly keyId: string;
  readonly requests: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
};

/** What is already written of a day. */
export type CountedDay = { readonly requests: number; readonly byKey: Iterable<KeyDay> };

export type UsageTable = {
  /** A row whose id is there already counts no second time. */
  readonly insertRequests: (rows: readonly RequestRow[]) => void;
  /** Adds to what is already counted for the same minute and code. */
  readonly insertStrangers: (counts: readonly StrangerCount[]) => void;
  /** Sums of what was received from `since` to `until`, both included, epoch ms. */
  readonly report: (query: { readonly since: number; readonly until: number; readonly by: UsageGroup }) => UsageReport;
  /** What was done since local midnight (epoch ms), in all and by each key. From the sums by the hour. */
  readonly today: (sinceMs: number) => CountedDay;
  /** How many requests were received since a moment (epoch ms). */
  readonly requestsSince: (sinceMs: number) => number;
  /**
   * Deletes single requests that were received before a moment (epoch ms), at most so many that nothing waits long.
   * @returns how many those were
   */
  readonly prune: (beforeMs: number) => number;
  /** Deletes sums of one grain that begin before a moment, a bounded number of them. True while there may be more. */
  readonly pruneSums: RollupTable['prune'];
};

export function createUsageTable(db: DatabaseSync): UsageTable {
  nameClientsOnce(db);
  const rollups = createRollupTable(db);
  const unmetered = createUnmeteredTable(db);
  const columns = Object.values(requestColumns);
  const insertRequest = db.prepare(
    `INSERT INTO requests (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT (id) DO NOTHING`,
  );
  const insertStranger = db.prepare(`
    INSERT INTO strangers (minute, code, count) VALUES (:minute, :code, :count)
    ON CONFLICT (minute, code) DO UPDATE SET count = count + excluded.count`);
  const byKey = db.prepare(`
    SELECT g.key_id AS keyId, sum(u.requests) AS requests, sum(u.tokens_in) AS tokensIn, sum(u.tokens_out) AS tokensOut
    FROM usage_rollups u JOIN usage_groups g ON g.id = u.group_id
    WHERE u.grain = ${hourGrain} AND u.at >= ? GROUP BY g.key_id`);
  const since = db.prepare('SELECT count(*) AS requests FROM requests WHERE received_at >= ?');
  const pruneRequests = db.prepare(`
    DELETE FROM requests WHERE rowid IN (
      SELECT rowid FROM requests WHERE received_at < ? ORDER BY received_at LIMIT ${prunedAtOnce})`);
  const pruneStrangers = db.prepare('DELETE FROM strangers WHERE minute < ?');

  const requestsSince = (sinceMs: number) => (since.get(sinceMs) as { requests: number }).requests;

  return {
    insertRequests(rows) {
      const inserted = rows.filter((row) => insertRequest.run(...requestValues(row)).changes === 1);
      rollups.add(inserted);
      unmetered.add(inserted);
    },
    insertStrangers(counts) {
      for (const { minute, code, count } of counts) insertStranger.run({ minute, code, count });
      rollups.addStrangers(counts);
    },
    report: createUsageReport(db),
    today(sinceMs) {
      const all = byKey.all(sinceMs) as (Omit<KeyDay, 'keyId'> & { readonly keyId: string | null })[];
      return {
        requests: all.reduce((sum, { requests }) => sum + requests, 0),
        byKey: all.filter((one): one is KeyDay => one.keyId !== null),
      };
    },
    requestsSince,
    prune(beforeMs) {
      pruneStrangers.run(beforeMs);
      return Number(pruneRequests.run(beforeMs).changes);
    },
    pruneSums(grain, beforeMs) {
      // Both, so that neither is kept for the sake of the other.
      const more = grain === hourGrain && unmetered.prune(beforeMs);
      return rollups.prune(grain, beforeMs) || more;
    },
  };
}
