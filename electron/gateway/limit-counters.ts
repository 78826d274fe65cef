// The one interface through which limits are counted: claims on rolling windows and on budgets, taken all or none, held
// while a request runs and settled with what it really used. Types only: memory-counters.ts implements them in memory, a
// store shared by several machines could in its stead, which is why `take` may answer later.

/** Whose limits: a key's own, or those of a project over all its keys. */
export type LimitOwner = { readonly kind: 'key' | 'project' | 'person'; readonly id: string };

type ClaimBase = {
  readonly owner: LimitOwner;
  /** Which of the owner's counters: `rpm`, `tpm`, `budget/day/tokens`. */
  readonly counter: string;
  /** More than this may not be used. */
  readonly limit: number;
  /** What it will use at most, as far as can be told before. */
  readonly amount: number;
};

/** So much in any span of `windowMs`. Passes while all of `amount` fits. */
export type WindowClaim = ClaimBase & {
  readonly kind: 'window';
  readonly windowMs: number;
  /** False: counted as it is, at once; settled with less, the rest is taken back. True: held, and settled at the end. */
  readonly settles: boolean;
};

/** When a calendar period began and ends, in epoch milliseconds; `endsAt` infinite where it never does. */
export type Span = { readonly startsAt: number; readonly endsAt: number };

/** So much in a calendar period. Passes while anything is left, so that it is overrun by one claim's `amount` at most. */
export type BudgetClaim = ClaimBase & {
  readonly kind: 'budget';
  /** The period as it is now; what was begun under another calendar goes on to its own end. */
  readonly span: Span;
};

export type Claim = WindowClaim | BudgetClaim;

/** How a counter stands. */
export type Standing = {
  readonly used: number;
  /** For requests that run now. */
  readonly held: number;
  /** Until the smallest claim passes again; 0 where it passes now, infinite where waiting does not help. */
  readonly resetMs: number;
  /** Of the present period, for budgets. */
  readonly span: Span | undefined;
};

export type Taken = {
  readonly ok: true;
  /** Gives back what was held and counts what was used instead, claim by claim. Once; later calls do nothing. */
  readonly settle: (used: readonly number[]) => void;
};

export type Refused = {
  readonly ok: false;
  /** Index of the claim that did not fit. */
  readonly at: number;
  /** Until it would fit if nothing else came; infinite where others have to end first, or where it never will. */
  readonly waitMs: number;
  /** In the order of the claims. */
  readonly standings: readonly Standing[];
};

export type LimitCounters = {
  /**
   * All of them or none.
   * @throws KeyhatchError `limits_unwritable` when it cannot be made sure that a crash would forget nothing of it
   */
  readonly take: (claims: readonly Claim[]) => Taken | Refused | Promise<Taken | Refused>;
  /** How they stand, as far as is known here; takes nothing. */
  readonly look: (claims: readonly Claim[]) => readonly Standing[];
  /** The owner is gone. */
  readonly forget: (owner: LimitOwner) => void;
  /** Writes down how everything stands. */
  readonly close: () => Promise<void>;
};

/** How much of a counter lies on the disk for one slice of time: as much as was used in it, or more. */
export type CounterRow = {
  readonly owner: LimitOwner;
  readonly counter: string;
  /** Epoch milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly amount: number;
};

export type CounterStore = {
  /** What an earlier run left. */
  readonly load: () => readonly CounterRow[];
  /** Writes and drops all of it or nothing; done when a crash of this process can no longer undo it. */
  readonly save: (put: readonly CounterRow[], drop: readonly CounterRow[]) => Promise<void> | void;
};
