// Collects what may be written a moment later, so that traffic never waits for a disk. What could not be written is kept
// and tried again; the caller never hears of it, the log does. Knows nothing of what it writes, nor of who writes it.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/lifetime.ts';
import type { Log } from '../lib/log.ts';

const tellEveryMs = 60_000;
const retryAtMostMs = 5_000;
const closeDeadlineMs = 10_000;
/** How long the first item after a rest waits for others. */
const promptMs = 50;
/** So that no batch holds the database for long, whatever has gathered. */
const mostAtOnce = 2_000;

/** What is written at one time. Its id stays when it is tried again. */
export type Batch<Item> = { readonly id: string; readonly items: readonly Item[] };

export type BatchWriter<Item> = {
  readonly add: (item: Item) => void;
  /** Writes what waits, now. Never rejects; what cannot be written goes on waiting. */
  readonly flush: () => Promise<void>;
  /** Flushes for the last time, within a deadline; what comes later is lost and said so in the log. */
  readonly close: () => Promise<void>;
  /** What is not known to be written. */
  readonly waiting: () => number;
  /** What was given up so far. */
  readonly lost: () => number;
};

export type BatchWriterOptions<Item> = {
  /** Writes all of a batch, or nothing of it and rejects; the same one again only once. */
  readonly write: (batch: Batch<Item>) => Promise<void>;
  /** Whether nothing was written because of an item, and not because of the world; such an item is found and dropped. */
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
  const queue: Item[] = [];
  // Nobody knows whether the first of them was written: it is sent again as it is or not at all.
  const sent: Batch<Item>[] = [];
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let lost = 0;
  let lostInAll = 0;
  let closed = false;

  const waiting = () => queue.length + sent.reduce((sum, { items }) => sum + items.length, 0);

  function schedule(): void {
    if (timer !== undefined || running || closed || waiting() === 0) return;
    const delayMs = failures === 0 ? restMs() : Math.max(everyMs, Math.min(everyMs * 2 ** failures, retryAtMostMs));
    timer = setTimeout(attempt, delayMs);
    // The last batch is written by close, so that a finished command need not stay for it.
    timer.unref();
  }

  // Who makes a single request wants to see it; a stream of them is written once in `everyMs`.
  function restMs(): number {
    return Math.max(Math.min(promptMs, everyMs), everyMs - (clock.monotonic() - writtenAt));
  }

  function attempt(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (waiting() > 0) writtenAt = clock.monotonic();
    running ??= writeAll().finally(() => {
      running = undefined;
      trim(capacity);
      schedule();
    });
    return running;
  }

  async function writeAll(): Promise<void> {
    const [failuresBefore, due] = [failures, waiting()];
    // What comes meanwhile waits for the next time.
    let left = queue.length;
    for (;;) {
      if (sent.length === 0) left -= cut(left);
      const [batch] = sent;
      if (batch === undefined) break;
      if (!(await settle(batch))) return;
    }
    failures = 0;
    if (failuresBefore > 0) log.info('usage is being written again', { written: due });
  }

  function cut(atMost: number): number {
    const items = queue.splice(0, Math.min(atMost, mostAtOnce));
    if (items.length > 0) sent.push(parcel(items));
    return items.length;
  }

  /** @returns false where the same must be tried again */
  async function settle(batch: Batch<Item>): Promise<boolean> {
    try {
      await write(batch);
      sent.shift();
      return true;
    } catch (error) {
      if (!isUnwritable(error)) {
        failures += 1;
        tell('failed', () => log.error('usage cannot be written; it is kept and tried again', { error }));
        return false;
      }
      const { items } = batch;
      // Halving a batch finds its unwritable items in few writes. The halves are batches that nobody has seen.
      const middle = items.length >> 1;
      if (middle === 0) lose(1, error);
      sent.splice(0, 1, ...(middle === 0 ? [] : [parcel(items.slice(0, middle)), parcel(items.slice(middle))]));
      return true;
    }
  }

  function trim(limit: number): void {
    if (waiting() <= limit) return;
    const surplus = queue.splice(0, waiting() - capacity).length;
    if (surplus > 0) lose(surplus);
  }

  function lose(count: number, error?: unknown): void {
    lost += count;
    lostInAll += count;
    tell('lost', () => {
      log.error('usage was lost', { lost, waiting: waiting(), ...(error === undefined ? {} : { error }) });
      lost = 0;
    });
  }

  async function flush(): Promise<void> {
    await running;
    await attempt();
  }

  return {
    add(item) {
      if (closed) return lose(1);
      queue.push(item);
      trim(capacity + slack - 1);
      schedule();
    },
    flush,
    async close() {
      if (closed) return;
      closed = true;
      // After its deadline, what is left is said to be lost below.
      await withDeadline(flush(), closeDeadlineMs).catch(() => {});
      clearTimeout(timer);
      const left = waiting() + lost;
      if (left > 0) log.error('usage was lost', { lost: left, waiting: 0 });
      queue.length = 0;
      lost = 0;
    },
    waiting,
    lost: () => lostInAll,
  };
}

const parcel = <Item>(items: readonly Item[]): Batch<Item> => ({ id: randomUUID(), items });

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
