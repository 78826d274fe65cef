// Rolling windows, whatever the times: never more than the limit in any span, over crashes and restarts, and whatever
// becomes of the wall clock.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LimitCounters, Taken, WindowClaim } from '../../../../electron/gateway/limit-counters.ts';
import { createMemoryCounters } from '../../../../electron/gateway/memory-counters.ts';
import { createSumWindow } from '../../../../electron/gateway/sum-window.ts';
import { silentLog } from '../../../../electron/lib/log.ts';
import { makeCounterDisk, makeMovedClock } from './counter-disk.ts';

const windowMs = 60_000;
const owner = { kind: 'key', id: 'k1' } as const;

const claim = (limit: number, amount: number, settles: boolean): WindowClaim => ({
  kind: 'window',
  owner,
  counter: settles ? 'tpm' : 'rpm',
  windowMs,
  limit,
  amount,
  settles,
});

type Use = { readonly at: number; readonly amount: number };

/** The most that was used in any span of one window. */
function mostInAnyWindow(uses: readonly Use[]): number {
  return Math.max(
    0,
    ...uses.map(({ at: end }) =>
      uses.filter(({ at }) => at > end - windowMs && at <= end).reduce((sum, { amount }) => sum + amount, 0),
    ),
  );
}

describe('a sum over a rolling window', () => {
  test('never passes its limit in any span, and says exactly when there is room again', () => {
    const step = fc.record({ passMs: fc.integer({ min: 0, max: 20_000 }), amount: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), fc.integer({ min: 1, max: 12 }), (steps, limit) => {
        const window = createSumWindow(windowMs);
        const uses: Use[] = [];
        let now = 0;
        for (const { passMs, amount } of steps) {
          now += passMs;
          const waitMs = window.waitMs(limit, amount, 0, now);
          if (amount > limit) expect(waitMs).toBe(Number.POSITIVE_INFINITY);
          else if (waitMs === 0) {
            window.add(amount, now);
            uses.push({ at: now, amount });
          } else {
            expect(window.waitMs(limit, amount, 0, now + waitMs - 0.001)).toBeGreaterThan(0);
            // Asking has moved nothing: what is over by then is only forgotten then.
            now += waitMs;
            expect(window.waitMs(limit, amount, 0, now)).toBe(0);
          }
        }
        expect(mostInAnyWindow(uses)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 300 },
    );
  });

  test('keeps few entries however much comes, and errs to the strict side by a two thousandth of the span', () => {
    const window = createSumWindow(windowMs);
    for (let at = 0; at < 60_000; at += 0.5) window.add(1, at);
    expect(window.sum(59_999.5)).toBe(120_000);
    // The first entry holds what came within its 29.3 ms and goes with the last of it.
    expect(window.sum(60_000)).toBe(120_000);
    expect(window.sum(60_029)).toBeLessThan(120_000);
  });
});

describe('what is taken back', () => {
  test('leaves as much room as if it had never come, and no more', async () => {
    const step = fc.record({
      // Apart by more than what is kept as one entry.
      passMs: fc.integer({ min: 30, max: 20_000 }),
      type: fc.constantFrom('keep', 'begin', 'take back'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), async (steps, limit) => {
        const clock = makeMovedClock();
        const counters = createMemoryCounters({ store: makeCounterDisk(), clock, log: silentLog });
        let counting: number[] = [];
        const begun: { readonly at: number; readonly taken: Taken }[] = [];
        let at = 0;
        for (const { passMs, type } of steps) {
          clock.pass(passMs);
          at += passMs;
          if (type === 'take back') {
            const one = begun.shift();
            one?.taken.settle([0]);
            one?.taken.settle([0]);
            counting = counting.filter((time) => time !== one?.at);
            continue;
          }
          const isFree = counting.filter((time) => time > at - windowMs).length < limit;
          const taken = await counters.take([claim(limit, 1, false)]);
          expect(taken.ok).toBe(isFree);
          if (!taken.ok) continue;
          counting.push(at);
          if (type === 'begin') begun.push({ at, taken });
        }
      }),
      { numRuns: 150 },
    );
  });

  test('goes alone, also out of an entry that others share, and not twice once its span is over', () => {
    const window = createSumWindow(windowMs);
    const first = window.add(1, 0);
    window.add(2, 5);
    if (!first) throw new Error('it was added');
    expect(window.takeBack(first, 1, 10)).toBe(true);
    expect(window.sum(windowMs)).toBe(2);
    expect(window.takeBack(first, 1, windowMs + 5)).toBe(false);
    expect(window.sum(windowMs + 5)).toBe(0);
  });

  test('is gone from the disk too, and what was kept is not', async () => {
    const disk = makeCounterDisk();
    const clock = makeMovedClock();
    const first = createMemoryCounters({ store: disk, clock, log: silentLog });
    const [kept, refused] = [await first.take([claim(3, 1, false)]), await first.take([claim(3, 1, false)])];
    if (!kept.ok || !refused.ok) throw new Error('there is room for both');
    refused.settle([0]);
    await first.close();
    clock.restart();
    const second = createMemoryCounters({ store: disk, clock, log: silentLog });
    expect(second.look([claim(3, 1, false)])).toMatchObject([{ used: 1 }]);
  });
});

describe('requests a minute', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ type: fc.constant('ask'), ms: fc.integer({ min: 0, max: 9_000 }) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('crash'), ms: fc.integer({ min: 0, max: 70_000 }) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('close'), ms: fc.integer({ min: 0, max: 70_000 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('set clock'), ms: fc.integer({ min: -10_000_000, max: 10_000_000 }) }),
    },
  );

  test('pass no limit in any 60 seconds, over crashes, restarts and a clock that is set in a run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 9 }),
        async (steps, limit) => {
          const disk = makeCounterDisk();
          const clock = makeMovedClock();
          let counters = createMemoryCounters({ store: disk, clock, log: silentLog });
          const uses: Use[] = [];
          let at = 0;
          let offset = 0;
          for (const { type, ms } of steps) {
            if (type === 'set clock') {
              offset += ms;
              clock.setWall(clock.now() + ms);
              continue;
            }
            clock.pass(ms);
            at += ms;
            if (type === 'ask') {
              const taken = await counters.take([claim(limit, 1, false)]);
              if (taken.ok) uses.push({ at, amount: 1 });
            } else {
              if (type === 'close') await counters.close();
              // Between two runs a clock that is set cannot be told from time that has passed: it is right again by then.
              clock.setWall(clock.now() - offset);
              offset = 0;
              clock.restart();
              counters = createMemoryCounters({ store: disk, clock, log: silentLog });
            }
          }
          expect(mostInAnyWindow(uses)).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('that a clock set back between two runs puts into the future count for one window from then on', async () => {
    const disk = makeCounterDisk();
    const clock = makeMovedClock();
    const first = createMemoryCounters({ store: disk, clock, log: silentLog });
    expect((await first.take([claim(1, 1, false)])).ok).toBe(true);
    await first.close();
    clock.setWall(clock.now() - 86_400_000);
    const second = createMemoryCounters({ store: disk, clock, log: silentLog });
    expect((await second.take([claim(1, 1, false)])).ok).toBe(false);
    clock.pass(windowMs);
    expect((await second.take([claim(1, 1, false)])).ok).toBe(true);
  });
});

