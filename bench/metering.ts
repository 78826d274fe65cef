// `npm run bench:metering`: what reading the answers costs. The same gateway with the tally and without it works at equal
// streams at the same time; told is the processor time for a million events. Judges nothing but says whether the target is met.

import { openTally } from '../electron/gateway/tally/tally.ts';
import { type Amounts, readBenchOptions } from './bench-options.ts';
import { type Children, createChildren } from './children.ts';
import type { Contestant } from './contestants.ts';
import { measureStreams, type StreamsRun } from './measure-streams.ts';
import { median } from './statistics.ts';
import { bodyOfFrame, eventFrame } from './stream-script.ts';
import { tableText } from './table.ts';

const targetShare = 0.1;
const key = 'kh_bench';
const warmUpRounds = 2;
const amounts: Amounts = { ...readBenchOptions([]).amounts, streamRounds: 1, streamCounts: [200], streamSeconds: 4 };
const names = { on: 'metering on', off: 'metering off' } as const;

async function main(): Promise<void> {
  const rounds = process.argv.includes('--quick') ? 8 : 20;
  const children = createChildren();
  const late = setTimeout(() => process.exit(1), 540_000);
  try {
    const sides = [await startSide(children, true), await startSide(children, false)] as const;
    const runs: StreamsRun[] = [];
    for (let round = 0; round < warmUpRounds + rounds; round++) {
      // At the same time, so that whatever else the machine does meets both; and with either load generator in turns.
      const loads = round % 2 === 0 ? [0, 1] : [1, 0];
      const measured = await Promise.all(
        sides.map(({ upstream, contestant }, side) => {
          const load = sides[loads[side] === 0 ? 0 : 1].load;
          return measureStreams({ load, upstream }, [contestant], amounts, () => {});
        }),
      );
      if (round >= warmUpRounds) runs.push(...measured.flat());
      process.stdout.write(`  · round ${round + 1} of ${warmUpRounds + rounds}\n`);
    }
    tell(runs);
  } finally {
    clearTimeout(late);
    await children.stopAll();
  }
}

/** A gateway that stays up over all rounds, so that none pays for code that is new to its machine, and what surrounds it. */
async function startSide(children: Children, metering: boolean) {
  const [load, upstream] = [children.fork('load.ts'), children.fork('upstream.ts')];
  const { port: upstreamPort } = await upstream.ask<{ readonly port: number }>({ ask: 'port' });
  const gateway = children.fork('metering-gateway.ts');
  const port = await gateway.ask<number>({ upstreamPort, key, metering });
  const entrant = { target: { port, key }, pid: gateway.pid, stop: async () => {} };
  const contestant: Contestant = { name: metering ? names.on : names.off, start: async () => entrant };
  return { load, upstream, contestant };
}

function tell(runs: readonly StreamsRun[]): void {
  const costs = (name: string) =>
    runs.flatMap((run) => (run.name === name ? (run.cpuSecondsPerMillionEvents ?? []) : []));
  const [on, off] = [costs(names.on), costs(names.off)];
  const rows = [
    [names.on, on],
    [names.off, off],
  ] as const;
  const lost = runs.reduce((all, run) => all + run.lostBytes + run.changed + run.failed, 0);
  const columns = [{ title: '', left: true }, { title: 'median' }, { title: 'least' }, { title: 'most' }];
  const lines = rows.map(([name, all]) => [
    name,
    ...[median(all), Math.min(...all), Math.max(...all)].map((seconds) => seconds.toFixed(1)),
  ]);
  process.stdout.write(`\nProcessor seconds for a million events\n${tableText(columns, lines)}\n\n`);
  const share = median(on) / median(off) - 1;
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  process.stdout.write(
    `Metering costs ${percent(share)} (of the medians of ${on.length} rounds), at most ${percent(targetShare)}: ${share <= targetShare ? 'yes' : 'NO'}\n`,
  );
  const alone = tallyAlone();
  process.stdout.write(
    `The tally alone, in this process: ${alone.toFixed(2)} s for a million events, ${percent(alone / median(off))} of all the rest\n`,
  );
  if (lost > 0) process.stdout.write(`Bytes were lost or changed, or streams failed: ${lost}\n`);
}

// What two processes differ by drowns on a busy machine in what else it does; this does not.
function tallyAlone(): number {
  const facts = { dialect: 'openai', operation: 'chat', metered: true, promptBytes: 100 } as const;
  const events = Array.from({ length: 512 }, (_, n) => bodyOfFrame(eventFrame(n)));
  const run = (count: number): number => {
    const tally = openTally({ ...facts, contentType: 'text/event-stream', contentEncoding: undefined });
    const before = process.cpuUsage();
    for (let n = 0; n < count; n++) tally.chunk(events[n % events.length] as Buffer, n);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  };
  run(100_000);
  return median(Array.from({ length: 9 }, () => run(200_000)));
}

await main();
