// What is done with a keyhatch.db that is damaged: it is set aside as a copy, and what can be read of it goes on in a new
// file. Only where keys and meta are whole, because keys that are not known would be cleared from the vault; otherwise
// nothing is touched, and an empty database in memory takes its place for the run. The profile lock must be held.

import { copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { openDatabase, openStandIn } from './database.ts';
import { labelsToProjects } from './migrations/0110-projects.ts';
import { isDamage, openingError } from './storage-errors.ts';
import { inTransaction } from './transaction.ts';

const usuallyAtOnceBytes = 256 * 1024 * 1024;
/** Must be whole, where the database has them: what a project refuses, and whose a key is, must not be forgotten. */
const essential = ['meta', 'keys', 'projects', 'people'] as const;
/** As far as they can be read. Single requests are not among them: they may be millions, and stay in the copy. */
const wanted = [
  'invites',
  'response_owners',
  'limit_counters',
  'strangers',
  'usage_groups',
  'usage_rollups',
  'refusal_rollups',
  'history',
  'history_chain',
  'unmetered_counts',
] as const;

export type OpenedDatabase = {
  readonly db: DatabaseSync;
  /** Keys are not known: `db` is empty, in memory and forgotten at the end, and the file is as it was. */
  readonly keysDamaged: boolean;
  /** What the owner must know; null when all is well. */
  readonly problem: string | null;
  /** After an unclean end of a large file: it is yet to be looked through, and what was found to be told with `found`. */
  readonly lookLater: boolean;
  /** @returns what the owner must know; null when all is well. Damage is noted, and mended by the next start. */
  readonly found: (verdict: string) => string | null;
  /** Notes that the end was a clean one, unless it is yet to be looked through, and closes. */
  readonly close: () => void;
};

/**
 * Opens the database as `openDatabase` does, looks through it after an unclean end, and repairs it where it is damaged. A
 * large file is opened first and looked through later, because that takes a minute and the gate would be closed for it.
 * @param standIn whether to go on without the keys where those are damaged, instead of failing
 * @throws KeyhatchError `profile_from_future`, `profile_damaged`; the file is then as it was
 */
export function openSoundDatabase(options: {
  readonly file: string;
  readonly standIn: boolean;
  readonly lookAtOnceBytes?: number;
  readonly clock: Clock;
  readonly log: Log;
}): OpenedDatabase {
  const { file, standIn, lookAtOnceBytes = usuallyAtOnceBytes, clock, log } = options;
  finishRepair(file);
  const opened = openAndLook(file, lookAtOnceBytes, log);
  if ('db' in opened) return inUse(opened.db, null, opened.lookLater);
  const copy = `${file}.damaged-${new Date(clock.now()).toISOString().replace(/[:.]/g, '-')}`;
  if (!repair(file, copy, log)) {
    if (!standIn) throw opened.error;
    log.error('the database is damaged, its keys too: every key is refused', { error: opened.error });
    return inItsPlace(file);
  }
  log.error('the database was damaged: it was set aside, and keys and sums go on in a new one', {
    copy,
    error: opened.error,
  });
  const problem = `The database was damaged and is kept as ${copy}. Keys were kept; single requests up to now, and perhaps some sums, are missing.`;
  return inUse(openDatabase({ file, log }), problem);
}

function inItsPlace(file: string): OpenedDatabase {
  const db = openStandIn();
  const problem = `The database is damaged, its keys too: every key is refused, and what happens now is not kept. Nothing in ${file} was touched. Stop Keyhatch, restore the file from a copy, or move it away to begin anew, and start again.`;
  return { db, keysDamaged: true, problem, lookLater: false, found: () => problem, close: () => db.close() };
}

// The mark stands in the database while it is open: whoever finds it there comes after an end that was not clean.
function inUse(db: DatabaseSync, problem: string | null, lookLater = false): OpenedDatabase {
  let looked = !lookLater;
  db.exec("INSERT INTO meta (name, value) VALUES ('in_use', 'yes') ON CONFLICT (name) DO NOTHING");
  return {
    db,
    keysDamaged: false,
    problem,
    lookLater,
    found(verdict) {
      looked = true;
      if (verdict === 'ok') return null;
      db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('damaged', ?)").run(verdict);
      return 'The database is damaged. Keys are not; start Keyhatch anew, and it is set aside and mended as far as it can be.';
    },
    close() {
      try {
        if (looked) db.exec("DELETE FROM meta WHERE name = 'in_use'");
      } finally {
        db.close();
      }
    },
  };
}

type Looked = { readonly db: DatabaseSync; readonly lookLater: boolean } | { readonly error: unknown };

function openAndLook(file: string, atOnceBytes: number, log: Log): Looked {
  let db: DatabaseSync | undefined;
  try {
    db = openDatabase({ file, log });
    const reason = damageOf(db) ?? (isInUse(db) ? damageInAll(db, file, atOnceBytes, log) : undefined);
    if (reason === undefined || reason === 'later') return { db, lookLater: reason === 'later' };
    db.close();
    return { error: new KeyhatchError('profile_damaged', { details: { file, reason } }) };
  } catch (error) {
    if (db?.isOpen) db.close();
    if (!isDamage(error)) throw error;
    return { error: openingError(file, error) };
  }
}

/** What is known already, and what is small and all else rests on: looked at each time. */
function damageOf(db: DatabaseSync): string | undefined {
  const noted = db.prepare("SELECT value FROM meta WHERE name = 'damaged'").get();
  const broken = essential.find((table) => !isWhole(db, table));
  return broken === undefined ? noted && String(noted['value']) : `${broken} is damaged`;
}

const isInUse = (db: DatabaseSync) => db.prepare("SELECT 1 FROM meta WHERE name = 'in_use'").get() !== undefined;

function damageInAll(db: DatabaseSync, file: string, atOnceBytes: number, log: Log): string | undefined {
  const later = statSync(file).size > atOnceBytes;
  log.info(`Keyhatch did not end cleanly; the database is looked through${later ? ' while it runs' : ''}`);
  if (later) return 'later';
  const verdict = lookThrough(db);
  return verdict === 'ok' ? undefined : verdict;
}

/** `ok`, or what is wrong first. Some 2 s for each GB that is in memory already. */
export function lookThrough(db: DatabaseSync): string {
  const [found] = db.prepare('PRAGMA quick_check(1)').all();
  return String(found?.['quick_check']);
}

/** @returns false, with nothing changed, where keys or meta are not whole */
function repair(file: string, copy: string, log: Log): boolean {
  const unfinished = `${file}.repairing`;
  for (const end of ['', '-wal', '-shm']) rmSync(unfinished + end, { force: true });
  const damaged = new DatabaseSync(file, { readOnly: true });
  try {
    if (!essential.every((table) => isWhole(damaged, table))) return false;
    const fresh = openDatabase({ file: unfinished, log });
    try {
      // What is there is whole: nothing may be rolled up a second time, unless it was due in the old one.
      fresh.exec('DELETE FROM meta');
      for (const table of essential) inTransaction(fresh, () => copyRows(damaged, fresh, table));
      fresh.exec("DELETE FROM meta WHERE name = 'damaged'");
      for (const table of wanted) {
        const rows = inTransaction(fresh, () => copyReadable(damaged, fresh, table));
        log.info('read from the damaged database', { table, rows });
      }
      if (!has(damaged, 'projects')) inTransaction(fresh, () => fresh.exec(labelsToProjects));
    } finally {
      fresh.close();
    }
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  } finally {
    damaged.close();
  }
  for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, copy + end);
  renameSync(unfinished, repairedName(file));
  finishRepair(file);
  return true;
}

