// Collects what may be written a moment later, so that traffic never waits for a disk. A write that fails keeps its
// items and is tried again; the caller never hears of it, the log does. Knows nothing of what it writes.

import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

const tellEveryMs = 60_000;
const retryAtMostMs = 5_000;
/** How long the first item after a rest waits for others. */
const promptMs = 50;

export type BatchWriter<Item> = {
  readonly add: (item: Item) => void;
  /** Writes what waits, now. Never throws; what cannot be written goes on waiting. */
  readonly flush: () => void;
  /** Flushes for the last time; what comes later is lost and said so in the log. */
  readonly close: () => void;
  readonly waiting: () => number;
};

export type BatchWriterOptions<Item> = {
  /** Writes all of a batch, or nothing of it and throws. */
  readonly write: (batch: readonly Item[]) => void;
  /** Whether the failure lies in an item and not in the world; such an item is found and dropped. */
  readonly isUnwritable: (error: unknown) => boolean;
  /** How long an item waits at most while all is well, and how far apart two writes are at least. */
  readonly everyMs?: number;
  /** How many items may wait; beyond it the oldest are lost. */
  readonly capacity?: number;
  readonly clock: Clock;
  readonly log: Log;
};

export function createBatchWriter<Item>(options: BatchWriterOptions<Item>): BatchWriter<Item> {
  const { write, isUnwritable, everyMs = 1000, capacity = 100_000, clock, log } = options;
  const tell = createTeller(clock);
  // Cutting the front off a long array moves all of it: done for a hundredth at a time.
  const slack = Math.ceil(capacity / 100);
  let queue: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let lost = 0;
  let closed = false;

  function schedule(): void {
    if (timer !== undefined || closed || queue.length === 0) return;
    const delayMs = failures === 0 ? restMs() : Math.max(everyMs, Math.min(everyMs * 2 ** failures, retryAtMostMs));
    timer = setTimeout(attempt, delayMs);
    // The last batch is written by close, so that a finished command need not stay for it.
    timer.unref();
  }

  // Who makes a single request wants to see it; a stream of them is written once in `everyMs`.
  function restMs(): number {
    return Math.max(Math.min(promptMs, everyMs), everyMs - (clock.monotonic() - writtenAt));
  }

  function attempt(): void {
    clearTimeout(timer);
    timer = undefined;
    const batch = queue;
    queue = [];
    if (batch.length > 0) writtenAt = clock.monotonic();
    const failuresBefore = failures;
    const kept = batch.length === 0 ? batch : settle(batch);
    queue = kept.length === 0 ? queue : [...kept, ...queue];
    if (kept.length === 0) failures = 0;
    if (failuresBefore > 0 && failures === 0) log.info('usage is being written again', { written: batch.length });
    trim(capacity);
    schedule();
  }

  // Returns what must be tried again. Halving a batch finds its unwritable items in few writes.
  function settle(batch: Item[]): Item[] {
    try {
      write(batch);
      return [];
    } catch (error) {
      if (!isUnwritable(error)) {
        failures += 1;
        tell('failed', () => log.error('usage cannot be written; it is kept and tried again', { error }));
        return batch;
      }
      if (batch.length === 1) {
        lose(1, error);
        return [];
      }
      const middle = batch.length >> 1;
      return [...settle(batch.slice(0, middle)), ...settle(batch.slice(middle))];
    }
  }

  function trim(limit: number): void {
    if (queue.length <= limit) return;
    const surplus = queue.length - capacity;
    queue.splice(0, surplus);
    lose(surplus);
  }

  function lose(count: number, error?: unknown): void {
    lost += count;
    tell('lost', () => {
      log.error('usage was lost', { lost, waiting: queue.length, ...(error === undefined ? {} : { error }) });
      lost = 0;
    });
  }

  return {
    add(item) {
      if (closed) return lose(1);
      queue.push(item);
      trim(capacity + slack - 1);
      schedule();
    },
    flush: attempt,
    close() {
      if (closed) return;
      attempt();
      closed = true;
      clearTimeout(timer);
      if (queue.length + lost > 0) log.error('usage was lost', { lost: queue.length + lost, waiting: 0 });
      queue = [];
      lost = 0;
    },
    waiting: () => queue.length,
  };
}

// A full disk fails every second for hours: each matter is told at once and then at most once a minute.
function createTeller(clock: Clock): (matter: string, say: () => void) => void {
  const toldAt = new Map<string, number>();
  return (matter, say) => {
    const now = clock.monotonic();
    if (now - (toldAt.get(matter) ?? Number.NEGATIVE_INFINITY) < tellEveryMs) return;
    toldAt.set(matter, now);
    say();
  };
}
