// `npm run bench:usage`: what requests feel of somebody who has the page Usage open on a big ledger. Latency at the gateway in
// rounds that take turns, with and without all questions of that page asked once a second. Prints the ratio of the p99s.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ContractClient, connectControl } from '../electron/control/control-client.ts';
import { silentLog } from '../electron/lib/log.ts';
import { openDatabase } from '../electron/storage/database.ts';
import { usageGroup, usageSplit } from '../shared/usage-model.ts';
import { type Children, createChildren, type Worker } from './children.ts';
import { makeProfile, startKeyhatch } from './keyhatch-server.ts';
import type { LatencyJob, LatencyResult } from './messages.ts';
import { median, quantile } from './statistics.ts';
import { dayMs, fillLedger, hourMs } from './storage-rows.ts';

const targetRatio = 1.5;
const askEveryMs = 1_000;
const warmUpRequests = 2_000;
const ranges = [hourMs, dayMs, 7 * dayMs, 30 * dayMs, 90 * dayMs];

type Amounts = { readonly rows: number; readonly rounds: number; readonly requests: number };

const tell = (text: string) => process.stdout.write(`${text}\n`);

/** Everything that the page asks, over one range: the ranges take turns. */
async function askAll(client: ContractClient, sinceMs: number): Promise<void> {
  await Promise.all([
    ...usageSplit.options.map((by) => client.usage.series({ sinceMs, by })),
    ...usageGroup.options.map((by) => client.usage.report({ sinceMs, by })),
    client.usage.details({ sinceMs }),
    client.usage.unmetered({ sinceMs }),
    client.usage.lifetime({ by: 'key' }),
    client.requests.list({ limit: 100 }),
    client.keys.list(),
    client.status.get(),
    client.profile.get(),
  ]);
}

/** Asks once a second until it is told to stop, and then says how long the answers took. */
function keepOpen(client: ContractClient): () => Promise<readonly number[]> {
  const took: number[] = [];
  let open = true;
  const asking = (async () => {
    for (let round = 0; open; round += 1) {
      const began = performance.now();
      await askAll(client, ranges[round % ranges.length] ?? dayMs);
      took.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, askEveryMs - (performance.now() - began))));
    }
  })();
  return async () => {
    open = false;
    await asking;
    return took;
  };
}

async function race(load: Worker, client: ContractClient, target: LatencyJob['target'], { rounds, requests }: Amounts) {
  const ask = (count: number) =>
    load.ask<LatencyResult>({ job: 'latency', target, requests: count } satisfies LatencyJob);
  await ask(warmUpRequests);
  await askAll(client, dayMs);
  const closed: LatencyResult[] = [];
  const opened: LatencyResult[] = [];
  const answers: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Which of the two begins changes, so that what the machine does meanwhile meets both alike.
    for (const withPage of round % 2 === 0 ? [false, true] : [true, false]) {
      const stop = withPage ? keepOpen(client) : undefined;
      (withPage ? opened : closed).push(await ask(requests));
      answers.push(...((await stop?.()) ?? []));
    }
  }
  return { closed, opened, answers };
}

async function bench(amounts: Amounts, children: Children, tempDir: string): Promise<void> {
  const program = join(dirname(import.meta.dirname), 'dist/cli/keyhatch.js');
  const workers = { load: children.fork('load.ts'), upstream: children.fork('upstream.ts') };
  const { port: upstreamPort } = await workers.upstream.ask<{ readonly port: number }>({ ask: 'port' });
  const folder = join(tempDir, 'profile');
  mkdirSync(folder, { mode: 0o700 });
  const profile = await makeProfile({ children, upstreamPort, program, folder, keyCount: 1 });
  const db = openDatabase({ file: join(folder, 'keyhatch.db'), log: silentLog });
  fillLedger(db, { rows: amounts.rows, days: 90, nowMs: Date.now() });
  db.close();
  const server = await startKeyhatch({ children, upstreamPort, profile, nodeArgs: [] });
  const control = await connectControl({ dataDir: folder });
  if (!control) throw new Error('Keyhatch runs, but does not answer on its socket');
  const target = { port: server.port, key: profile.keys[0] };
  const { closed, opened, answers } = await race(workers.load, control.client, target, amounts);
  await control.close();
  const figure = (results: readonly LatencyResult[], pick: (one: LatencyResult) => number) => median(results.map(pick));
  const p99 = (results: readonly LatencyResult[]) => figure(results, ({ p99Us }) => p99Us);
  const p50 = (results: readonly LatencyResult[]) => figure(results, ({ p50Us }) => p50Us);
  tell(
    `${amounts.rows} rows; ${amounts.rounds} rounds of ${amounts.requests} requests over one connection, median of rounds`,
  );
  tell(`page closed: p50 ${p50(closed).toFixed(0)} µs, p99 ${p99(closed).toFixed(0)} µs`);
  tell(`page open:   p50 ${p50(opened).toFixed(0)} µs, p99 ${p99(opened).toFixed(0)} µs`);
  tell(
    `its answers: ${answers.length}, all together p50 ${quantile(answers, 0.5).toFixed(0)} ms, p99 ${quantile(answers, 0.99).toFixed(0)} ms`,
  );
  const ratio = p99(opened) / p99(closed);
  tell(`p99 open over closed: ${ratio.toFixed(2)}; at most ${targetRatio}: ${ratio <= targetRatio ? 'yes' : 'NO'}`);
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '10' },
    requests: { type: 'string', default: '2000' },
  },
});
// Generated days are those of UTC, for the server that is started as well.
process.env['TZ'] = 'UTC';
const children = createChildren();
const tempDir = mkdtempSync(join(tmpdir(), 'keyhatch-bench-'));
process.once('exit', () => rmSync(tempDir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void children.stopAll().then(() => process.exit(1)));
}
try {
  const amounts = { rows: Number(values.rows), rounds: Number(values.rounds), requests: Number(values.requests) };
  await bench(amounts, children, tempDir);
} finally {
  await children.stopAll();
}
