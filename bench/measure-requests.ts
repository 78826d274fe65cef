// Latency over one connection, throughput over many, and refusals. The contestants take turns, in another order each
// round, so that what else the machine does meets all of them alike.

import type { Amounts } from './bench-options.ts';
import type { Worker } from './children.ts';
import type { Entrant } from './contestants.ts';
import type {
  LatencyJob,
  LatencyResult,
  RefusalJob,
  RefusalResult,
  ThroughputJob,
  ThroughputResult,
} from './messages.ts';
import { costOf } from './process-cost.ts';

export type Racing = { readonly name: string; readonly entrant: Entrant };

export type ThroughputRound = ThroughputResult & {
  /** Of the contestant's processes; null where it cannot be known. */
  readonly cpuUsPerRequest: number | null;
};

/** One result a round, in the order of the rounds: results of the same round belong together. */
export type Rounds<Result> = { readonly name: string; readonly rounds: readonly Result[] };

export function measureLatency(
  load: Worker,
  racing: readonly Racing[],
  amounts: Amounts,
): Promise<Rounds<LatencyResult>[]> {
  return inTurns(racing, amounts.latencyRounds, ({ target }) => {
    const job: LatencyJob = { job: 'latency', target, requests: amounts.latencyRequests };
    return load.ask<LatencyResult>(job);
  });
}

export function measureThroughput(
  load: Worker,
  racing: readonly Racing[],
  amounts: Pick<Amounts, 'connections' | 'throughputMs' | 'throughputRounds'>,
): Promise<Rounds<ThroughputRound>[]> {
  const { connections, throughputMs: durationMs } = amounts;
  return inTurns(racing, amounts.throughputRounds, async ({ target, pid }) => {
    const job: ThroughputJob = { job: 'throughput', target, connections, durationMs };
    const before = costOf(pid);
    const result = await load.ask<ThroughputResult>(job);
    const after = costOf(pid);
    const cpuUsPerRequest = before && after && ((after.cpuSeconds - before.cpuSeconds) * 1_000_000) / result.answers;
    return { ...result, cpuUsPerRequest: cpuUsPerRequest ?? null };
  });
}

/** Enough requests for the contestants' code to be compiled, and a proof that each of them works. */
export async function warmUp(load: Worker, racing: readonly Racing[], requests: number): Promise<void> {
  for (const { name, entrant } of racing) {
    const job: LatencyJob = { job: 'latency', target: entrant.target, requests };
    await load.ask<LatencyResult>(job).catch((error: Error) => {
      throw new Error(`${name} does not work: ${error.message}`);
    });
  }
}

/** Whether a key that nobody has and one whose secret is wrong take the same time to refuse. */
export async function measureRefusals(
  load: Worker,
  keyhatch: Racing,
  keys: { readonly unknown: string; readonly wrong: string },
  amounts: Amounts,
): Promise<{ readonly unknownUs: number; readonly wrongUs: number }> {
  const { port } = keyhatch.entrant.target;
  const job: RefusalJob = { job: 'refusals', port, keys: [keys.unknown, keys.wrong], requests: amounts.refusals };
  const { p50Us } = await load.ask<RefusalResult>(job);
  return { unknownUs: p50Us[0] ?? Number.NaN, wrongUs: p50Us[1] ?? Number.NaN };
}

async function inTurns<Result>(
  racing: readonly Racing[],
  rounds: number,
  run: (entrant: Entrant) => Promise<Result>,
): Promise<Rounds<Result>[]> {
  const results = racing.map(({ name }) => ({ name, rounds: [] as Result[] }));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < racing.length; turn++) {
      const at = (turn + round) % racing.length;
      const one = racing[at];
      if (one) results[at]?.rounds.push(await run(one.entrant));
    }
  }
  return results;
}
