// One rolling window of one owner: what was used in it, what is held for requests that run, and the slices of time in which
// the disk knows of both. Counts on the monotonic clock; only the slices have wall times, and those never jump in a run.

import type { AheadMarks, Mark } from './ahead-marks.ts';
import type { Counter, Ticket } from './counter.ts';
import type { CounterRow } from './limit-counters.ts';
import { createSumWindow } from './sum-window.ts';

/** The disk knows of a window in so many slices. What stands in one may have been used until the next one ends. */
const slices = 6;

/** Of the window to which a row of the disk belongs. */
export function windowMsOf({ startsAt, endsAt }: Pick<CounterRow, 'startsAt' | 'endsAt'>): number {
  return (endsAt - startsAt) * slices;
}

/** Monotonic milliseconds, and the wall time that goes with them for the whole run. */
export type SteadyClock = { readonly monotonic: () => number; readonly wall: () => number };

type Slice = Mark & { settled: number };

export function createWindowCounter(ports: {
  readonly owner: CounterRow['owner'];
  readonly counter: string;
  readonly windowMs: number;
  readonly clock: SteadyClock;
  readonly marks: AheadMarks;
}): Counter {
  const { owner, counter, windowMs, clock, marks } = ports;
  const sliceMs = windowMs / slices;
  const sums = createSumWindow(windowMs);
  let held = 0;
  let limit = 0;
  let current: Slice | undefined;
  /** Takes over from the current one once the disk knows of it. */
  let coming: Slice | undefined;
  let past: Slice[] = [];

  function sliceAt(startsAt: number, onDisk: number): Slice {
    const slice: Slice = {
      row: { owner, counter, startsAt, endsAt: startsAt + sliceMs },
      settled: 0,
      onDisk,
      committed: () => slice.settled + (slice === current ? held : 0),
      limit: () => limit,
    };
    return slice;
  }

  function sliceNow(): Slice {
    const wall = clock.wall();
    const startsAt = Math.floor(wall / sliceMs) * sliceMs;
    if (current && current.row.startsAt >= startsAt) return current;
    // For as long as a slice may count, the one before stands in for one that is not on the disk yet.
    const standsIn = current && startsAt - current.row.startsAt <= sliceMs;
    if (coming?.row.startsAt !== startsAt)
      coming = past.find(({ row }) => row.startsAt === startsAt) ?? begin(startsAt);
    if (current && standsIn && coming.onDisk === 0) return current;
    return turnTo(coming, wall);
  }

  function begin(startsAt: number): Slice {
    const slice = sliceAt(startsAt, 0);
    marks.prepare(slice);
    return slice;
  }

  function turnTo(next: Slice, wall: number): Slice {
    past = [...(current ? [current] : []), ...past.filter((slice) => slice !== next)];
    const before = current;
    current = next;
    coming = undefined;
    if (before) marks.touch(before);
    const isOver = ({ row }: Slice) => row.endsAt + sliceMs + windowMs <= wall;
    for (const slice of past.filter(isOver)) marks.drop(slice);
    past = past.filter((slice) => !isOver(slice));
    return next;
  }

  function count(amount: number) {
    const slice = sliceNow();
    slice.settled += amount;
    return { slice, added: sums.add(amount, clock.monotonic()) };
  }

  // Counted at once, and taken back where it was refused after all.
  function counted(amount: number): Ticket {
    const { slice, added } = count(amount);
    return {
      mark: slice,
      settle(used) {
        const unused = amount - used;
        if (unused <= 0 || !added || !sums.takeBack(added, unused, clock.monotonic())) return;
        slice.settled -= unused;
        if (slice === current || past.includes(slice)) marks.touch(slice);
      },
    };
  }

  return {
    waitMs: (claim) => sums.waitMs(claim.limit, claim.amount, held, clock.monotonic()),
    take(claim): Ticket {
      limit = claim.limit;
      const settles = claim.kind === 'window' && claim.settles;
      if (!settles) return counted(claim.amount);
      held += claim.amount;
      return {
        mark: sliceNow(),
        settle(used) {
          held -= claim.amount;
          marks.touch(count(used).slice);
        },
      };
    },
    standing(claim) {
      const now = clock.monotonic();
      const used = sums.sum(now);
      const resetMs = used + held < claim.limit ? 0 : sums.waitMs(Math.max(1, claim.limit), 1, held, now);
      return { used, held, resetMs, span: undefined };
    },
    restore({ startsAt, amount }) {
      const wall = clock.wall();
      const lastUseAt = startsAt + 2 * sliceMs;
      if (lastUseAt + windowMs <= wall) return marks.drop(sliceAt(startsAt, amount));
      // A slice from the future is from before the clock was set back: it counts from now on, and for one window only.
      const agoMs = Math.max(0, wall - lastUseAt);
      const isFuture = startsAt > wall;
      const slice = isFuture ? sliceNow() : sliceAt(startsAt, amount);
      slice.settled += amount;
      sums.add(amount, clock.monotonic() - agoMs);
      if (isFuture) {
        marks.drop(sliceAt(startsAt, amount));
        marks.touch(slice);
      } else past.push(slice);
    },
    forget() {
      for (const slice of [...past, current, coming].filter((one) => one !== undefined)) marks.drop(slice);
      past = [];
      current = undefined;
      coming = undefined;
    },
  };
}
