// Requests of one key in the last 60 seconds, exactly: never more than the limit in any such span. Counts only what was
// admitted; measured on the monotonic clock, so that a clock which is set neither opens nor locks the gate.

export const windowMs = 60_000;

export type RateWindow = {
  /** Whether one more fits under `limit`. Milliseconds until one will, 0 when it does now. Counts nothing. */
  readonly waitMs: (limit: number, nowMs: number) => number;
  readonly count: (nowMs: number) => void;
  readonly used: (nowMs: number) => number;
};

export function createRateWindow(): RateWindow {
  let times: number[] = [];
  let first = 0;

  function forget(nowMs: number): void {
    while (first < times.length && (times[first] ?? 0) <= nowMs - windowMs) first++;
    if (first > 1024 && first * 2 > times.length) {
      times = times.slice(first);
      first = 0;
    }
  }

  return {
    waitMs(limit, nowMs) {
      forget(nowMs);
      const used = times.length - first;
      if (used < limit) return 0;
      // The entry that has to age out before there is room; after the limit was lowered it is not the oldest.
      const blocking = times[times.length - limit] ?? nowMs;
      return Math.max(1, blocking + windowMs - nowMs);
    },
    count(nowMs) {
      forget(nowMs);
      times.push(nowMs);
    },
    used(nowMs) {
      forget(nowMs);
      return times.length - first;
    },
  };
}
