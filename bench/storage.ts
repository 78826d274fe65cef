// Storage with a generated ledger, through the threads that keep it: how long a batch of 1,000 rows takes to be written, what
// that costs the thread that carries the traffic, how long each question of the pages Usage and Requests takes, and what
// pruning does. Prints one table; `--rows` says how many rows, over `--days`, and `--file` keeps them for the next time.

import { existsSync, mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLog } from '../electron/lib/log.ts';
import { openDatabase } from '../electron/storage/database.ts';
import { createKeyTable } from '../electron/storage/key-table.ts';
import type { LedgerBatch } from '../electron/storage/ledger-batch.ts';
import type { LedgerReads, LedgerWrites } from '../electron/storage/ledger-calls.ts';
import type { Carrier } from '../electron/storage/ledger-carrier.ts';
import { carryToThread } from '../electron/storage/ledger-thread.ts';
import { localDay } from '../electron/storage/local-day.ts';
import { createUsageTable } from '../electron/storage/usage-table.ts';
import { usageGroup, usageSplit } from '../shared/usage-model.ts';
import { quantile } from './statistics.ts';
import { dayMs, fillLedger, hourMs, rowAt, sumsEqualRows } from './storage-rows.ts';

const batchRows = 1_000;
const flushes = 100;
const asks = 10;
const flushTargetMs = 20;
const askTargetMs = 100;
/** Rows, indexes and sums; with room for the WAL. */
const bytesARow = 900;
const ledgerWorker = join(import.meta.dirname, '../electron/storage/ledger-worker.ts');

type Options = { readonly rows: number; readonly days: number };
type Threads = { readonly reads: Carrier<LedgerReads>; readonly writes: Carrier<LedgerWrites> };
/** In milliseconds: by the clock, of the processor (on a busy machine the fairer figure), and of the asking thread alone. */
type Took = { readonly wallMs: number; readonly processorMs: number; readonly hereMs: number };

const tell = (text: string) => process.stdout.write(`${text}\n`);

function show(name: string, times: readonly Took[], targetMs: number): void {
  const figures = (pick: (took: Took) => number) =>
    [0.5, 0.99].map((share) => quantile(times.map(pick), share).toFixed(1).padStart(7)).join(' ');
  const wall = quantile(
    times.map(({ wallMs }) => wallMs),
    0.99,
  );
  const verdict = wall <= targetMs ? 'yes' : 'NO';
  tell(
    `${name.padEnd(40)} p50, p99: ${figures(({ wallMs }) => wallMs)} ms; processor: ${figures(({ processorMs }) => processorMs)}; here: ${figures(({ hereMs }) => hereMs)}; under ${targetMs} ms: ${verdict}`,
  );
}

async function timed(count: number, work: (round: number) => Promise<unknown>): Promise<Took[]> {
  const times: Took[] = [];
  for (let round = 0; round < count; round += 1) {
    const [began, used] = [performance.now(), process.cpuUsage()];
    const answer = work(round);
    const hereMs = performance.now() - began;
    await answer;
    const { user, system } = process.cpuUsage(used);
    times.push({ wallMs: performance.now() - began, processorMs: (user + system) / 1_000, hereMs });
  }
  return times;
}

function generate(file: string, { rows, days }: Options, nowMs: number): void {
  const db = openDatabase({ file, log: silentLog });
  const began = performance.now();
  fillLedger(db, { rows, days, nowMs });
  const seconds = Math.round((performance.now() - began) / 1_000);
  const { count } = db.prepare('SELECT count(*) AS count FROM usage_rollups').get() as { count: number };
  tell(`${rows} rows over ${days} days in ${seconds} s; ${Math.round(statSync(file).size / 1e6)} MB, ${count} sums`);
  if (!sumsEqualRows(db)) throw new Error('the sums of the generated ledger are not those of its rows');
  db.close();
}

/** One second after the other, as batches come; rows are told when they end, and so a little out of order. */
function batchOf(round: number, nowMs: number): LedgerBatch {
  const at = nowMs + round * 1_000;
  const late = () => Math.round(Math.random() * 2_500);
  const requests = Array.from({ length: batchRows }, (_, index) => rowAt(at + index - late()));
  return { id: crypto.randomUUID(), at, requests, strangers: [], claims: [] };
}

