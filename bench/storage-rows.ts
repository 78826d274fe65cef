// A ledger for the benchmarks: a household's habits, single rows as the gateway tells them, and millions of them over months
// straight into the tables, with the sums that the recorder would have written with them. Days are those of UTC.

import type { DatabaseSync } from 'node:sqlite';
import { makeRequestId } from '../electron/gateway/request-id.ts';
import { inTransaction } from '../electron/storage/transaction.ts';
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

const benchKeyIds = Array.from({ length: keyCount }, (_, key) => `key${key}`);

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
    route: 'POST /v1/chat/completions',
    client: 'Continue',
    errorText: refused ? 'The API key has made its requests of this minute.' : null,
    modelAsked: null,
    replayOf: null,
    captured: false,
  };
}

/**
 * Fills an empty database with requests, evenly over the days before a moment, a day in each transaction; or goes on where
 * it was cut short.
 */
export function fillLedger(
  db: DatabaseSync,
  options: { readonly rows: number; readonly days: number; readonly nowMs: number },
): void {
  const { rows, days, nowMs } = options;
  tellHistograms(db);
  // Sums are made here; without the mark nobody rolls up the rows a second time.
  db.exec(`
    PRAGMA cache_size = -262144;
    DELETE FROM meta WHERE name = 'rollups';
    CREATE TEMP TABLE habits (id INTEGER PRIMARY KEY, key_id, project, model, upstream_id, client, user_agent);
    CREATE TEMP TABLE drawn (at INTEGER, fate, first, rest, tokens_in, tokens_out, habit)`);
  const addHabit = db.prepare('INSERT INTO habits VALUES (?, ?, ?, ?, ?, ?, ?)');
  habits.forEach(({ keyId, project, model, upstreamId, userAgent }, index) => {
    addHabit.run(index + 1, keyId, project, model, upstreamId, clientOfUserAgent(userAgent), userAgent);
  });
  db.exec(`
    INSERT OR IGNORE INTO usage_groups (id, key_id, project, model, upstream_id, client)
    SELECT id, key_id, project, model, upstream_id, client FROM habits`);
  // Four of them to a person, so that sums by person have something to look up.
  const addKey = db.prepare(`
    INSERT OR IGNORE INTO keys (id, name, origin, paused, created_at, person_id) VALUES (?1, ?1, 'generated', 0, 0, ?2)`);
  benchKeyIds.forEach((id, index) => {
    addKey.run(id, `person${Math.floor(index / 4)}`);
  });
  const filled = db.prepare("SELECT value FROM meta WHERE name = 'bench_filled'").get() as
    | { value: string }
    | undefined;
  const note = db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('bench_filled', ?)");
  // Cut short, it goes on to the end that it had: a day has one sum.
  const [done, meant] = (filled?.value ?? '').split(' ').map(Number);
  const end = meant ?? Math.floor(nowMs / 60_000) * 60_000;
  const perDay = Math.round(rows / days);
  // Whole days of UTC but for the first and the last, so that each day's sum is added up from hours in one go.
  const begin = end - days * dayMs;
  let from = meant === undefined ? begin : (done ?? begin);
  while (from < end) {
    const to = Math.min(end, (Math.floor(from / dayMs) + 1) * dayMs);
    inTransaction(db, () => {
      addDay(db, { from, to, count: Math.round((perDay * (to - from)) / dayMs), minutes: to > end - minutesKeptMs });
      note.run(`${to} ${end}`);
    });
    from = to;
  }
  db.exec('DROP TABLE habits; DROP TABLE drawn; PRAGMA cache_size = -2000; PRAGMA wal_checkpoint(TRUNCATE)');
}

type Day = { readonly from: number; readonly to: number; readonly count: number; readonly minutes: boolean };

function addDay(db: DatabaseSync, { from, to, count, minutes }: Day): void {
  db.exec('DELETE FROM drawn');
  db.prepare(draw).run({ from, length: to - from, count, habits: habits.length });
  db.exec(insertRows);
  for (const [grain, lengthMs] of [[60, 60_000] as const, [3_600, hourMs] as const, [86_400, dayMs] as const]) {
    if (grain !== 60 || minutes) db.prepare(addUp(grain, lengthMs)).run();
  }
  for (const [grain, lengthMs] of [[60, 60_000] as const, [3_600, hourMs] as const, [86_400, dayMs] as const]) {
    if (grain !== 60 || minutes) db.prepare(addRefusals(grain, lengthMs)).run();
  }
}

// What depends on chance is drawn once, and rows and sums are made of it.
const draw = `
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)
  INSERT INTO drawn
  SELECT CAST(:from + i * :length / :count AS INTEGER), abs(random()) % 100, 50 + abs(random()) % 500,
    500 + abs(random()) % 2000, abs(random()) % 4000, abs(random()) % 900,
    1 + min(abs(random()) % CAST(:habits AS INTEGER), abs(random()) % CAST(:habits AS INTEGER))
  FROM n`;

const insertRows = `
  INSERT INTO requests (id, key_id, caller, project, model, upstream_id, operation, dialect, streamed, outcome, status,
    error_code, received_at, admitted_at, first_byte_at, first_token_at, ended_at, bytes_in, bytes_out, tokens_in,
    tokens_out, tokens_cached, tokens_reasoning, token_source, client_address, user_agent, attempt)
  SELECT printf('req_%012x-7%s', at, lower(hex(randomblob(11)))), key_id, 'key', project, model, upstream_id, 'chat', 'openai', 1,
    CASE WHEN fate >= 97 THEN 'refused' WHEN fate >= 95 THEN 'upstream_error' ELSE 'ok' END, 200,
    CASE WHEN fate >= 97 THEN 'rate_limited' END, at, at, at + first, CASE WHEN fate < 97 THEN at + first END,
    at + first + rest, 2000, 60000, tokens_in, tokens_out, 100, NULL, 'reported', '192.168.1.9', user_agent, 0
  FROM drawn CROSS JOIN habits h ON h.id = habit`;

const addUp = (grain: number, lengthMs: number) => `
  INSERT INTO usage_rollups (grain, at, group_id, requests, refused, failed, tokens_in, tokens_out, tokens_cached,
    tokens_reasoning, unmetered, first_tokens, speeds)
  SELECT ${grain}, at / ${lengthMs} * ${lengthMs}, habit, count(*), sum(fate >= 97), sum(fate IN (95, 96)),
    sum(tokens_in), sum(tokens_out), 100 * count(*), 0, 0, histogram(CASE WHEN fate < 97 THEN first END),
    histogram(CASE WHEN fate < 97 AND tokens_out > 1 THEN tokens_out * 1000000 / rest END)
  FROM drawn GROUP BY 2, 3`;

const addRefusals = (grain: number, lengthMs: number) => `
  INSERT INTO refusal_rollups (grain, at, group_id, code, count)
  SELECT ${grain}, at / ${lengthMs} * ${lengthMs}, habit, 'rate_limited', count(*)
  FROM drawn WHERE fate >= 97 GROUP BY 2, 3`;

function tellHistograms(db: DatabaseSync): void {
  db.aggregate('histogram', {
    start: () => new Map<number, number>() as never,
    step: (held: never, value) => {
      const counts: Map<number, number> = held;
      if (typeof value === 'number') counts.set(bucketOf(value), (counts.get(bucketOf(value)) ?? 0) + 1);
      return held;
    },
    result: (held: never) => histogramText(null, held),
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
