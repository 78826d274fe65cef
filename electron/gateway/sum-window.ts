// A rolling sum over a span of time: never more than the limit in any such span. What comes within a small part of the span
// is kept as one entry, at the time of its last part, so that memory is bounded and the error is on the strict side.

/** Entries that a full window has at most. */
const grains = 2048;

export type SumWindow = {
  /**
   * Milliseconds until `amount` more fits under `limit` beside `held`: 0 when it does now, infinite when it never does
   * while that is held.
   */
  readonly waitMs: (limit: number, amount: number, held: number, nowMs: number) => number;
  readonly add: (amount: number, nowMs: number) => Added | undefined;
  /** Takes so much of what was added back, unless the span is over. @returns whether it still counted */
  readonly takeBack: (added: Added, amount: number, nowMs: number) => boolean;
  readonly sum: (nowMs: number) => number;
};

type Entry = { readonly from: number; at: number; amount: number; isOver: boolean };

/** Where something was added, and what came with it. */
export type Added = Readonly<Entry>;

/** @param nowMs everywhere on a clock that never runs backwards */
export function createSumWindow(windowMs: number): SumWindow {
  const grainMs = windowMs / grains;
  let entries: Entry[] = [];
  let first = 0;
  let total = 0;

  function forget(nowMs: number): void {
    for (let entry = entries[first]; entry && entry.at <= nowMs - windowMs; entry = entries[first]) {
      total -= entry.amount;
      entry.isOver = true;
      first += 1;
    }
    if (first > 256 && first * 2 > entries.length) {
      entries = entries.slice(first);
      first = 0;
    }
  }

  return {
    waitMs(limit, amount, held, nowMs) {
      forget(nowMs);
      let surplus = total + held + amount - limit;
      if (surplus <= 0) return 0;
      for (let index = first; index < entries.length; index += 1) {
        const entry = entries[index];
        surplus -= entry?.amount ?? 0;
        if (entry && surplus <= 0) return Math.max(1, entry.at + windowMs - nowMs);
      }
      return Number.POSITIVE_INFINITY;
    },
    add(amount, nowMs) {
      forget(nowMs);
      if (amount <= 0) return undefined;
      total += amount;
      const last = entries.length > first ? entries.at(-1) : undefined;
      if (last && nowMs - last.from < grainMs) {
        last.at = nowMs;
        last.amount += amount;
        return last;
      }
      const entry = { from: nowMs, at: nowMs, amount, isOver: false };
      entries.push(entry);
      return entry;
    },
    takeBack(added, amount, nowMs) {
      forget(nowMs);
      if (added.isOver) return false;
      (added as Entry).amount -= amount;
      total -= amount;
      return true;
    },
    sum(nowMs) {
      forget(nowMs);
      return total;
    },
  };
}
