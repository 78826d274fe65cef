// The sums behind `keyhatch usage` and the window: by key, by model or by local day. Only reads.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { UsageGroup, UsageLine, UsageReport } from '../../shared/usage-model.ts';
import { localDays } from './local-day.ts';

const minuteMs = 60_000;
const noKeyLabel = 'without a key';
const noModelLabel = 'no model';

/** What a line adds up, for a table of requests called `r`. */
export const usageSums = `
  count(*) AS requests,
  coalesce(sum(r.outcome = 'refused'), 0) AS refused,
  coalesce(sum(r.outcome NOT IN ('ok', 'refused', 'client_gone', 'ended')), 0) AS failed,
  coalesce(sum(r.tokens_in), 0) AS tokensIn,
  coalesce(sum(r.tokens_out), 0) AS tokensOut,
  coalesce(sum(r.tokens_cached), 0) AS tokensCached,
  coalesce(sum(r.token_source = 'unknown' AND r.outcome = 'ok'), 0) AS unmetered`;

/** A function that adds up what was received from `since` to `until`, both included, epoch ms. */
export function createUsageReport(
  db: DatabaseSync,
): (query: { readonly since: number; readonly until: number; readonly by: UsageGroup }) => UsageReport {
  const statements: Readonly<Record<UsageGroup, StatementSync>> = {
    key: db.prepare(`
      SELECT r.key_id AS "group", coalesce(k.name, r.key_id, '${noKeyLabel}') AS label, ${usageSums}
      FROM requests r LEFT JOIN keys k ON k.id = r.key_id
      WHERE r.received_at BETWEEN :since AND :until
      GROUP BY r.key_id ORDER BY requests DESC, label`),
    model: db.prepare(`
      SELECT r.model AS "group", coalesce(r.model, '${noModelLabel}') AS label, ${usageSums}
      FROM requests r WHERE r.received_at BETWEEN :since AND :until
      GROUP BY r.model ORDER BY requests DESC, label`),
    day: db.prepare(`
      SELECT day.value ->> 'date' AS "group", day.value ->> 'date' AS label, ${usageSums}
      FROM json_each(:days) day
      CROSS JOIN requests r ON r.received_at >= day.value ->> 'from' AND r.received_at < day.value ->> 'to'
      GROUP BY day.key ORDER BY day.key`),
  };
  const strangers = db.prepare(`
    SELECT code, sum(count) AS count FROM strangers WHERE minute > :since AND minute <= :until
    GROUP BY code ORDER BY count DESC, code`);
  const bounds = db.prepare(`
    SELECT min(received_at) AS oldest, max(received_at) AS newest
    FROM requests WHERE received_at BETWEEN :since AND :until`);

  // Only days in which something happened can have a line; "since ever" must not count from 1970.
  function daysWithRequests(since: number, until: number): string {
    const { oldest, newest } = bounds.get({ since, until }) as { oldest: number | null; newest: number | null };
    if (oldest === null || newest === null) return '[]';
    const clipped = localDays(oldest, newest).map(({ date, from, to }) => ({
      date,
      from: Math.max(from, since),
      to: Math.min(to, until + 1),
    }));
    return JSON.stringify(clipped);
  }

  return ({ since, until, by }) => {
    const values = by === 'day' ? { days: daysWithRequests(since, until) } : { since, until };
    const lines = statements[by].all(values).map((row) => ({ ...row }) as UsageLine);
    const counts = strangers.all({ since: since - minuteMs, until });
    return {
      since,
      until,
      by,
      lines,
      total: totalOf(lines),
      strangers: counts.map((row) => ({ ...row }) as UsageReport['strangers'][number]),
    };
  };
}

function totalOf(lines: readonly UsageLine[]): UsageLine {
  const sum = (pick: (line: UsageLine) => number) => lines.reduce((all, line) => all + pick(line), 0);
  return {
    group: null,
    label: 'total',
    requests: sum((line) => line.requests),
    refused: sum((line) => line.refused),
    failed: sum((line) => line.failed),
    tokensIn: sum((line) => line.tokensIn),
    tokensOut: sum((line) => line.tokensOut),
    tokensCached: sum((line) => line.tokensCached),
    unmetered: sum((line) => line.unmetered),
  };
}
