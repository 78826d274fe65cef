// A damaged keyhatch.db and the built program: what can be saved is, the gate opens in any case, and where it is the keys
// that are damaged, it lets none of them in and takes none of them away.

import { closeSync, copyFileSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Finding, KeyFacts, Status } from '../../../shared/model.ts';
import type { UsageReport } from '../../../shared/usage-model.ts';
import { makeProfile, type Profile } from '../../fakes/keyhatch-process.ts';
import { tryKey } from '../../fakes/try-key.ts';

let profile: Profile;
let file: string;

beforeEach(async () => {
  profile = await makeProfile();
  file = join(profile.dataDir, 'keyhatch.db');
});
afterEach(() => profile.remove());

const start = () => profile.start({ args: ['--echo'] });

/** A profile with a key that was used, left by an end that was not clean, its WAL brought in. @returns the key */
async function leaveUnclean(): Promise<string> {
  const keyhatch = await start();
  const { key } = await keyhatch.createKey('--name', 'laptop');
  const answer = await keyhatch.chat(key, { model: 'echo' });
  await answer.arrayBuffer();
  expect(answer.status).toBe(200);
  // Asking writes what waits.
  expect((await keyhatch.json<UsageReport>(['usage'])).total.requests).toBe(1);
  await keyhatch.kill9();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  return key;
}

/** Overwrites the page in which a table begins. */
function damage(table: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  const { rootpage } = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table) as {
    rootpage: number;
  };
  const { page_size: pageBytes } = db.prepare('PRAGMA page_size').get() as { page_size: number };
  db.close();
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, (rootpage - 1) * pageBytes);
  closeSync(handle);
}

test('damaged requests: the gate opens, keys work, sums are there, and the owner is told where the old file lies', async () => {
  const key = await leaveUnclean();
  damage('requests');
  const keyhatch = await start();
  const answer = await keyhatch.chat(key, { model: 'echo' });
  await answer.arrayBuffer();
  expect(answer.status).toBe(200);
  expect((await keyhatch.json<UsageReport>(['usage'])).total.requests).toBe(2);
  const [copy] = readdirSync(profile.dataDir).filter((name) => /^keyhatch\.db\.damaged-.*Z$/.test(name));
  const { warnings } = await keyhatch.json<Status>(['status']);
  expect(warnings).toEqual([expect.stringContaining(copy ?? 'a copy')]);
  expect(await keyhatch.stop()).toBe(0);
  const next = await start();
  expect((await next.json<Status>(['status'])).warnings).toEqual([]);
});

test('damaged keys: the gate opens and refuses every key, nothing is touched, and a copy put back is all that is needed', async () => {
  const key = await leaveUnclean();
  const copy = `${file}.sound`;
  copyFileSync(file, copy);
  damage('keys');
  const before = readFileSync(file);

  const keyhatch = await start();
  const answer = await keyhatch.chat(key, { model: 'echo' });
  expect([answer.status, answer.headers.get('x-keyhatch-error')]).toEqual([503, 'keys_damaged']);
  expect(await answer.text()).toContain('damaged');
  const { warnings, vault, server } = await keyhatch.json<Status>(['status']);
  expect(server.state).toBe('running');
  expect(vault.state).toBe('locked');
  expect(warnings).toContainEqual(expect.stringContaining(file));
  const made = await keyhatch.cli(['keys', 'create', '--name', 'new']);
  expect([made.code, made.stderr]).toEqual([1, expect.stringContaining('damaged')]);
  const findings = JSON.parse((await keyhatch.cli(['doctor', '--json'])).stdout) as Finding[];
  expect(findings.find(({ check }) => check === 'storage')).toMatchObject({ result: 'bad' });
  expect(await keyhatch.stop()).toBe(0);
  expect(readFileSync(file).equals(before)).toBe(true);

  // A single command does not say that there are no keys.
  const atRest = await profile.cli(['keys', 'list']);
  expect([atRest.code, atRest.stderr]).toEqual([1, expect.stringContaining('cannot be read')]);

  copyFileSync(copy, file);
  const again = await start();
  expect((await again.json<KeyFacts[]>(['keys', 'list'])).map(({ name, usable }) => [name, usable])).toEqual([
    ['laptop', true],
  ]);
  expect((await again.chat(key, { model: 'echo' })).status).toBe(200);
});

test('a file that never was a database: the gate opens and refuses every key, and it is not touched', async () => {
  const bytes = Buffer.from('this was never a database, but it is long enough to be taken for one'.repeat(100));
  writeFileSync(file, bytes);
  const keyhatch = await start();
  expect(await tryKey(keyhatch, 'any-value-that-is-long-enough', { model: 'echo' })).toBe('keys_damaged');
  expect((await keyhatch.json<Status>(['status'])).warnings.join()).toContain('keyhatch.db');
  expect(await keyhatch.stop()).toBe(0);
  expect(readFileSync(file).equals(bytes)).toBe(true);
});
