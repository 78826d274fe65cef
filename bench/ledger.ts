// `npm run bench:ledger`: the proof of the ledger at its full size. Prints the account; ends with 1 where it does not add up.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createChildren } from './children.ts';
import { proveLedger } from './ledger-proof.ts';

/** What may be lost by a kill: what ended in the second before it. */
const promisedMs = 1_000;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    keys: { type: 'string', default: '20' },
    'kill-every': { type: 'string', default: '5000' },
  },
});
const children = createChildren();
const tempDir = mkdtempSync(join(tmpdir(), 'keyhatch-bench-'));
process.once('exit', () => rmSync(tempDir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void children.stopAll().then(() => process.exit(1)));
}
const folder = join(tempDir, 'profile');
mkdirSync(folder, { mode: 0o700 });
try {
  const began = performance.now();
  const { lostMs, ...account } = await proveLedger({
    children,
    program: join(dirname(import.meta.dirname), 'dist/cli/keyhatch.js'),
    folder,
    requests: Number(values.requests),
    keys: Number(values.keys),
    killEvery: Number(values['kill-every']),
  });
  const late = lostMs.filter((ms) => ms > promisedMs);
  const adds =
    late.length === 0 &&
    account.lostWithoutKill === 0 &&
    account.idsTwice === 0 &&
    account.differences.length === 0 &&
    account.rows === account.found + account.foundOfOthers + account.rowsUnknown &&
    account.rowsUnknown <= account.sentUnknown;
  const told = { ...account, lost: lostMs.length, longestLossMs: lostMs[0] ?? 0, lostLate: late.length };
  process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
  process.stdout.write(`in ${Math.round((performance.now() - began) / 1_000)} s; it adds up: ${adds ? 'yes' : 'NO'}\n`);
  process.exitCode = adds ? 0 : 1;
} finally {
  await children.stopAll();
}
