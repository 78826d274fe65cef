// Many event streams at once: is every byte of them there, how much later, and what did that cost. Each contestant starts
// anew for each round, so that the most memory it held is that of this work alone.

import type { Amounts } from './bench-options.ts';
import type { Worker } from './children.ts';
import type { Contestant, Entrant } from './contestants.ts';
import { warmUp } from './measure-requests.ts';
import type { StreamSum, StreamsJob, StreamsNote, StreamsResult } from './messages.ts';
import { type Cost, costOf } from './process-cost.ts';
import { eventsPerSecond } from './stream-script.ts';

export type StreamsRun = {
  readonly name: string;
  readonly streams: number;
  readonly round: number;
  /** Bytes that the upstream sent and the client did not get. */
  readonly lostBytes: number;
  /** Streams whose bytes came in their number but not as they were. */
  readonly changed: number;
  readonly failed: number;
  readonly firstFailure: string | null;
  readonly delayP50Us: number;
  readonly delayP99Us: number;
  /** While all streams flowed; null where it cannot be known. */
  readonly cpuSecondsPerMillionEvents: number | null;
  readonly peakRssMib: number | null;
};

const graceMs = 30_000;
const warmUpRequests = 500;

export async function measureStreams(
  workers: { readonly load: Worker; readonly upstream: Worker },
  contestants: readonly Contestant[],
  amounts: Amounts,
  onRun: (run: StreamsRun) => void,
): Promise<StreamsRun[]> {
  const runs: StreamsRun[] = [];
  for (let round = 0; round < amounts.streamRounds; round++) {
    for (const { name, start } of contestants) {
      const entrant = await start();
      await warmUp(workers.load, [{ name, entrant }], warmUpRequests);
      for (const streams of amounts.streamCounts) {
        const run = { name, streams, round, ...(await runOnce(workers, entrant, streams, amounts.streamSeconds)) };
        runs.push(run);
        onRun(run);
      }
      await entrant.stop();
    }
  }
  return runs;
}

let nameCount = 0;

async function runOnce(
  { load, upstream }: { readonly load: Worker; readonly upstream: Worker },
  { target, pid }: Entrant,
  streams: number,
  seconds: number,
): Promise<Omit<StreamsRun, 'name' | 'streams' | 'round'>> {
  const job: StreamsJob = {
    job: 'streams',
    target,
    name: `run${nameCount++}`,
    streams,
    eventsEach: seconds * eventsPerSecond,
    timeoutMs: seconds * 1000 + graceMs,
  };
  await upstream.ask({ ask: 'gather', streams });
  const seen = new Map<StreamsNote['at'], { readonly events: number; readonly cost: Cost | undefined }>();
  const { sums, ...result } = await load.ask<StreamsResult>(job, (note) => {
    const { at, events } = note as StreamsNote;
    seen.set(at, { events, cost: costOf(pid) });
  });
  const sent = await upstream.ask<{ readonly sums: readonly StreamSum[] }>({ ask: 'sums' });
  const [from, to] = [seen.get('flowing'), seen.get('ending')];
  const cpuSeconds = (to?.cost?.cpuSeconds ?? Number.NaN) - (from?.cost?.cpuSeconds ?? Number.NaN);
  const perMillion = (cpuSeconds * 1_000_000) / ((to?.events ?? 0) - (from?.events ?? 0));
  return {
    ...compare(sent.sums, sums),
    ...result,
    cpuSecondsPerMillionEvents: Number.isFinite(perMillion) ? perMillion : null,
    peakRssMib: costOf(pid)?.peakRssMib ?? null,
  };
}

function compare(sent: readonly StreamSum[], got: readonly StreamSum[]) {
  const sentById = new Map(sent.map((sum) => [sum.id, sum]));
  let lostBytes = 0;
  let changed = 0;
  for (const { id, bytes, crc } of got) {
    const original = sentById.get(id);
    lostBytes += Math.abs((original?.bytes ?? 0) - bytes);
    if (original?.bytes === bytes && original.crc !== crc) changed += 1;
  }
  return { lostBytes, changed };
}
