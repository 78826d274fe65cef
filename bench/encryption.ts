// `npm run bench:encryption`: what HTTPS costs. One Keyhatch, the same port, the same connections kept open, plain and
// encrypted in turns; and how long a certificate takes to make.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeAuthority, makeServerCertificate } from '../electron/certificates/certificate-maker.ts';
import { connectControl } from '../electron/control/control-client.ts';
import { createChildren } from './children.ts';
import { makeProfile, startKeyhatch } from './keyhatch-server.ts';
import { measureThroughput, type Racing, warmUp } from './measure-requests.ts';
import { median } from './statistics.ts';
import { shown, tableText } from './table.ts';

const rounds = Number(process.argv[2] ?? 9);
const amounts = { connections: 32, throughputMs: 2_000, throughputRounds: rounds };
const children = createChildren();
const tempDir = mkdtempSync(join(tmpdir(), 'keyhatch-bench-'));
process.once('exit', () => rmSync(tempDir, { recursive: true, force: true }));

/** The same Keyhatch under two names. */
async function entrants(upstreamPort: number): Promise<readonly Racing[]> {
  const folder = join(tempDir, 'keyhatch');
  mkdirSync(folder, { mode: 0o700 });
  const program = join(dirname(import.meta.dirname), 'dist/cli/keyhatch.js');
  const profile = await makeProfile({ children, upstreamPort, program, folder, keyCount: 10 });
  const { port, pid, stop } = await startKeyhatch({ children, upstreamPort, profile, nodeArgs: [] });
  const control = await connectControl({ dataDir: folder });
  if (!control) throw new Error('Keyhatch runs, but does not answer on its socket');
  await control.client.settings.set({ name: 'tls.mode', value: 'both' });
  const { caPem } = await control.client.tls.renew();
  await control.close();
  const target = { port, key: profile.keys[0], keys: profile.keys };
  return [
    { name: 'HTTP', entrant: { target, pid, stop } },
    { name: 'HTTPS', entrant: { target: { ...target, ca: caPem ?? '' }, pid, stop } },
  ];
}

async function certificateTimes(): Promise<readonly [authorityMs: number, serverMs: number]> {
  const names = { names: ['localhost'], addresses: ['127.0.0.1', '::1'] };
  const times: [number, number][] = [];
  for (let n = 0; n < 20; n++) {
    const began = performance.now();
    const authority = await makeAuthority(names.names, Date.now());
    const made = performance.now();
    await makeServerCertificate(authority, names, Date.now());
    times.push([made - began, performance.now() - made]);
  }
  return [median(times.map(([first]) => first)), median(times.map(([, second]) => second))];
}

try {
  const [load, upstream] = [children.fork('load.ts'), children.fork('upstream.ts')];
  const { port } = await upstream.ask<{ readonly port: number }>({ ask: 'port' });
  const racing = await entrants(port);
  await warmUp(load, racing, 2_000);
  const results = await measureThroughput(load, racing, amounts);
  const rows = results.map(({ name, rounds: all }) => [
    name,
    shown(median(all.map(({ perSecond }) => perSecond))),
    shown(median(all.map(({ cpuUsPerRequest }) => cpuUsPerRequest ?? Number.NaN))),
  ]);
  process.stdout.write(
    `${tableText([{ title: '', left: true }, { title: 'requests/s' }, { title: 'CPU µs/request' }], rows)}\n`,
  );
  const [plain, encrypted] = results.map((result) => result.rounds);
  const shares = (encrypted ?? []).map(({ perSecond }, round) => perSecond / (plain?.[round]?.perSecond ?? Number.NaN));
  process.stdout.write(`HTTPS: ${shown(median(shares) * 100, 1)} % of the throughput, median of ${rounds} rounds\n`);
  const [authorityMs, serverMs] = await certificateTimes();
  process.stdout.write(
    `A certificate is made in ${shown(serverMs, 1)} ms, an authority in ${shown(authorityMs, 1)} ms (medians of 20)\n`,
  );
} finally {
  await children.stopAll();
}
