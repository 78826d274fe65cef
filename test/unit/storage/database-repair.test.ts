// Databases that are really damaged: pages overwritten, after an end that was not clean. Keys go on or nothing is touched.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { lookThrough, openSoundDatabase } from '../../../electron/storage/database-repair.ts';
import { createKeyTable } from '../../../electron/storage/key-table.ts';
import { createMetaTable } from '../../../electron/storage/meta-table.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import { heldClock, listeningLog, plainKey, requestRow, temporaryFolder } from './fixtures/open-profile.ts';

const now = Date.UTC(2026, 2, 10, 12, 30);

function profile() {
  const dir = temporaryFolder();
  const file = join(dir, 'keyhatch.db');
  const log = listeningLog();
  const open = () => openSoundDatabase({ file, standIn: false, clock: heldClock(now), log });
  return { dir, file, log, open };
}

/** Leaves a database with a key and usage, as a process that is killed leaves it. */
function leaveUnclean({ open }: ReturnType<typeof profile>): void {
  const { db } = open();
  const keys = createKeyTable(db);
  keys.insert(plainKey);
  keys.insert({ ...plainKey, id: 'bbbbbbbb', name: 'paused', paused: true });
  createMetaTable(db).set('vault', 'sealed');
  const rows = Array.from({ length: 3_000 }, (_, n) => requestRow(`r${n}`, { receivedAt: now - n * 1_000 }));
  createUsageTable(db).insertRequests(rows);
  db.close();
}

/** Overwrites the page in which a table or an index begins. */
function damage(file: string, name: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  const { rootpage } = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name) as {
    rootpage: number;
  };
  const { page_size: pageBytes } = db.prepare('PRAGMA page_size').get() as { page_size: number };
  db.close();
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, (rootpage - 1) * pageBytes);
  closeSync(handle);
}

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
const contents = (dir: string) => Object.fromEntries(readdirSync(dir).map((name) => [name, digest(join(dir, name))]));

test('requests that are damaged are set aside with the file; keys, meta and sums go on', () => {
  const house = profile();
  leaveUnclean(house);
  damage(house.file, 'requests');
  const before = digest(house.file);
  const { db, problem, close } = house.open();
  expect(
    createKeyTable(db)
      .list()
      .map(({ name, paused }) => [name, paused]),
  ).toEqual([
    ['laptop', false],
    ['paused', true],
  ]);
  expect(createMetaTable(db).get('vault')).toBe('sealed');
  const usage = createUsageTable(db);
  expect(usage.requestsSince(0)).toBe(0);
  expect(usage.report({ since: 0, until: now, by: 'day' }).total.requests).toBeGreaterThan(2_900);
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const copy = `${house.file}.damaged-2026-03-10T12-30-00-000Z`;
  expect(problem).toContain(copy);
  expect(digest(copy)).toBe(before);
  expect(house.log.heard.filter(({ level }) => level === 'error')).toHaveLength(1);
  close();
  expect(house.open().problem).toBeNull();
});

test('where an index alone is damaged, all sums are read', () => {
  const house = profile();
  leaveUnclean(house);
  damage(house.file, 'requests_by_time');
  const { db, problem } = house.open();
  expect(problem).not.toBeNull();
  expect(createKeyTable(db).list()).toHaveLength(2);
  expect(db.prepare('SELECT sum(requests) AS n FROM usage_rollups WHERE grain = 86400').get()).toEqual({ n: 3_000 });
});

