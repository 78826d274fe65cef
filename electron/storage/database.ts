// Opens keyhatch.db: looks before it touches, refuses a file from the future, copies an older one beside itself, then
// migrates in one transaction. Knows no table; the profile lock must be held before.

import { chmodSync, closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Log } from '../lib/log.ts';
import { type DatabaseMigration, databaseMigrations } from './database-migrations.ts';
import { isFull, openingError } from './storage-errors.ts';
import { inTransaction } from './transaction.ts';

const ownerOnly = 0o600;
// node:sqlite waits on the thread that asks. Where the traffic runs, the other connections' transactions are short, and a
// foreign program may hold the lock for long; a thread of its own can wait longer than any of them.
const busyTimeoutMs = 2_000;
const joinedBusyTimeoutMs = 5_000;

/**
 * Opens the database, made or brought up to date where needed. The caller closes it.
 *
 * @throws KeyhatchError `profile_from_future`, `profile_damaged`; the file is then as it was
 */
export function openDatabase(options: {
  readonly file: string;
  readonly log: Log;
  readonly migrations?: readonly DatabaseMigration[];
}): DatabaseSync {
  const { file, log, migrations = databaseMigrations } = options;
  const known = Math.max(0, ...migrations.map((step) => step.version));
  try {
    if (sizeBytes(file) === 0) createForOwnerOnly(file);
    else lookFirst(file, known, log);
    chmodSync(file, ownerOnly);
    return openAndMigrate(file, known, migrations);
  } catch (error) {
    throw openingError(file, error);
  }
}

/** An empty database in memory, for a run that must not touch the one on the disk. */
export function openStandIn(migrations: readonly DatabaseMigration[] = databaseMigrations): DatabaseSync {
  const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
  runSteps(db, 0, Math.max(0, ...migrations.map((step) => step.version)), migrations);
  return db;
}

/**
 * A further connection to a database that `openDatabase` has opened and keeps open, for another thread. The caller closes it.
 */
export function joinDatabase(file: string, use: 'to read' | 'to write'): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: joinedBusyTimeoutMs, readOnly: use === 'to read' });
  // Of pages, in KiB: with the 2 MB that SQLite takes, a batch writes some of them twice.
  db.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768');
  return db;
}

// Through SQLite and not by the file's header: after a crash the newest version may stand in the WAL alone.
function lookFirst(file: string, known: number, log: Log): void {
  const db = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
  try {
    const found = versionOf(db);
    if (found > known) throw new KeyhatchError('profile_from_future', { details: { file, found, known } });
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
    if (found === known || tables === 0) return;
    const copy = `${file}.${found}.bak`;
    copyDatabase(db, copy);
    log.info('the database is brought up to date; a copy of the old one was kept', { from: found, to: known, copy });
  } finally {
    db.close();
  }
}

// VACUUM INTO copies what is committed, WAL included; a raw copy of the file would miss the WAL.
function copyDatabase(db: DatabaseSync, copy: string): void {
  const unfinished = `${copy}.new`;
  rmSync(unfinished, { force: true });
  createForOwnerOnly(unfinished);
  db.prepare('VACUUM INTO ?').run(unfinished);
  renameSync(unfinished, copy);
}

function openAndMigrate(file: string, known: number, migrations: readonly DatabaseMigration[]): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    // Before its first page is written, so that it can give back room bit by bit; later it would write at each opening.
    if (sizeBytes(file) === 0) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    const found = versionOf(db);
    if (found < known) {
      inTransaction(db, () => runSteps(db, found, known, migrations));
      letShrink(db);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

// A file from before must be written anew once. Done only when it was copied anyway for its migration, which takes as long;
// without room for it on the disk, the file goes on as it was and does not shrink.
function letShrink(db: DatabaseSync): void {
  const { auto_vacuum: mode } = db.prepare('PRAGMA auto_vacuum').get() as { auto_vacuum: number };
  if (mode !== 0) return;
  try {
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM');
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

function runSteps(db: DatabaseSync, found: number, known: number, migrations: readonly DatabaseMigration[]): void {
  const due = migrations.filter((step) => step.version > found).sort((a, b) => a.version - b.version);
  for (const step of due) step.up(db);
  db.exec(`PRAGMA user_version = ${known}`);
}

function versionOf(db: DatabaseSync): number {
  const row = db.prepare('PRAGMA user_version').get() as { user_version: number };
  return row.user_version;
}

function sizeBytes(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

// Before SQLite makes it, because SQLite follows the umask; WAL and shm then take over the mode of the file.
function createForOwnerOnly(file: string): void {
  closeSync(openSync(file, 'a', ownerOnly));
}