async function measureFlushes({ writes }: Threads, nowMs: number): Promise<void> {
  // The thread begins with its first call, and its code is warm after some.
  for (let round = -10; round < 0; round += 1) await writes.call('write', batchOf(round, nowMs));
  const batches = Array.from({ length: flushes }, (_, round) => batchOf(round, nowMs));
  const times: Took[] = [];
  for (const batch of batches) {
    times.push(...(await timed(1, () => writes.call('write', batch))));
    // As in life, where a checkpoint follows the answer and not the next batch.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  show('a flush of 1,000 rows', times, flushTargetMs);
}

async function measureQuestions({ reads }: Threads, now: number): Promise<void> {
  const ask = async (name: string, question: (round: number) => Promise<unknown>) => {
    await question(0);
    show(name, await timed(asks, question), askTargetMs);
  };
  const ranges = [
    ['1h', hourMs],
    ['24h', dayMs],
    ['7d', 7 * dayMs - 6 * hourMs],
    ['14d', 13 * dayMs],
    ['30d', 29 * dayMs],
    ['90d', 89 * dayMs],
  ] as const;
  for (const [range, lengthMs] of ranges) {
    for (const by of usageSplit.options) {
      await ask(`usage over ${range} by ${by}`, (round) =>
        reads.call('series', { since: now + round - lengthMs, until: now + round, by }),
      );
    }
    await ask(`week and models over ${range}`, (round) =>
      reads.call('details', { since: now + round - lengthMs, until: now + round, filter: {} }),
    );
    await ask(`usage over ${range} of one key by model`, (round) =>
      reads.call('series', {
        since: now + round - lengthMs,
        until: now + round,
        by: 'model',
        filter: { keyId: 'key3' },
      }),
    );
  }
  for (const by of ['key', 'model'] as const) {
    await ask(`since ever by ${by}`, () => reads.call('lifetime', { until: now, by, prices: [] }));
  }
  await ask('not metered over 30d', () => reads.call('unmetered', { since: now - 30 * dayMs, until: now }));
  for (const by of usageGroup.options) {
    await ask(`report over 30d by ${by}`, () => reads.call('report', { since: now - 30 * dayMs, until: now, by }));
    await ask(`report since ever by ${by}`, () => reads.call('report', { since: 0, until: now, by }));
  }
  const queries = [{}, { model: 'model-3' }, { upstreamId: 'up1' }, { keyId: 'key19' }];
  const outcomes = [{ outcome: 'ok' }, { outcome: 'refused' }, { outcome: 'trouble' }] as const;
  const texts = [{ text: 'model-1' }, { text: 'nowhere to be found' }];
  for (const query of [...queries, ...outcomes, ...texts]) {
    await ask(`requests ${JSON.stringify(query)}`, () => reads.call('requestPage', { limit: 100, ...query }));
  }
  await ask('requests kept (profile)', () => reads.call('requestsKept', null));
}

/** As every hour: first two days that are too old, step by step, then what became free. */
async function measurePruning({ writes }: Threads, nowMs: number, days: number): Promise<void> {
  const state = { more: true };
  const steps: Took[] = [];
  const began = performance.now();
  while (state.more) {
    const step = async () => {
      state.more = await writes.call('prune', { nowMs, kept: { requestDays: days - 2, hourlyDays: 365 } });
    };
    steps.push(...(await timed(1, step)));
  }
  show(`a step of pruning (${steps.length} of them)`, steps, flushTargetMs);
  tell(`two days pruned and their room given back in ${Math.round((performance.now() - began) / 1_000)} s`);
}

async function measure(file: string, options: Options): Promise<void> {
  const now = Date.now();
  generate(file, options, now);
  const db = openDatabase({ file, log: silentLog });
  const worker = ledgerWorker;
  const threads: Threads = {
    reads: carryToThread<LedgerReads>({ worker, data: { file, part: 'reads' }, log: silentLog }),
    writes: carryToThread<LedgerWrites>({ worker, data: { file, part: 'writes' }, log: silentLog }),
  };
  await measureFlushes(threads, now);
  // All that was written lies before, as it does for whoever asks of the time until now.
  await measureQuestions(threads, now + flushes * 1_000);
  await measurePruning(threads, now, options.days);
  // What is done where the traffic runs, before there is any.
  const usage = createUsageTable(db);
  show('the counts of today, at a start', await timed(3, async () => usage.today(localDay(now).from)), askTargetMs);
  show('all keys', await timed(asks, async () => createKeyTable(db).list()), askTargetMs);
  show(
    'looking through it after an unclean end',
    await timed(1, async () => db.prepare('PRAGMA quick_check(1)').all()),
    60_000,
  );
  await threads.reads.close();
  await threads.writes.close();
  db.close();
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    days: { type: 'string', default: '90' },
    /** Where the ledger is kept for the next time; without it, it is deleted. */
    file: { type: 'string' },
  },
});
const options = { rows: Number(values.rows), days: Number(values.days) };
// Generated days are those of UTC.
process.env['TZ'] = 'UTC';
const dir = mkdtempSync(join(tmpdir(), 'keyhatch-bench-'));
const file = values.file ?? join(dir, 'keyhatch.db');
const { bavail, bsize } = statfsSync(dirname(file));
if (!existsSync(file) && options.rows * bytesARow * 2 > bavail * bsize)
  throw new Error(`There is no room for it beside ${file}.`);
try {
  await measure(file, options);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
