// The audit log of a whole house with a vault that stays: chained as things happen, whole after a restart, broken by whoever
// changes the database, taken along as a file.

import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { House } from '../../../electron/shell.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { clientOf } from '../../fakes/house-client.ts';
import { parseCsv } from '../../fakes/parse-csv.ts';

const asCli = { kind: 'cli', detail: null } as const;

/** Profiles whose vault is a sealed file, so that a second run finds what the first one kept. */
async function profile() {
  const dataDir = await mkdtemp(join(tmpdir(), 'kh-audit-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const start = async () => {
    const env = { KEYHATCH_VAULT_PASSPHRASE: 'correct horse battery staple' };
    const { house } = await composeHouse({ dataDir, vault: 'file', env });
    return { house, client: clientOf(house, asCli) };
  };
  const file = join(dataDir, 'keyhatch.db');
  return { start, file };
}

async function stopped(house: House): Promise<void> {
  await house.stop();
}

function tamper(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
    db.exec(`DROP TRIGGER ${String(name)}`);
  db.exec(sql);
  db.close();
}

test('is whole while things happen and after a restart', async () => {
  const { start } = await profile();
  const first = await start();
  for (const name of ['laptop', 'phone']) await first.client.keys.create({ name });
  await first.client.settings.set({ name: 'cors.mode', value: 'list' });
  const report = await first.client.audit.verify();
  expect(report).toMatchObject({ state: 'intact', chained: 3, late: 0, waiting: 0, head: { chain: 1, seq: 3 } });
  await stopped(first.house);
  const second = await start();
  expect(await second.client.audit.verify()).toMatchObject(report);
});

test('says which entry somebody changed in the database', async () => {
  const { start, file } = await profile();
  const first = await start();
  for (const name of ['one', 'two', 'three']) await first.client.keys.create({ name });
  await stopped(first.house);
  tamper(file, "UPDATE history SET entry = replace(entry, 'two', 'TWO') WHERE seq = 2");
  const second = await start();
  const report = await second.client.audit.verify();
  expect(report).toMatchObject({ state: 'broken', broken: { kind: 'changed', seq: 2 } });
  expect(report.says).toContain('Entry 2');
});

test('notices that the database is yesterday’s copy, until its owner explains it', async () => {
  const { start, file } = await profile();
  const first = await start();
  await first.client.keys.create({ name: 'one' });
  await stopped(first.house);
  await copyFile(file, `${file}.yesterday`);
  const second = await start();
  await second.client.keys.create({ name: 'two' });
  await stopped(second.house);
  for (const end of ['-wal', '-shm']) await rm(file + end, { force: true });
  await copyFile(`${file}.yesterday`, file);
  const third = await start();
  expect(await third.client.audit.verify()).toMatchObject({ state: 'broken', broken: { kind: 'cut', seq: 2 } });
  expect(await third.client.audit.beginAnew()).toMatchObject({ state: 'intact', head: { chain: 2 } });
  const { entries } = await third.client.history.list({ kind: 'profile' });
  expect(entries.map(({ action, actor }) => [action, actor])).toEqual([
    ['chain_begun', 'cli'],
    ['chain_broken', 'automatic'],
  ]);
});

test('goes on in a new chain after a backup with another root was restored', async () => {
  const [from, to] = [await profile(), await profile()];
  const first = await from.start();
  await first.client.keys.create({ name: 'moved' });
  const passphrase = 'a passphrase of some length';
  const { text } = await first.client.backup.create({ passphrase });
  await stopped(first.house);
  const second = await to.start();
  await second.client.keys.create({ name: 'there before' });
  await second.client.backup.restore({ text, passphrase, replace: true });
  await expect.poll(async () => (await second.client.audit.verify()).head?.chain).toBe(2);
  const { entries } = await second.client.history.list({});
  expect(entries.map(({ action }) => action)).toContain('chain_begun');
  expect(await second.client.audit.verify()).toMatchObject({ state: 'intact', waiting: 0 });
  await stopped(second.house);
  const third = await to.start();
  expect(await third.client.audit.verify()).toMatchObject({ state: 'intact', head: { chain: 2 } });
});

test('is taken along as a file, narrowed as it is asked for, with its links', async () => {
  const { start } = await profile();
  const { client } = await start();
  await client.keys.create({ name: '=1+1' });
  await client.settings.set({ name: 'cors.mode', value: 'list' });
  const all: string[] = [];
  for await (const { text } of await client.audit.export({ format: 'json' })) all.push(text);
  const entries = JSON.parse(all.join('')) as readonly Record<string, unknown>[];
  expect(entries.map(({ seq, action, kind, chain }) => [seq, action, kind, chain])).toEqual([
    [1, 'created', 'key', 1],
    [2, 'changed', 'setting', 1],
  ]);
  expect(entries[0]?.['mac']).toMatch(/^[\w-]{43}$/);
  const some: string[] = [];
  for await (const { text } of await client.audit.export({ format: 'csv', kind: 'key' })) some.push(text);
  const [head, row, ...others] = parseCsv(some.join(''));
  expect(others).toEqual([]);
  expect(head).toEqual(Object.keys(entries[0] ?? {}));
  expect(row?.[head?.indexOf('name') ?? -1]).toBe("'=1+1");
});
