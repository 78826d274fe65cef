// `npm run bench:policy`: what all limits together cost. The same build twice, in front of the same upstream, in turns: 500 keys
// without limits, and 500 with every limit there is, in 50 projects, none of which is ever reached. Target: at most 15 % of
// the throughput.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createChildren } from './children.ts';
import { type KeyGift, makeProfile, startKeyhatch } from './keyhatch-server.ts';
import { measureThroughput, type Racing, warmUp } from './measure-requests.ts';
import { median } from './statistics.ts';
import { shown, tableText } from './table.ts';

const keyCount = 500;
const projectCount = 50;
const wantedShare = 0.85;
const rounds = Number(process.argv[2] ?? 15);
const amounts = { connections: 32, throughputMs: 2_000, throughputRounds: rounds };

/** Every limit, each with far more room than the run takes. */
function everyLimit(nth: number): KeyGift {
  return {
    project: `project ${nth % projectCount}`,
    rpm: 1_000_000,
    parallel: 10_000,
    policy: {
      rph: 100_000_000,
      tpm: 1_000_000_000,
      priority: 'high',
      budgets: [
        { period: 'day', tokens: 1_000_000_000, cost: null, soft: 0.8, strict: false },
        { period: 'month', tokens: 30_000_000_000, cost: null, soft: 0.8, strict: false },
        { period: 'month', tokens: null, cost: { currency: 'EUR', micros: 1_000_000_000 }, soft: 0.8, strict: false },
      ],
    },
  };
}

const children = createChildren();
const tempDir = mkdtempSync(join(tmpdir(), 'keyhatch-bench-'));
process.once('exit', () => rmSync(tempDir, { recursive: true, force: true }));

async function entrant(name: string, upstreamPort: number, gift?: (nth: number) => KeyGift): Promise<Racing> {
  const folder = join(tempDir, name.replaceAll(' ', '-'));
  mkdirSync(folder, { mode: 0o700 });
  const program = join(dirname(import.meta.dirname), 'dist/cli/keyhatch.js');
  const options = { children, upstreamPort, program, folder, keyCount };
  const profile = await makeProfile(gift ? { ...options, gift } : options);
  const { port, pid, stop } = await startKeyhatch({ children, upstreamPort, profile, nodeArgs: [] });
  return { name, entrant: { target: { port, key: profile.keys[0], keys: profile.keys }, pid, stop } };
}

try {
  const [load, upstream] = [children.fork('load.ts'), children.fork('upstream.ts')];
  const { port } = await upstream.ask<{ readonly port: number }>({ ask: 'port' });
  const racing = [await entrant('without limits', port), await entrant('every limit', port, everyLimit)];
  await warmUp(load, racing, 2_000);
  const results = await measureThroughput(load, racing, amounts);
  const [without, every] = results.map((result) => result.rounds);
  const rows = results.map(({ name, rounds: all }) => [
    name,
    shown(median(all.map(({ perSecond }) => perSecond))),
    shown(median(all.map(({ cpuUsPerRequest }) => cpuUsPerRequest ?? Number.NaN))),
  ]);
  process.stdout.write(
    `${tableText([{ title: '', left: true }, { title: 'requests/s' }, { title: 'CPU µs/request' }], rows)}\n`,
  );
  const shares = (every ?? []).map(({ perSecond }, round) => perSecond / (without?.[round]?.perSecond ?? Number.NaN));
  const share = median(shares);
  const met = share >= wantedShare ? 'yes' : 'NO';
  process.stdout.write(
    `With every limit: ${shown(share * 100, 1)} % of the throughput, median of ${rounds} rounds; at least 85 %: ${met}\n`,
  );
  process.exitCode = share >= wantedShare ? 0 : 1;
} finally {
  await children.stopAll();
}
