// Budgets under any interleaving of requests, settlements, crashes and clean ends: never over by more than one request's
// reservation, and never more left after a crash than before.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BudgetClaim, Span, Taken } from '../../../../electron/gateway/limit-counters.ts';
import { createMemoryCounters } from '../../../../electron/gateway/memory-counters.ts';
import { silentLog } from '../../../../electron/lib/log.ts';
import { makeCounterDisk, makeMovedClock } from './counter-disk.ts';

const owner = { kind: 'project', id: 'p1' } as const;
const forEver: Span = { startsAt: 0, endsAt: Number.POSITIVE_INFINITY };

const claim = (limit: number, amount: number, span = forEver, unit = 'tokens'): BudgetClaim => ({
  kind: 'budget',
  owner,
  counter: `budget/total/${unit}`,
  limit,
  amount,
  span,
});

const amountTo = (most: number) => fc.integer({ min: 1, max: most });
const of = (type: string, amount: fc.Arbitrary<number>) =>
  fc.record({ type: fc.constant(type), amount, unit: fc.constantFrom('tokens', 'EUR') });
const step = fc.oneof(
  { weight: 6, arbitrary: of('take', amountTo(400)) },
  { weight: 5, arbitrary: of('settle', amountTo(400)) },
  { weight: 1, arbitrary: of('crash', amountTo(1)) },
  { weight: 1, arbitrary: of('close', amountTo(1)) },
  { weight: 2, arbitrary: of('wait', amountTo(3)) },
);

type Running = { readonly taken: Taken; readonly amount: number };

/** What is known of a budget from outside. */
type Book = { running: Running[]; spent: number; largest: number };

test('whatever happens in whatever order, a budget is overrun by one reservation at most and a crash gives none of it back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), amountTo(3_000), async (steps, limit) => {
      const disk = makeCounterDisk();
      const clock = makeMovedClock();
      let process = disk.forProcess();
      let counters = createMemoryCounters({ store: process, clock, log: silentLog });
      const books: Readonly<Record<string, Book>> = { tokens: newBook(), EUR: newBook() };
      const look = (unit: string) => counters.look([claim(limit, 0, forEver, unit)])[0] ?? { used: 0, held: 0 };

      // Not waited for: others come meanwhile, and it may never be heard of again.
      async function take(unit: string, amount: number, book: Book): Promise<void> {
        const mine = process;
        const taken = await counters.take([claim(limit, amount, forEver, unit)]);
        if (!taken.ok || mine !== process) return;
        book.running.push({ taken, amount });
        book.largest = Math.max(book.largest, amount);
      }

      for (const { type, amount, unit } of steps) {
        const book = books[unit] ?? newBook();
        if (type === 'take') void take(unit, amount, book);
        else if (type === 'settle') settleOne(book, amount);
        else if (type === 'wait') for (let turn = 0; turn < amount; turn += 1) await new Promise(setImmediate);
        else {
          if (type === 'close') await counters.close();
          process.end();
          process = disk.forProcess();
          counters = createMemoryCounters({ store: process, clock, log: silentLog });
          // What ran was cut off; as far as anybody knows, it has used what was held for it.
          for (const one of Object.values(books)) {
            one.spent += heldIn(one);
            one.running = [];
          }
        }
        for (const [name, { spent, ...one }] of Object.entries(books)) {
          const held = heldIn(one);
          const standing = look(name);
          expect(standing.used + standing.held).toBeGreaterThanOrEqual(spent + held);
          expect(spent + held).toBeLessThanOrEqual(limit - 1 + Math.max(1, one.largest));
        }
      }
    }),
    { numRuns: 300 },
  );
});

const newBook = (): Book => ({ running: [], spent: 0, largest: 0 });
const heldIn = ({ running }: Pick<Book, 'running'>) => running.reduce((sum, one) => sum + one.amount, 0);

