// Storage with a generated database: how long a batch of 1,000 rows takes to be written and each question of the page Usage
// to be answered. Prints one table; `npm run bench:storage -- 1000000` says how many rows.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../electron/lib/log.ts';
import { openDatabase } from '../electron/storage/database.ts';
import { createKeyTable } from '../electron/storage/key-table.ts';
import { createRequestList } from '../electron/storage/request-list.ts';
import { createRetention } from '../electron/storage/retention.ts';
import { inTransaction } from '../electron/storage/transaction.ts';
import { createUsageSeries } from '../electron/storage/usage-series.ts';
import { createUsageTable } from '../electron/storage/usage-table.ts';
import type { RequestRow } from '../shared/usage-model.ts';
import { quantile } from './statistics.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const batchRows = 1_000;
const flushes = 60;
const asks = 10;
const days = 30;
const flushTargetMs = 20;
const askTargetMs = 100;

const clients = ['claude-cli/2', 'curl/8', 'OpenAI/JS 6', 'opencode/1', 'aider/1', 'somebody'];

function rowAt(receivedAt: number): RequestRow {
  // 20 keys of which each has its habits: three models, two programs.
  const key = Math.floor(Math.random() ** 2 * 20);
  const fate = Math.random();
  const refused = fate > 0.97;
  const firstTokenAt = receivedAt + 50 + Math.round(Math.random() ** 3 * 5_000);
  return {
    id: `req_${crypto.randomUUID()}`,
    keyId: `key${key}`,
    caller: 'key',
    project: key % 3 === 0 ? null : `project${key % 4}`,
    model: `model-${(key + Math.floor(Math.random() * 3)) % 12}`,
    upstreamId: `up${key % 3}`,
    operation: 'chat',
    dialect: 'openai',
    streamed: true,
    outcome: refused ? 'refused' : fate > 0.95 ? 'upstream_error' : 'ok',
    status: 200,
    errorCode: refused ? 'rate_limited' : null,
    receivedAt,
    admittedAt: receivedAt,
    firstByteAt: firstTokenAt,
    firstTokenAt: refused ? null : firstTokenAt,
    endedAt: firstTokenAt + 500 + Math.round(Math.random() * 20_000),
    bytesIn: 2_000,
    bytesOut: 60_000,
    tokensIn: Math.round(Math.random() * 4_000),
    tokensOut: Math.round(Math.random() * 900),
    tokensCached: 100,
    tokensReasoning: null,
    tokenSource: 'reported',
    clientAddress: '192.168.1.9',
    userAgent: clients[(key + Math.floor(Math.random() * 2)) % clients.length] ?? null,
    attempt: 0,
    route: 'POST /v1/chat/completions',
    client: 'Continue',
    errorText: refused ? 'The API key has made its requests of this minute.' : null,
    modelAsked: null,
    forwardedAt: refused ? null : receivedAt,
    replayOf: null,
    captured: false,
  };
}

/** In milliseconds: by the clock, and of the processor, which on a busy machine is the fairer figure. */
type Took = { readonly wallMs: number; readonly processorMs: number };

const show = (name: string, times: readonly Took[], targetMs: number) => {
  const figures = (pick: (took: Took) => number) =>
    [0.5, 0.99].map((share) => quantile(times.map(pick), share).toFixed(1).padStart(7)).join(' ');
  const verdict = quantile(
    times.map(({ wallMs }) => wallMs),
    0.99,
  );
  process.stdout.write(
    `${name.padEnd(44)} p50, p99: ${figures(({ wallMs }) => wallMs)} ms; processor: ${figures(({ processorMs }) => processorMs)} ms; under ${targetMs} ms: ${verdict <= targetMs ? 'yes' : 'NO'}\n`,
  );
};

function timed(count: number, work: (round: number) => void): Took[] {
  return Array.from({ length: count }, (_, round) => {
    const [began, used] = [performance.now(), process.cpuUsage()];
    work(round);
    const { user, system } = process.cpuUsage(used);
    return { wallMs: performance.now() - began, processorMs: (user + system) / 1_000 };
  });
}

