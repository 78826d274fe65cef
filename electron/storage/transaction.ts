// How the tables write: all or nothing, and on the disk itself where a crash of the machine may cost nothing.

import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` in one transaction: all of it is written, or none of it and the error goes on. Does not nest. */
export function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk makes SQLite roll back by itself.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Runs one statement and returns when it lies on the disk. With synchronous=NORMAL a WAL commit survives a crash of the
 * process but not a power cut, which is right for usage and wrong for keys.
 */
export function durably<Result>(db: DatabaseSync, work: () => Result): Result {
  if (db.isTransaction) return work();
  db.exec('PRAGMA synchronous = FULL');
  try {
    return work();
  } finally {
    db.exec('PRAGMA synchronous = NORMAL');
  }
}
