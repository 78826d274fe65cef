// How keyhatch.db is opened: what it may touch, what it copies first and what it refuses.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { silentLog } from '../../../electron/lib/log.ts';
import { openDatabase } from '../../../electron/storage/database.ts';
import { type DatabaseMigration, databaseMigrations } from '../../../electron/storage/database-migrations.ts';
import { createKeyTable } from '../../../electron/storage/key-table.ts';
import { plainKey, temporaryFolder } from './fixtures/open-profile.ts';

const newest = Math.max(...databaseMigrations.map(({ version }) => version));
const addNotes: DatabaseMigration = {
  version: newest + 10,
  up: (db) => db.exec('CREATE TABLE notes (text TEXT) STRICT'),
};
const breakDown: DatabaseMigration = { version: newest + 20, up: (db) => db.exec('INSERT INTO nowhere VALUES (1)') };

function profile() {
  const dir = temporaryFolder();
  const file = join(dir, 'keyhatch.db');
  return { dir, file, open: (migrations = databaseMigrations) => openDatabase({ file, log: silentLog, migrations }) };
}

function pragma(db: DatabaseSync, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

function contents(dir: string): Record<string, string> {
  return Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'hex')]));
}

test('a new database is in WAL mode, at the newest version and readable by its owner only', () => {
  const { dir, file, open } = profile();
  const db = open();
  expect(pragma(db, 'journal_mode')).toBe('wal');
  expect(pragma(db, 'synchronous')).toBe(1);
  expect(pragma(db, 'foreign_keys')).toBe(1);
  expect(pragma(db, 'user_version')).toBe(newest);
  if (process.platform !== 'win32') {
    for (const name of readdirSync(dir)) expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600]);
  }
  db.close();
  expect(existsSync(`${file}.0.bak`)).toBe(false);
});

test('an older database is copied beside itself, WAL included, and then migrated', () => {
  const { file, open } = profile();
  const writer = open();
  createKeyTable(writer).insert(plainKey);
  // The writer stays open, so that the key lies in the WAL alone.
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);

  const migrated = open([...databaseMigrations, addNotes]);
  expect(pragma(migrated, 'user_version')).toBe(newest + 10);
  expect(createKeyTable(migrated).get(plainKey.id)).toEqual(plainKey);
  migrated.close();
  writer.close();

  const copy = new DatabaseSync(`${file}.${newest}.bak`, { readOnly: true });
  expect(pragma(copy, 'user_version')).toBe(newest);
  expect(createKeyTable(copy).get(plainKey.id)).toEqual(plainKey);
  copy.close();
  if (process.platform !== 'win32') expect(statSync(`${file}.${newest}.bak`).mode & 0o777).toBe(0o600);
});

test('a failing step leaves nothing of any step, and a later attempt succeeds', () => {
  const { file, open } = profile();
  const db = open();
  createKeyTable(db).insert(plainKey);
  db.close();
  expect(() => open([...databaseMigrations, addNotes, breakDown])).toThrow(
    expect.objectContaining({ code: 'profile_damaged', message: expect.stringContaining('nowhere') }),
  );
  const again = open();
  expect(pragma(again, 'user_version')).toBe(newest);
  expect(again.prepare("SELECT name FROM sqlite_schema WHERE name = 'notes'").get()).toBeUndefined();
  again.close();
  const repaired = open([...databaseMigrations, addNotes]);
  expect(createKeyTable(repaired).list()).toEqual([plainKey]);
  repaired.close();
  expect(existsSync(`${file}.${newest}.bak.new`)).toBe(false);
});

test('a database from the future is refused and stays as it was, byte for byte', () => {
  const { dir, file, open } = profile();
  const newer = open([...databaseMigrations, addNotes]);
  newer.close();
  const before = contents(dir);
  expect(() => open()).toThrow(
    expect.objectContaining({ code: 'profile_from_future', details: { file, found: newest + 10, known: newest } }),
  );
  expect(contents(dir)['keyhatch.db']).toBe(before['keyhatch.db']);
});

test('a future version that a crash left in the WAL alone is seen and left there', () => {
  const { dir, file, open } = profile();
  open().close();
  const crash = `
    import { DatabaseSync } from 'node:sqlite';
    new DatabaseSync(process.argv[1]).exec('PRAGMA journal_mode = WAL; PRAGMA user_version = 990');
    process.kill(process.pid, 'SIGKILL');`;
  spawnSync(process.execPath, ['--input-type=module', '--eval', crash, file]);
  const before = contents(dir);
  expect(readFileSync(file).readUInt32BE(60)).toBe(newest);
  expect(() => open()).toThrow(expect.objectContaining({ code: 'profile_from_future' }));
  const after = contents(dir);
  expect(after['keyhatch.db']).toBe(before['keyhatch.db']);
  expect(after['keyhatch.db-wal']).toBe(before['keyhatch.db-wal']);
});

test.each([
  ['something else', 'x'.repeat(5000)],
  ['half a header', 'SQLite format 3\0'],
])('a file that is %s is called damaged and stays as it was', (_what, content) => {
  const { dir, file, open } = profile();
  writeFileSync(file, content);
  const before = contents(dir);
  expect(() => open()).toThrow(expect.objectContaining({ code: 'profile_damaged' }));
  expect(contents(dir)).toEqual(before);
});

test('a file cut short is called damaged and stays as it was', () => {
  const { dir, file, open } = profile();
  open().close();
  truncateSync(file, statSync(file).size / 2);
  const before = contents(dir);
  expect(() => open()).toThrow(expect.objectContaining({ code: 'profile_damaged' }));
  expect(contents(dir)['keyhatch.db']).toBe(before['keyhatch.db']);
});

test('a folder where the file should be is called damaged', () => {
  const { file, open } = profile();
  mkdirSync(file);
  expect(() => open()).toThrow(expect.objectContaining({ code: 'profile_damaged' }));
});

test('an empty file, as a crash before the first step leaves it, is a new database', () => {
  const { file, open } = profile();
  writeFileSync(file, '');
  const db = open();
  expect(createKeyTable(db).list()).toEqual([]);
  db.close();
});

test('node:sqlite opens without a warning on this Node', () => {
  const run = spawnSync(process.execPath, ['--eval', "require('node:sqlite')"], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
});
