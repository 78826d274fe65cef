// One rolling window of one owner: what was used in it, what is held for requests that run, and the slices of time in which
// the disk knows of both. Counts on the monotonic clock; only the slices have wall times, and those never jump in a run.

import type { AheadMarks, Mark } from './ahead-marks.ts';
import type { CounterRow, Standing, WindowClaim } from './limit-counters.ts';
import { createSumWindow } from './sum-window.ts';

/** The disk knows of a window in so many slices. */
const slices = 12;

/** Of the window to which a row of the disk belongs. */
export function windowMsOf({ startsAt, endsAt }: Pick<CounterRow, 'startsAt' | 'endsAt'>): number {
  return (endsAt - startsAt) * slices;
}

/** Monotonic milliseconds, and the wall time that goes with them for the whole run. */
export type SteadyClock = { readonly monotonic: () => number; readonly wall: () => number };

/** What was taken of a counter, to be covered by the disk and settled at the end. */
export type Ticket = { readonly mark: Mark; readonly settle: (used: number) => void };

export type WindowCounter = {
  readonly waitMs: (claim: WindowClaim) => number;
  readonly take: (claim: WindowClaim) => Ticket;
  readonly standing: (limit: number) => Standing;
  /** Counts what an earlier run left, as late as it can have been. */
  readonly restore: (row: CounterRow) => void;
  readonly forget: () => void;
};

type Slice = Mark & { settled: number };

export function createWindowCounter(ports: {
  readonly owner: CounterRow['owner'];
  readonly counter: string;
  readonly windowMs: number;
  readonly clock: SteadyClock;
  readonly marks: AheadMarks;
}): WindowCounter {
  const { owner, counter, windowMs, clock, marks } = ports;
  const sliceMs = windowMs / slices;
  const sums = createSumWindow(windowMs);
  let held = 0;
  let limit = 0;
  let current: Slice | undefined;
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
    if (current?.row.startsAt === startsAt) return current;
    const before = current;
    // It may have been left by an earlier run.
    const known = past.find(({ row }) => row.startsAt === startsAt);
    current = known ?? sliceAt(startsAt, 0);
    past = [...(before ? [before] : []), ...past.filter((slice) => slice !== known)];
    if (before) marks.touch(before);
    const isOver = ({ row }: Slice) => row.endsAt + windowMs <= wall;
    for (const slice of past.filter(isOver)) marks.drop(slice);
    past = past.filter((slice) => !isOver(slice));
    return current;
  }

  function count(amount: number): Slice {
    const slice = sliceNow();
    slice.settled += amount;
    sums.add(amount, clock.monotonic());
    return slice;
  }

  return {
    waitMs: (claim) => sums.waitMs(claim.limit, claim.amount, held, clock.monotonic()),
    take(claim) {
      limit = claim.limit;
      if (!claim.settles) return { mark: count(claim.amount), settle: () => {} };
      held += claim.amount;
      return {
        mark: sliceNow(),
        settle(used) {
          held -= claim.amount;
          marks.touch(count(used));
        },
      };
    },
    standing(standingLimit) {
      const now = clock.monotonic();
      const resetMs = sums.waitMs(Math.max(1, standingLimit), 1, held, now);
      return { used: sums.sum(now), held, resetMs, span: undefined };
    },
    restore({ startsAt, amount }) {
      const wall = clock.wall();
      if (startsAt + sliceMs + windowMs <= wall) return marks.drop(sliceAt(startsAt, amount));
      // A slice from the future is from before the clock was set back: it counts from now on, and for one window only.
      const agoMs = Math.max(0, wall - (startsAt + sliceMs));
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
      for (const slice of [...past, ...(current ? [current] : [])]) marks.drop(slice);
      past = [];
      current = undefined;
    },
  };
}