function measure(file: string, rows: number): void {
  const db = openDatabase({ file, log: silentLog });
  const keys = createKeyTable(db);
  const usage = createUsageTable(db);
  const now = Date.now();
  const began = performance.now();
  // As they come in life: oldest first, each batch of a short time.
  for (let done = 0; done < rows; done += batchRows) {
    const at = (index: number) => Math.round(now - days * dayMs * (1 - (done + index) / rows));
    const batch = Array.from({ length: batchRows }, (_, index) => rowAt(at(index)));
    inTransaction(db, () => usage.insertRequests(batch));
  }
  const { count } = db.prepare('SELECT count(*) AS count FROM usage_rollups').get() as { count: number };
  process.stdout.write(
    `${rows} rows in ${Math.round((performance.now() - began) / 1_000)} s; ${Math.round(statSync(file).size / 1e6)} MB, ${count} sums before pruning\n`,
  );
  const step = createRetention({ db, usage });
  const steps: Took[] = [];
  const state = { more: true };
  while (state.more) {
    steps.push(
      ...timed(1, () => {
        state.more = step(now, { requestDays: days, hourlyDays: 365 });
      }),
    );
  }
  show(`a step of pruning (${steps.length} of them)`, steps, flushTargetMs);
  const batches = Array.from({ length: flushes }, () =>
    Array.from({ length: batchRows }, (_, index) => rowAt(now - batchRows + index)),
  );
  show(
    'a flush of 1,000 rows',
    timed(flushes, (round) => inTransaction(db, () => usage.insertRequests(batches[round] ?? []))),
    flushTargetMs,
  );
  const series = createUsageSeries(db);
  const ranges = [
    ['1h', hourMs],
    ['24h', dayMs],
    ['7d', 7 * dayMs - 6 * hourMs],
    ['14d', 13 * dayMs],
    ['30d', 29 * dayMs],
    ['90d', 89 * dayMs],
  ] as const;
  for (const [name, lengthMs] of ranges) {
    for (const by of ['key', 'client'] as const) {
      const values = timed(asks, (round) => void series({ since: now + round - lengthMs, until: now + round, by }));
      show(`usage over ${name} by ${by}`, values, askTargetMs);
    }
  }
  show(
    'usage over 30d of one key, by model',
    timed(asks, () => void series({ since: now - 29 * dayMs, until: now, by: 'model', keyId: 'key3' })),
    askTargetMs,
  );
  for (const by of ['key', 'model', 'day'] as const) {
    show(
      `report over 30d by ${by}`,
      timed(asks, () => void usage.report({ since: now - 30 * dayMs, until: now, by })),
      askTargetMs,
    );
  }
  const list = createRequestList(db);
  for (const query of [{}, { model: 'model-3' }, { outcome: 'refused' as const }, { outcome: 'trouble' as const }]) {
    show(
      `page of requests ${JSON.stringify(query)}`,
      timed(asks, () => void list.page({ limit: 100, ...query })),
      askTargetMs,
    );
  }
  show(
    'requests today',
    timed(asks, () => void usage.requestsSince(new Date(now).setHours(0, 0, 0, 0))),
    askTargetMs,
  );
  show(
    'requests in all (profile)',
    timed(asks / 4, () => void usage.requestsSince(0)),
    askTargetMs,
  );
  show(
    'keys',
    timed(asks, () => void keys.list()),
    askTargetMs,
  );
  show(
    'looking through it after an unclean end',
    timed(1, () => void db.prepare('PRAGMA quick_check(1)').all()),
    60_000,
  );
  db.close();
}

const dir = mkdtempSync(join(tmpdir(), 'keyhatch-bench-'));
try {
  measure(join(dir, 'keyhatch.db'), Number(process.argv[2] ?? 1_000_000));
} finally {
  rmSync(dir, { recursive: true, force: true });
}
