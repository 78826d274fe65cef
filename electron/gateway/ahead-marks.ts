// What the disk knows of counters, always ahead of what is used, so that a crash gives nothing back: 2 % of the limit ahead,
// written again when half of that is used. A request waits for the disk only where more is used than it knows of.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Log } from '../lib/log.ts';
import type { CounterRow, CounterStore } from './limit-counters.ts';

const aheadShare = 0.02;
/** How long a write waits for others, where nobody waits for it. */
const soonMs = 50;
const laterMs = 1_000;
/** For what is only told. */
const sometimeMs = 30_000;
const tellEveryMs = 60_000;

/** One row of the disk and what it has to cover. */
export type Mark = {
  readonly row: Omit<CounterRow, 'amount'>;
  /** What is used and held: the disk must know of as much. */
  readonly committed: () => number;
  /** The limit as last heard of; infinite where there is none. */
  readonly limit: () => number;
  /** What the disk knows at least. */
  onDisk: number;
};

export type AheadMarks = {
  /** Undefined when the disk knows of enough; else resolves once it does. @throws KeyhatchError `limits_unwritable` */
  readonly cover: (marks: readonly Mark[]) => Promise<void> | undefined;
  /** What it covers has changed and nobody waits: written by and by, also when it has become less. */
  readonly touch: (mark: Mark) => void;
  /** Begins a row before anything is counted in it, so that nobody has to wait for it. */
  readonly prepare: (mark: Mark) => void;
  readonly drop: (mark: Mark) => void;
  /** Writes what is used and not a bit more. Never rejects. */
  readonly close: () => Promise<void>;
};

export function createAheadMarks(ports: { readonly store: CounterStore; readonly log: Log }): AheadMarks {
  const known = new Set<Mark>();
  let dirty = new Set<Mark>();
  let dropped: CounterRow[] = [];
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let toldAt = Number.NEGATIVE_INFINITY;

  function soil(mark: Mark, withinMs: number): void {
    known.add(mark);
    dirty.add(mark);
    // Whatever is due first takes the others along.
    const at = performance.now() + withinMs;
    if (at >= dueAt) return;
    dueAt = at;
    clearTimeout(timer);
    timer = setTimeout(() => void write().catch(() => {}), withinMs).unref();
  }

  function write(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  async function writeAll(): Promise<void> {
    // Everything that comes in this turn of the event loop goes in one transaction.
    await new Promise(setImmediate);
    clearTimeout(timer);
    dueAt = Number.POSITIVE_INFINITY;
    const marks = [...dirty];
    const gone = dropped;
    dirty = new Set();
    dropped = [];
    const amounts = marks.map(aheadOf);
    // What becomes less is so from now on, what becomes more only once it is written.
    marks.forEach((mark, index) => {
      mark.onDisk = Math.min(mark.onDisk, amounts[index] ?? 0);
    });
    try {
      await ports.store.save(rowsOf(marks, amounts), gone);
    } catch (error) {
      for (const mark of marks) dirty.add(mark);
      dropped.push(...gone);
      tell(error);
      const reason = error instanceof Error ? error.message : 'its database does not answer';
      throw new KeyhatchError('limits_unwritable', { details: { reason }, cause: error });
    }
    marks.forEach((mark, index) => {
      mark.onDisk = amounts[index] ?? 0;
    });
  }

  function tell(error: unknown): void {
    if (performance.now() - toldAt < tellEveryMs) return;
    toldAt = performance.now();
    ports.log.error('what keys use cannot be written down; keys with limits are refused where it matters', { error });
  }

  async function written(marks: readonly Mark[], needs: readonly number[]): Promise<void> {
    const isShort = (mark: Mark, index: number) => mark.onDisk < Math.min(needs[index] ?? 0, mark.committed());
    while (marks.some(isShort)) {
      for (const mark of marks) {
        known.add(mark);
        dirty.add(mark);
      }
      await write();
    }
  }

  return {
    cover(marks) {
      let isShort = false;
      for (const mark of marks) {
        const need = mark.committed();
        // What has no limit is told, and stops nobody: it is written when there is time.
        if (!Number.isFinite(mark.limit())) continue;
        if (need > mark.onDisk) isShort = true;
        else if (mark.onDisk < aheadOf(mark) && mark.onDisk - need < stepOf(mark) / 2) soil(mark, soonMs);
      }
      if (!isShort) return undefined;
      return written(
        marks,
        marks.map((mark) => mark.committed()),
      );
    },
    touch(mark) {
      if (mark.committed() > mark.onDisk) soil(mark, Number.isFinite(mark.limit()) ? 0 : sometimeMs);
      else if (mark.onDisk - mark.committed() > 2 * stepOf(mark)) soil(mark, laterMs);
    },
    prepare: (mark) => soil(mark, soonMs),
    drop(mark) {
      known.delete(mark);
      dirty.delete(mark);
      dropped.push({ ...mark.row, amount: 0 });
    },
    async close() {
      clearTimeout(timer);
      await writing?.catch(() => {});
      const marks = [...known].filter((mark) => mark.onDisk !== mark.committed());
      const amounts = marks.map((mark) => mark.committed());
      try {
        await ports.store.save(rowsOf(marks, amounts), dropped);
      } catch (error) {
        ports.log.error('what keys used could not be written down exactly; they have a little less than was left', {
          error,
        });
      }
    },
  };
}

function rowsOf(marks: readonly Mark[], amounts: readonly number[]): CounterRow[] {
  return marks.map(({ row }, index) => ({ ...row, amount: amounts[index] ?? 0 }));
}

/** At least one, so that a small limit is not written at each request of a larger one. */
function stepOf(mark: Mark): number {
  const limit = mark.limit();
  return Number.isFinite(limit) ? Math.max(1, Math.ceil(limit * aheadShare)) : 0;
}

// Never beyond the limit by being ahead alone: what is left of it would be lost in a crash.
function aheadOf(mark: Mark): number {
  const committed = mark.committed();
  return Math.max(committed, Math.min(mark.limit(), committed + stepOf(mark)));
}
