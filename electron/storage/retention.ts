// How long what is kept: single requests and sums by the hour as the settings say, sums by the minute for two days, sums by
// the day for ever; and giving back to the disk what became free. In steps, because traffic waits for each of them.

import type { DatabaseSync } from 'node:sqlite';
import { grainStart, hourGrain, minuteGrain } from './usage-grain.ts';
import type { UsageTable } from './usage-table.ts';

const dayMs = 86_400_000;
const minutesKeptMs = 2 * dayMs;
const pagesAtOnce = 200;

export type Kept = { readonly requestDays: number; readonly hourlyDays: number };

/**
 * A function that takes one small step.
 * @returns of that: true while there may be more to do
 */
export function createRetention(options: {
  readonly db: DatabaseSync;
  readonly usage: Pick<UsageTable, 'prune' | 'pruneSums'>;
}): (nowMs: number, kept: Kept) => boolean {
  const { db, usage } = options;
  const freePages = db.prepare('PRAGMA freelist_count');
  const vacuumMode = db.prepare('PRAGMA auto_vacuum');

  function shrink(): boolean {
    // A file from before that could not be made to shrink: free pages are taken for new rows.
    if ((vacuumMode.get() as { auto_vacuum: number }).auto_vacuum !== 2) return false;
    const free = () => (freePages.get() as { freelist_count: number }).freelist_count;
    const before = free();
    if (before === 0) return false;
    db.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
    return free() < before;
  }

  return (nowMs, { requestDays, hourlyDays }) => {
    // Whole hours: no hour may be left of which a part is told by minutes and a part by nothing.
    const minutesBefore = grainStart(hourGrain, nowMs - minutesKeptMs);
    return (
      usage.prune(nowMs - requestDays * dayMs) > 0 ||
      usage.pruneSums(minuteGrain, minutesBefore) ||
      usage.pruneSums(hourGrain, nowMs - hourlyDays * dayMs) ||
      shrink()
    );
  };
}
