// A disk and two clocks for tests of counters: what was saved outlives a crash, what was not is gone.

import type { CounterRow, CounterStore } from '../../../../electron/gateway/limit-counters.ts';

export type CounterDisk = CounterStore & {
  readonly rows: () => readonly CounterRow[];
  /** From now on nothing is written any more, or again. */
  readonly fail: (error: Error | undefined) => void;
  readonly writes: () => number;
  /** As one process has it: nothing that is on its way when it ends is written, or heard of again. */
  readonly forProcess: () => CounterStore & { readonly end: () => void };
};

export function makeCounterDisk(): CounterDisk {
  const rows = new Map<string, CounterRow>();
  const idOf = ({ owner, counter, startsAt }: CounterRow) => `${owner.kind}/${owner.id}/${counter}/${startsAt}`;
  let failure: Error | undefined;
  let writes = 0;
  const all = () => [...rows.values()].sort((a, b) => a.startsAt - b.startsAt);
  const disk: CounterDisk = {
    load: all,
    rows: all,
    forProcess() {
      let over = false;
      return {
        load: all,
        save: (put, drop) => (over ? new Promise<void>(() => {}) : disk.save(put, drop)),
        end() {
          over = true;
        },
      };
    },
    fail(error) {
      failure = error;
    },
    writes: () => writes,
    async save(put, drop) {
      if (failure) throw failure;
      writes += 1;
      for (const row of drop) rows.delete(idOf(row));
      for (const row of put) rows.set(idOf(row), row);
      // It is written before anybody hears of it.
      await new Promise(setImmediate);
    },
  };
  return disk;
}

/** Moved by hand; the wall clock can also be set. */
export function makeMovedClock(startMs = 1_800_000_000_000) {
  let wall = startMs;
  let steady = 5_000_000;
  return {
    now: () => wall,
    monotonic: () => steady,
    pass(ms: number): void {
      wall += ms;
      steady += ms;
    },
    setWall(ms: number): void {
      wall = ms;
    },
    /** As a new process has it: from anywhere. */
    restart(): void {
      steady = 1_000;
    },
  };
}
