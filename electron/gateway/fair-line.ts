// Who is next in a line with priorities: everybody has a rank when they join, which is when they came, put off by some
// seconds for a lower priority and for others of the same caller that wait already. Ranks never change, so that nobody is
// overtaken by who comes later than those seconds: whoever waits grows older than all that is new.

import type { Priority } from '../../shared/limit-model.ts';

const putOffMs: Readonly<Record<Priority, number>> = { high: 0, normal: 10_000, low: 25_000 };
/** For each other request of the same caller in line, so that one that sends many does not fill it. */
const perOtherMs = 2_000;
const othersAtMostMs = 20_000;

/** Nobody is overtaken by who comes later than this after them. */
export const longestPutOffMs = putOffMs.low + othersAtMostMs;

export type Joining = {
  readonly priority: Priority;
  readonly callerId: string;
  /** When it came, on a clock that never runs backwards. */
  readonly atMs: number;
};

export type Spot<Item> = { readonly item: Item; readonly rank: number; readonly callerId: string };

export type FairLine<Item> = {
  readonly rankOf: (joining: Joining) => number;
  readonly join: (item: Item, joining: Joining) => Spot<Item>;
  readonly leave: (spot: Spot<Item>) => void;
  /** The first whom it fits; still in line. */
  readonly next: (fits: (item: Item) => boolean) => Spot<Item> | undefined;
  readonly last: () => Spot<Item> | undefined;
  /** From 1. */
  readonly position: (spot: Spot<Item>) => number;
  readonly items: () => readonly Item[];
  readonly size: () => number;
};

export function createFairLine<Item>(): FairLine<Item> {
  let spots: readonly Spot<Item>[] = [];
  const byCaller = new Map<string, number>();

  function rankOf({ priority, callerId, atMs }: Joining): number {
    return atMs + putOffMs[priority] + Math.min(othersAtMostMs, (byCaller.get(callerId) ?? 0) * perOtherMs);
  }

  function count(callerId: string, change: number): void {
    const left = (byCaller.get(callerId) ?? 0) + change;
    if (left > 0) byCaller.set(callerId, left);
    else byCaller.delete(callerId);
  }

  return {
    rankOf,
    join(item, joining) {
      const spot = { item, rank: rankOf(joining), callerId: joining.callerId };
      // Behind those of the same rank, who came before.
      const behind = spots.findIndex(({ rank }) => rank > spot.rank);
      spots = spots.toSpliced(behind === -1 ? spots.length : behind, 0, spot);
      count(joining.callerId, 1);
      return spot;
    },
    leave(spot) {
      const rest = spots.filter((one) => one !== spot);
      if (rest.length === spots.length) return;
      spots = rest;
      count(spot.callerId, -1);
    },
    next: (fits) => spots.find(({ item }) => fits(item)),
    last: () => spots.at(-1),
    position: (spot) => spots.indexOf(spot) + 1,
    items: () => spots.map(({ item }) => item),
    size: () => spots.length,
  };
}