const repairedName = (file: string) => `${file}.repaired`;

// The old WAL must be gone before the new file has its name, or it would be played into it. A crash in between leaves the
// new file under its own name, and the next start goes on here.
function finishRepair(file: string): void {
  if (!existsSync(repairedName(file))) return;
  for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
  renameSync(repairedName(file), file);
}

function has(db: DatabaseSync, table: string): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined;
}

function isWhole(db: DatabaseSync, table: string): boolean {
  // Newer than this database; without the first ones it is none of ours.
  if ((table === 'projects' || table === 'people') && !has(db, table)) return true;
  const [found] = db.prepare(`PRAGMA integrity_check(${table})`).all();
  return found?.['integrity_check'] === 'ok';
}

function copyReadable(from: DatabaseSync, to: DatabaseSync, table: string): number {
  const copied = { rows: 0 };
  try {
    copyRows(from, to, table, copied);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  return copied.rows;
}

function copyRows(from: DatabaseSync, to: DatabaseSync, table: string, copied = { rows: 0 }): void {
  // A database of an older version does not have them all.
  if (!has(from, table)) return;
  const columns = from
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map(({ name }) => String(name));
  const insert = to.prepare(
    `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `:${name}`).join(', ')})`,
  );
  // The order of the tables themselves: an index may be what is damaged.
  for (const row of from.prepare(`SELECT * FROM ${table} NOT INDEXED`).iterate()) {
    insert.run(row as Record<string, string | number | null>);
    copied.rows += 1;
  }
}
