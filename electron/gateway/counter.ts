// What a counter of one owner is to those who take from it, be it a rolling window or a budget. Types only.

import type { Mark } from './ahead-marks.ts';
import type { Claim, CounterRow, Standing } from './limit-counters.ts';

/** What was taken of a counter, to be covered by the disk and settled at the end. */
export type Ticket = { readonly mark: Mark; readonly settle: (used: number) => void };

export type Counter = {
  /** Milliseconds until the claim passes; 0 where it does now, infinite where waiting alone does not help. */
  readonly waitMs: (claim: Claim) => number;
  readonly take: (claim: Claim) => Ticket;
  readonly standing: (claim: Claim) => Standing;
  /** Counts what an earlier run left, as late as it can have been. */
  readonly restore: (row: CounterRow) => void;
  readonly forget: () => void;
};
