// When the WAL is brought into the database where a thread of its own writes: after an answer and not within it, so that
// nobody who waits for a batch waits for the disk to be synced. Knows no table.

import type { DatabaseSync } from 'node:sqlite';

/** As SQLite has it by itself. */
const dueFrames = 1_000;
/** Beyond this SQLite does it itself, should the guess be wrong. */
const atMostFrames = 10_000;
/** What a transaction writes however small it is, and with each row: measured, and on the safe side. */
const framesOfOne = 32;

/** A function to be told of each transaction and of how many rows it had, once it is answered. */
export function createCheckpointing(db: DatabaseSync): (rows: number) => void {
  db.exec(`PRAGMA wal_autocheckpoint = ${atMostFrames}`);
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  let frames = 0;
  return (rows) => {
    frames += framesOfOne + rows;
    if (frames < dueFrames) return;
    frames = 0;
    checkpoint.get();
  };
}
