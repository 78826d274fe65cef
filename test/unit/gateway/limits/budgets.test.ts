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

const claim = (limit: number, amount: number, span = forEver): BudgetClaim => ({
  kind: 'budget',
  owner,
  counter: 'budget/total/tokens',
  limit,
  amount,
  span,
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('take'), amount: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('settle'), amount: fc.integer({ min: 0, max: 400 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash'), amount: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('close'), amount: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait'), amount: fc.integer({ min: 1, max: 3 }) }) },
);

test('whatever happens in whatever order, a budget is overrun by one reservation at most and a crash gives none of it back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 3_000 }), async (steps, limit) => {
      const disk = makeCounterDisk();
      const clock = makeMovedClock();
      let counters = createMemoryCounters({ store: disk, clock, log: silentLog });
      let running: { taken: Taken; amount: number }[] = [];
      let spent = 0;
      let largest = 0;
      for (const { type, amount } of steps) {
        if (type === 'take') {
          const taken = await counters.take([claim(limit, amount)]);
          if (taken.ok) {
            running.push({ taken, amount });
            largest = Math.max(largest, amount);
          }
        } else if (type === 'settle') {
          const ended = running.splice(amount % Math.max(1, running.length), 1)[0];
          if (ended) {
            const used = Math.min(amount, ended.amount);
            ended.taken.settle([used]);
            spent += used;
          }
        } else if (type === 'wait') {
          for (let turn = 0; turn < amount; turn += 1) await new Promise(setImmediate);
        } else {
          if (type === 'close') await counters.close();
          // What ran was cut off; as far as anybody knows, it has used what was held for it.
          spent += running.reduce((sum, one) => sum + one.amount, 0);
          running = [];
          counters = createMemoryCounters({ store: disk, clock, log: silentLog });
          const [standing] = counters.look([claim(limit, 0)]);
          expect(standing?.used).toBeGreaterThanOrEqual(spent);
        }
        const held = running.reduce((sum, one) => sum + one.amount, 0);
        const [standing] = counters.look([claim(limit, 0)]);
        expect((standing?.used ?? 0) + (standing?.held ?? 0)).toBeGreaterThanOrEqual(spent + held);
        expect(spent + held).toBeLessThanOrEqual(limit - 1 + Math.max(1, largest));
      }
    }),
    { numRuns: 200 },
  );
});

test('requests that come at the same moment cannot overspend together', async () => {
  const counters = createMemoryCounters({ store: makeCounterDisk(), clock: makeMovedClock(), log: silentLog });
  const taken = await Promise.all(Array.from({ length: 10 }, () => counters.take([claim(250, 100)])));
  expect(taken.filter(({ ok }) => ok)).toHaveLength(3);
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
