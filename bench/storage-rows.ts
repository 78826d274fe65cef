// A ledger for the benchmarks: a household's habits, single rows as the gateway tells them, and millions of them over months
// straight into the tables, with the sums that the recorder would have written with them. Days are those of UTC.

import type { DatabaseSync } from 'node:sqlite';
import { makeRequestId } from '../electron/gateway/request-id.ts';
import { addToHistogram, bucketOf, histogramText } from '../electron/storage/usage-histogram.ts';
import { clientOfUserAgent } from '../shared/snippets-user-agents.ts';
import type { RequestRow } from '../shared/usage-model.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
const minutesKeptMs = 2 * dayMs;

const agents = ['claude-cli/2', 'curl/8', 'OpenAI/JS 6', 'opencode/1', 'aider/1', 'somebody'] as const;
const keyCount = 20;

/** 20 keys of which each has its habits: three models, two programs. */
const habits = Array.from({ length: keyCount }, (_, key) =>
  [0, 1, 2].flatMap((model) =>
    [0, 1].map((agent) => ({
      keyId: `key${key}`,
      project: key % 3 === 0 ? null : `project${key % 4}`,
      model: `model-${(key + model) % 12}`,
      upstreamId: `up${key % 3}`,
      userAgent: agents[(key + agent) % agents.length] ?? 'somebody',
    })),
  ),
).flat();

export const benchKeyIds = Array.from({ length: keyCount }, (_, key) => `key${key}`);

/** A request that was received at a moment (epoch ms). Some keys are busier than others. */
export function rowAt(receivedAt: number): RequestRow {
  const habit = habits[Math.floor(Math.random() ** 2 * habits.length)] ?? habits[0];
  if (habit === undefined) throw new Error('there are no habits');
  const fate = Math.random();
  const refused = fate > 0.97;
  const firstTokenAt = receivedAt + 50 + Math.round(Math.random() ** 3 * 500);
  return {
    ...habit,
    id: makeRequestId(receivedAt),
    caller: 'key',
    operation: 'chat',
    dialect: 'openai',
    streamed: true,
    outcome: refused ? 'refused' : fate > 0.95 ? 'upstream_error' : 'ok',
    status: 200,
    errorCode: refused ? 'rate_limited' : null,
    receivedAt,
    admittedAt: receivedAt,
    queuedMs: 0,
    forwardedAt: receivedAt,
    firstByteAt: firstTokenAt,
    firstTokenAt: refused ? null : firstTokenAt,
    lastTokenAt: null,
    endedAt: firstTokenAt + 500 + Math.round(Math.random() * 2_000),
    bytesIn: 2_000,
    bytesOut: 60_000,
    tokensIn: Math.round(Math.random() * 4_000),
    tokensOut: Math.round(Math.random() * 900),
    tokensCached: 100,
    tokensReasoning: null,
    tokenSource: 'reported',
    unmetered: null,
    prefillPerSecond: 900,
    outputPerSecond: 60,
    clientAddress: '192.168.1.9',
    userAgent: habit.userAgent,
    attempt: 0,
  };
}

/** Fills an empty database with requests, evenly over the days before a moment, a day in each transaction. */
export function fillLedger(
  db: DatabaseSync,
  options: { readonly rows: number; readonly days: number; readonly nowMs: number; readonly onDay?: () => void },
): void {
  const { rows, days, nowMs } = options;
  tellHistograms(db);
  db.exec(`
    PRAGMA cache_size = -262144;
    CREATE TEMP TABLE habits (id INTEGER PRIMARY KEY, key_id, project, model, upstream_id, client, user_agent);
    CREATE TEMP TABLE added (at INTEGER, group_id INTEGER, outcome, tokens_in, tokens_out, first INTEGER, speed INTEGER)`);
  const addHabit = db.prepare('INSERT INTO habits VALUES (?, ?, ?, ?, ?, ?, ?)');
  habits.forEach(({ keyId, project, model, upstreamId, userAgent }, index) => {
    addHabit.run(index + 1, keyId, project, model, upstreamId, clientOfUserAgent(userAgent), userAgent);
  });
  db.exec(`
    INSERT INTO usage_groups (id, key_id, project, model, upstream_id, client)
    SELECT id, key_id, project, model, upstream_id, client FROM habits`);
  const end = Math.floor(nowMs / 60_000) * 60_000;
  const perDay = Math.round(rows / days);
  // Whole days of UTC but for the first and the last, so that each day's sum is added up from hours in one go.
  const begin = end - days * dayMs;
  let from = begin;
  while (from < end) {
    const to = Math.min(end, (Math.floor(from / dayMs) + 1) * dayMs);
    addDay(db, { from, to, count: Math.round((perDay * (to - from)) / dayMs), minutes: to > end - minutesKeptMs });
    options.onDay?.();
    from = to;
  }
  db.exec('DROP TABLE habits; DROP TABLE added; PRAGMA cache_size = -2000; PRAGMA wal_checkpoint(TRUNCATE)');
}

type Day = { readonly from: number; readonly to: number; readonly count: number; readonly minutes: boolean };

