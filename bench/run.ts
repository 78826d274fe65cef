// `npm run bench`: Keyhatch beside the bare proxy library, other gateways and the upstream itself, in one run on one
// machine. Prints tables, writes all numbers to bench/results/, and ends by itself. Not a test: it judges nothing but says
// which targets of the design are met.

import { randomFillSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { makeKey, parseKey } from '../shared/key-format.ts';
import { type BenchOptions, readBenchOptions, usage } from './bench-options.ts';
import { type Children, createChildren, type Worker } from './children.ts';
import { makeRoster, type Roster } from './contestants.ts';
import { makeProfile } from './keyhatch-server.ts';
import { measureLatency, measureRefusals, measureThroughput, type Racing, warmUp } from './measure-requests.ts';
import { measureStreams } from './measure-streams.ts';
import {
  checkLatency,
  checkStreams,
  checkThroughput,
  latencyTable,
  streamsTable,
  type TargetCheck,
  targetsTable,
  throughputTable,
} from './report.ts';
import { shown } from './table.ts';

const root = dirname(import.meta.dirname);
const tell = (text: string) => process.stdout.write(`${text}\n`);

type Workers = { readonly load: Worker; readonly upstream: Worker };
type Findings = { readonly results: Record<string, unknown>; readonly checks: readonly TargetCheck[] };

/** The build to measure, and a warning when it is not of the sources beside it. */
function findBuild(): string {
  const program = join(root, 'dist/cli/keyhatch.js');
  if (!existsSync(program)) throw new Error('There is no build to measure: npm run build.');
  const builtAt = statSync(program).mtimeMs;
  const newer = ['electron', 'shared'].some((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).some(
      (entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > builtAt,
    ),
  );
  tell(`Measuring dist/cli/keyhatch.js of ${new Date(builtAt).toISOString()}.`);
  if (newer) tell('Sources have changed since it was built: npm run build.');
  return program;
}

async function measureRequests(
  options: BenchOptions,
  load: Worker,
  roster: Roster,
  keys: readonly string[],
): Promise<Findings> {
  const { amounts, does } = options;
  const results: Record<string, unknown> = {};
  const checks: TargetCheck[] = [];
  const racing: Racing[] = [];
  for (const { name, start } of roster.present) racing.push({ name, entrant: await start() });
  await warmUp(load, racing, amounts.warmUpRequests);
  if (does('latency')) {
    const latency = await measureLatency(load, racing, amounts);
    tell(`\nLatency: 1 connection, ${amounts.latencyRounds} rounds of ${amounts.latencyRequests} requests`);
    tell(latencyTable(latency, roster.absent));
    results['latency'] = latency;
    checks.push(...checkLatency(latency));
    const keyhatch = racing.find(({ name }) => name === 'keyhatch');
    if (keyhatch) results['refusals'] = await tellRefusals(load, keyhatch, keys, options);
  }
  if (does('throughput')) {
    const throughput = await measureThroughput(load, racing, amounts);
    const { connections, throughputRounds, throughputMs } = amounts;
    tell(`\nThroughput: ${connections} connections, ${throughputRounds} rounds of ${throughputMs / 1000} s`);
    tell(throughputTable(throughput, roster.absent));
    results['throughput'] = throughput;
    checks.push(...checkThroughput(throughput));
  }
  for (const { entrant } of racing) await entrant.stop();
  return { results, checks };
}

async function tellRefusals(load: Worker, keyhatch: Racing, keys: readonly string[], { amounts }: BenchOptions) {
  const fill = (bytes: Uint8Array) => void randomFillSync(bytes);
  const known = parseKey(keys[0] ?? '');
  const unknown = makeKey(fill, 'kh').key;
  const wrong = makeKey(fill, 'kh', known.kind === 'key' ? known.id : undefined).key;
  const refusals = await measureRefusals(load, keyhatch, { unknown, wrong }, amounts);
  const { unknownUs, wrongUs } = refusals;
  tell(
    `\nRefusing an unknown key: ${shown(unknownUs)} µs; a known id with a wrong secret: ${shown(wrongUs)} µs (p50, in turns)`,
  );
  return refusals;
}

async function measureAllStreams(options: BenchOptions, workers: Workers, roster: Roster): Promise<Findings> {
  const { amounts } = options;
  const streams = await measureStreams(workers, roster.present, amounts, ({ name, streams, round, firstFailure }) =>
    tell(`  · ${name}, ${streams} streams, round ${round + 1}${firstFailure === null ? '' : `: ${firstFailure}`}`),
  );
  tell(`\nStreams: 20 events/s each, ${amounts.streamSeconds} s, ${amounts.streamRounds} rounds`);
  tell(streamsTable(streams, roster.absent));
  return { results: { streams }, checks: checkStreams(streams) };
}

async function bench(options: BenchOptions, children: Children, tempDir: string): Promise<void> {
  const startedAt = new Date();
  const program = findBuild();
  const workers: Workers = { load: children.fork('load.ts'), upstream: children.fork('upstream.ts') };
  const { port: upstreamPort } = await workers.upstream.ask<{ readonly port: number }>({ ask: 'port' });
  const folder = join(tempDir, 'profile');
  mkdirSync(folder, { mode: 0o700 });
  const { keys: keyCount } = options.amounts;
  const profile = await makeProfile({ children, upstreamPort, program, folder, keyCount });
  const ground = { children, upstreamPort, upstreamPid: workers.upstream.pid, tempDir, profile };
  const { otherBuild, profileDir } = options;
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(path));
  const roster = makeRoster(
    { ...ground, otherBuild: absolute(otherBuild), profileDir: absolute(profileDir) },
    options.takesPart,
  );

  const found: Findings[] = [];
  if (options.does('latency') || options.does('throughput'))
    found.push(await measureRequests(options, workers.load, roster, profile.keys));
  if (options.does('streams')) found.push(await measureAllStreams(options, workers, roster));

  const checks = found.flatMap((one) => one.checks);
  if (checks.length > 0) tell(`\nTargets\n${targetsTable(checks)}`);
  const results = Object.assign({}, ...found.map((one) => one.results)) as Record<string, unknown>;
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, load: loadavg() };
  write(startedAt, { at: startedAt, machine, amounts: options.amounts, absent: roster.absent, ...results, checks });
}

function write(startedAt: Date, results: Record<string, unknown>): void {
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${startedAt.toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  tell(`\nAll numbers: ${file}`);
}

async function main(): Promise<number> {
  let options: BenchOptions;
  try {
    options = readBenchOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  const children = createChildren();
  const tempDir = mkdtempSync(join(tmpdir(), 'keyhatch-bench-'));
  // So that a server which steps down to another user finds its folder; the profile is closed to it as ever.
  chmodSync(tempDir, 0o711);
  process.once('exit', () => rmSync(tempDir, { recursive: true, force: true }));
  let givenUp = false;
  const giveUp = (why: string) => {
    if (givenUp) return;
    givenUp = true;
    process.stderr.write(`The benchmark was given up: ${why}.\n`);
    void children.stopAll().then(() => process.exit(1));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => giveUp(signal));
  const late = setTimeout(() => giveUp('it took too long'), options.amounts.deadlineMs);
  try {
    await bench(options, children, tempDir);
    return 0;
  } catch (error) {
    process.stderr.write(`The benchmark failed: ${(error as Error).message}\n`);
    return 1;
  } finally {
    clearTimeout(late);
    await children.stopAll();
  }
}

process.exitCode = await main();