describe('tokens a minute', () => {
  test('are held while a request runs, and only what it used counts afterwards', async () => {
    const clock = makeMovedClock();
    const counters = createMemoryCounters({ store: makeCounterDisk(), clock, log: silentLog });
    const first = await takeOrFail(counters, claim(100, 70, true));
    expect((await counters.take([claim(100, 40, true)])).ok).toBe(false);
    clock.pass(300_000);
    expect((await counters.take([claim(100, 40, true)])).ok).toBe(false);
    first.settle([10]);
    expect(counters.look([claim(100, 0, true)])).toMatchObject([{ used: 10, held: 0 }]);
    expect((await counters.take([claim(100, 90, true)])).ok).toBe(true);
    expect((await counters.take([claim(100, 1, true)])).ok).toBe(false);
  });

  test('settled twice count once', async () => {
    const counters = createMemoryCounters({ store: makeCounterDisk(), clock: makeMovedClock(), log: silentLog });
    const taken = await takeOrFail(counters, claim(100, 70, true));
    taken.settle([10]);
    taken.settle([10]);
    expect(counters.look([claim(100, 0, true)])).toMatchObject([{ used: 10, held: 0 }]);
  });

  test('that were held when it crashed are counted as used', async () => {
    const disk = makeCounterDisk();
    const clock = makeMovedClock();
    const first = createMemoryCounters({ store: disk, clock, log: silentLog });
    await takeOrFail(first, claim(1_000, 700, true));
    const second = createMemoryCounters({ store: disk, clock, log: silentLog });
    expect((await second.take([claim(1_000, 400, true)])).ok).toBe(false);
  });
});

test('all claims are taken or none', async () => {
  const counters = createMemoryCounters({ store: makeCounterDisk(), clock: makeMovedClock(), log: silentLog });
  const refused = await counters.take([claim(10, 1, false), claim(5, 9, true)]);
  expect(refused).toMatchObject({ ok: false, at: 1, waitMs: Number.POSITIVE_INFINITY });
  expect(counters.look([claim(10, 1, false)])).toMatchObject([{ used: 0 }]);
});

test('a disk that takes nothing refuses what it does not know of, and gives back what was held', async () => {
  const disk = makeCounterDisk();
  const counters = createMemoryCounters({ store: disk, clock: makeMovedClock(), log: silentLog });
  disk.fail(new Error('the disk is full'));
  await expect(counters.take([claim(1_000, 500, true)])).rejects.toMatchObject({ code: 'limits_unwritable' });
  disk.fail(undefined);
  await takeOrFail(counters, claim(1_000, 900, true));
});

test('an owner that is gone leaves nothing behind', async () => {
  const disk = makeCounterDisk();
  const counters = createMemoryCounters({ store: disk, clock: makeMovedClock(), log: silentLog });
  await takeOrFail(counters, claim(10, 1, false));
  expect(disk.rows()).toHaveLength(1);
  counters.forget(owner);
  await counters.close();
  expect(disk.rows()).toHaveLength(0);
});

async function takeOrFail(counters: LimitCounters, wanted: WindowClaim): Promise<Taken> {
  const taken = await counters.take([wanted]);
  if (!taken.ok) throw new Error('the claim was refused');
  return taken;
}