function addDay(db: DatabaseSync, { from, to, count, minutes }: Day): void {
  db.exec('BEGIN');
  db.exec('DELETE FROM added');
  const { newest } = db.prepare('SELECT coalesce(max(rowid), 0) AS newest FROM requests').get() as { newest: number };
  db.prepare(insertRows).run({ from, length: to - from, count, habits: habits.length });
  db.prepare(noteRows).run(newest);
  for (const [grain, lengthMs] of [[60, 60_000] as const, [3_600, hourMs] as const, [86_400, dayMs] as const]) {
    if (grain !== 60 || minutes) db.prepare(addUp(grain, lengthMs)).run();
  }
  for (const [grain, lengthMs] of [[60, 60_000] as const, [3_600, hourMs] as const, [86_400, dayMs] as const]) {
    if (grain !== 60 || minutes) db.prepare(addRefusals(grain, lengthMs)).run();
  }
  db.exec('COMMIT');
}

// The parts of a row that depend on chance are drawn once, below, and the row is put together from them above.
const insertRows = `
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count),
  drawn AS MATERIALIZED (
    SELECT CAST(:from + i * :length / :count AS INTEGER) AS at, abs(random()) % 100 AS fate, 50 + abs(random()) % 500 AS first,
      500 + abs(random()) % 2000 AS rest, abs(random()) % 4000 AS tokens_in, abs(random()) % 900 AS tokens_out,
      1 + min(abs(random()) % CAST(:habits AS INTEGER), abs(random()) % CAST(:habits AS INTEGER)) AS habit
    FROM n)
  INSERT INTO requests (id, key_id, caller, project, model, upstream_id, operation, dialect, streamed, outcome, status,
    error_code, received_at, admitted_at, first_byte_at, first_token_at, ended_at, bytes_in, bytes_out, tokens_in,
    tokens_out, tokens_cached, tokens_reasoning, token_source, client_address, user_agent, attempt)
  SELECT printf('req_%012x-7%s', at, lower(hex(randomblob(11)))), key_id, 'key', project, model, upstream_id, 'chat', 'openai', 1,
    CASE WHEN fate >= 97 THEN 'refused' WHEN fate >= 95 THEN 'upstream_error' ELSE 'ok' END, 200,
    CASE WHEN fate >= 97 THEN 'rate_limited' END, at, at, at + first, CASE WHEN fate < 97 THEN at + first END,
    at + first + rest, 2000, 60000, tokens_in, tokens_out, 100, NULL, 'reported', '192.168.1.9', user_agent, 0
  FROM drawn CROSS JOIN habits h ON h.id = habit`;

const noteRows = `
  INSERT INTO added
  SELECT r.received_at, h.id, r.outcome, r.tokens_in, r.tokens_out, r.first_token_at - r.received_at,
    r.tokens_out * 1000000 / (r.ended_at - r.first_token_at)
  FROM requests r JOIN habits h ON h.key_id = r.key_id AND h.model = r.model AND h.user_agent = r.user_agent
  WHERE r.rowid > ?`;

const addUp = (grain: number, lengthMs: number) => `
  INSERT INTO usage_rollups (grain, at, group_id, requests, refused, failed, tokens_in, tokens_out, tokens_cached,
    tokens_reasoning, unmetered, first_tokens, speeds)
  SELECT ${grain}, at / ${lengthMs} * ${lengthMs}, group_id, count(*), sum(outcome = 'refused'),
    sum(outcome = 'upstream_error'), sum(tokens_in), sum(tokens_out), 100 * count(*), 0, 0, histogram(first),
    histogram(CASE WHEN tokens_out > 1 THEN speed END)
  FROM added GROUP BY 2, 3`;

const addRefusals = (grain: number, lengthMs: number) => `
  INSERT INTO refusal_rollups (grain, at, group_id, code, count)
  SELECT ${grain}, at / ${lengthMs} * ${lengthMs}, group_id, 'rate_limited', count(*)
  FROM added WHERE outcome = 'refused' GROUP BY 2, 3`;

function tellHistograms(db: DatabaseSync): void {
  db.aggregate('histogram', {
    start: () => '',
    step: (text: string, value) => {
      if (typeof value !== 'number') return text;
      return `${text}${bucketOf(value)},`;
    },
    result: (text: string) => {
      const counts = new Map<number, number>();
      for (const bucket of text.split(',')) {
        if (bucket !== '') counts.set(Number(bucket), (counts.get(Number(bucket)) ?? 0) + 1);
      }
      return histogramText(null, counts);
    },
  });
}

/** Whether all sums of a grain together are those of the rows: what a generated ledger must be, as a recorded one is. */
export function sumsEqualRows(db: DatabaseSync): boolean {
  const facts = 'sum(tokens_in) AS tokensIn, sum(tokens_out) AS tokensOut';
  const rows = db.prepare(`SELECT count(*) AS requests, ${facts} FROM requests`).get();
  const days = db.prepare(`SELECT sum(requests) AS requests, ${facts} FROM usage_rollups WHERE grain = 86400`).get();
  const firsts = new Map<number, number>();
  for (const { text } of db.prepare('SELECT first_tokens AS text FROM usage_rollups WHERE grain = 86400').iterate()) {
    addToHistogram(firsts, text as string | null);
  }
  const timed = [...firsts.values()].reduce((sum, count) => sum + count, 0);
  const { count } = db.prepare('SELECT count(first_token_at) AS count FROM requests').get() as { count: number };
  return JSON.stringify(rows) === JSON.stringify(days) && timed === count;
}
