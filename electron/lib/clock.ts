// The time, handed to whoever needs it so that tests can hold it still.

export type Clock = {
  /** Wall time, epoch milliseconds: what people are shown and what is kept. */
  readonly now: () => number;
  /** Milliseconds that never jump or run backwards: what windows and durations are measured with. */
  readonly monotonic: () => number;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
