// Every request is accounted for, in small: clients that leave, an upstream that fails, and the gateway killed three times.
// `npm run bench:ledger` is the same at its full size.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createChildren } from '../../../bench/children.ts';
import { proveLedger } from '../../../bench/ledger-proof.ts';
import { makeProfile, program } from '../../fakes/keyhatch-process.ts';

/** Five times what is promised: here the program may be late because of what else the machine does. */
const surelyWrittenMs = 5_000;

test('each request has one row, or ended just before a kill; no row is there twice, and sums are those of the rows', async () => {
  const { dataDir, remove } = await makeProfile();
  const children = createChildren();
  onTestFinished(async () => {
    await children.stopAll();
    await remove();
  });
  const folder = join(dataDir, 'profile');
  await mkdir(folder, { mode: 0o700 });
  const account = await proveLedger({ children, program, folder, requests: 3_000, keys: 20, killEvery: 800 });
  expect(account).toMatchObject({ sent: 3_000, kills: 3, lostWithoutKill: 0, idsTwice: 0, differences: [] });
  expect(account.fates.left).toBeGreaterThan(100);
  expect(account.lostMs.filter((ms) => ms > surelyWrittenMs)).toEqual([]);
  expect(account.found + account.lostMs.length).toBeGreaterThan(2_000);
  // Whatever row is left belongs to a request whose client never heard its id.
  expect(account.rows).toBe(account.found + account.foundOfOthers + account.rowsUnknown);
  expect(account.rowsUnknown).toBeLessThanOrEqual(account.sentUnknown);
}, 120_000);