function settleOne(book: Book, amount: number): void {
  const ended = book.running.splice(amount % Math.max(1, book.running.length), 1)[0];
  if (!ended) return;
  const used = Math.min(amount, ended.amount);
  ended.taken.settle([used]);
  book.spent += used;
}

test('requests that come at the same moment cannot overspend together', async () => {
  const counters = createMemoryCounters({ store: makeCounterDisk(), clock: makeMovedClock(), log: silentLog });
  const taken = await Promise.all(Array.from({ length: 10 }, () => counters.take([claim(250, 100)])));
  expect(taken.filter(({ ok }) => ok)).toHaveLength(3);
});

test('while less is being written down, what is taken waits until the disk knows of it', async () => {
  const disk = makeCounterDisk();
  const process = disk.forProcess();
  const counters = createMemoryCounters({ store: process, clock: makeMovedClock(), log: silentLog });
  const large = await counters.take([claim(1_000, 500)]);
  if (large.ok) large.settle([0]);
  const other = counters.take([claim(1_000, 10, forEver, 'EUR')]);
  await new Promise(setImmediate);
  // That write takes the lower amount along and is under way.
  const next = await counters.take([claim(1_000, 300)]);
  expect(next.ok).toBe(true);
  process.end();
  await other;
  const crashed = createMemoryCounters({ store: disk, clock: makeMovedClock(), log: silentLog });
  expect(crashed.look([claim(1_000, 0)])[0]?.used).toBeGreaterThanOrEqual(300);
});

test('little is lost in a crash: 2 % of the budget, once what ran has been settled', async () => {
  const disk = makeCounterDisk();
  const clock = makeMovedClock();
  const counters = createMemoryCounters({ store: disk, clock, log: silentLog });
  for (let request = 0; request < 100; request += 1) {
    const taken = await counters.take([claim(100_000, 1_000)]);
    if (taken.ok) taken.settle([100]);
  }
  const crashed = createMemoryCounters({ store: disk, clock, log: silentLog });
  const [after] = crashed.look([claim(100_000, 0)]);
  expect(after?.used).toBeGreaterThanOrEqual(10_000);
  expect(after?.used).toBeLessThanOrEqual(10_000 + 1_000 + 2_000);
  // And the disk was not bothered at each of them.
  expect(disk.writes()).toBeLessThan(30);
});

describe('a calendar', () => {
  const dayMs = 86_400_000;
  const dayOf = (at: number): Span => {
    const startsAt = Math.floor(at / dayMs) * dayMs;
    return { startsAt, endsAt: startsAt + dayMs };
  };

  test('begins budgets anew, and one that was used on a day is found again when the clock goes back to it', async () => {
    const clock = makeMovedClock();
    const counters = createMemoryCounters({ store: makeCounterDisk(), clock, log: silentLog });
    const ask = async () => {
      const taken = await counters.take([claim(100, 100, dayOf(clock.now()))]);
      if (taken.ok) taken.settle([100]);
      return taken.ok;
    };
    const today = clock.now();
    expect([await ask(), await ask()]).toEqual([true, false]);
    clock.setWall(today + 40 * dayMs);
    expect([await ask(), await ask()]).toEqual([true, false]);
    clock.setWall(today);
    expect(await ask()).toBe(false);
  });

  test('of another time zone does not begin a period anew that has begun', async () => {
    const clock = makeMovedClock();
    const counters = createMemoryCounters({ store: makeCounterDisk(), clock, log: silentLog });
    const berlin = { startsAt: clock.now() - 3_600_000, endsAt: clock.now() + 82_800_000 };
    const tokyo = { startsAt: clock.now() - 60_000, endsAt: clock.now() + 86_340_000 };
    const taken = await counters.take([claim(100, 100, berlin)]);
    if (taken.ok) taken.settle([100]);
    expect((await counters.take([claim(100, 1, tokyo)])).ok).toBe(false);
    clock.pass(82_800_000);
    expect((await counters.take([claim(100, 1, tokyo)])).ok).toBe(true);
  });
});