test.each(['keys', 'meta', 'sqlite_autoindex_keys_1'])('where %s is damaged nothing is touched', (name) => {
  const house = profile();
  leaveUnclean(house);
  damage(house.file, name);
  const before = contents(house.dir)['keyhatch.db'];
  expect(house.open).toThrow(expect.objectContaining({ code: 'profile_damaged' }));
  const standIn = openSoundDatabase({ file: house.file, standIn: true, clock: heldClock(now), log: house.log });
  expect(standIn).toMatchObject({ keysDamaged: true, problem: expect.stringContaining(house.file) });
  // Whoever works on it works on nothing that lasts.
  createKeyTable(standIn.db).insert(plainKey);
  createUsageTable(standIn.db).insertRequests([requestRow('r0')]);
  standIn.close();
  const after = contents(house.dir);
  expect(after['keyhatch.db']).toBe(before);
  expect(Object.keys(after).filter((one) => /damaged|repaired/.test(one))).toEqual([]);
});

test('a large file is opened first and looked through later; what is found then is mended by the next start', () => {
  const house = profile();
  leaveUnclean(house);
  damage(house.file, 'requests_by_time');
  const large = { file: house.file, standIn: false, lookAtOnceBytes: 0, clock: heldClock(now), log: house.log };
  const first = openSoundDatabase(large);
  expect([first.lookLater, first.problem]).toEqual([true, null]);
  // Ended before anybody looked: the next start has to look as well.
  first.close();
  const second = openSoundDatabase(large);
  expect(second.lookLater).toBe(true);
  const verdict = lookThrough(second.db);
  expect(verdict).not.toBe('ok');
  expect(second.found(verdict)).toContain('start Keyhatch anew');
  second.close();
  const third = openSoundDatabase(large);
  expect([third.lookLater, third.problem]).toEqual([false, expect.stringContaining('is kept as')]);
  expect(third.db.prepare('SELECT sum(requests) AS n FROM usage_rollups WHERE grain = 86400').get()).toEqual({
    n: 3_000,
  });
  third.close();
  const fourth = openSoundDatabase(large);
  expect([fourth.lookLater, fourth.problem]).toEqual([false, null]);
  fourth.close();
});

test('a large file that is sound is noted as such', () => {
  const house = profile();
  leaveUnclean(house);
  const large = { file: house.file, standIn: false, lookAtOnceBytes: 0, clock: heldClock(now), log: house.log };
  const first = openSoundDatabase(large);
  expect(first.found(lookThrough(first.db))).toBeNull();
  first.close();
  const second = openSoundDatabase(large);
  expect(second.lookLater).toBe(false);
  second.close();
});

test('damaged keys are noticed after a clean end too', () => {
  const house = profile();
  leaveUnclean(house);
  house.open().close();
  damage(house.file, 'keys');
  expect(house.open).toThrow(expect.objectContaining({ code: 'profile_damaged' }));
});

test('a file that is no database at all is called damaged and stays as it was', () => {
  const house = profile();
  writeFileSync(house.file, 'x'.repeat(5_000));
  expect(house.open).toThrow(expect.objectContaining({ code: 'profile_damaged' }));
  expect(readFileSync(house.file, 'utf8')).toBe('x'.repeat(5_000));
});

test('an unclean end of a sound database costs a look and nothing else', () => {
  const house = profile();
  leaveUnclean(house);
  const { db, problem, close } = house.open();
  expect(problem).toBeNull();
  expect(createUsageTable(db).requestsSince(0)).toBe(3_000);
  expect(house.log.heard.map(({ message }) => message).join()).toContain('did not end cleanly');
  close();
  house.log.heard.length = 0;
  house.open().close();
  expect(house.log.heard).toEqual([]);
});

test('a repair that a crash cut short at its end is ended by the next start, without the old WAL', () => {
  const house = profile();
  leaveUnclean(house);
  renameSync(house.file, `${house.file}.repaired`);
  const other = profile();
  const { db } = other.open();
  createKeyTable(db).insert({ ...plainKey, id: 'cccccccc', name: 'of the old one' });
  for (const end of ['', '-wal']) writeFileSync(house.file + end, readFileSync(other.file + end));
  db.close();
  const opened = house.open();
  expect(
    createKeyTable(opened.db)
      .list()
      .map(({ name }) => name),
  ).toEqual(['laptop', 'paused']);
});
