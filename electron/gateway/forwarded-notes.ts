// What was seen of programs that pass requests on: a tunnel to the internet, a reverse proxy. Counts heads by the name of a
// header that shows it, and keeps neither its value nor who sent it. Decides nothing about a request.

import type { Clock } from '../lib/clock.ts';

/** What was seen within the last hour. */
export type ForwardedTraffic = {
  /** One of the names of client-address.ts; a family of them ends in a star. */
  readonly header: string;
  /** It came from a program on this machine, as a tunnel's does. */
  readonly fromHere: boolean;
  /** In the last minute. */
  readonly perMinute: number;
  /** Epoch milliseconds. */
  readonly lastAt: number;
};

export type ForwardedNotes = {
  readonly note: (header: string, fromHere: boolean) => void;
  /** The newest first, one for each header and side. */
  readonly now: () => readonly ForwardedTraffic[];
};

type Seen = {
  readonly header: string;
  readonly fromHere: boolean;
  lastAt: number;
  minute: number;
  count: number;
  before: number;
};

const minuteMs = 60_000;
const forgetMs = 60 * minuteMs;

/** @param onFirst told when something is seen that was not seen in the last hour */
export function createForwardedNotes({
  clock,
  onFirst,
}: {
  readonly clock: Clock;
  readonly onFirst: () => void;
}): ForwardedNotes {
  // There are as many as names in client-address.ts, twice; a sender cannot make more.
  const seen = new Map<string, Seen>();

  function turn(one: Seen, minute: number): void {
    if (minute === one.minute) return;
    one.before = minute === one.minute + 1 ? one.count : 0;
    one.count = 0;
    one.minute = minute;
  }

  return {
    note(header, fromHere) {
      const now = clock.now();
      const minute = Math.floor(now / minuteMs);
      const name = `${header} ${fromHere}`;
      const known = seen.get(name);
      const one = known ?? { header, fromHere, lastAt: now, minute, count: 0, before: 0 };
      const isFirst = !known || now - known.lastAt > forgetMs;
      turn(one, minute);
      one.count += 1;
      one.lastAt = now;
      seen.set(name, one);
      if (isFirst) onFirst();
    },
    now() {
      const now = clock.now();
      const minute = Math.floor(now / minuteMs);
      // Of the minute before, the share that lies within the last sixty seconds.
      const rest = 1 - (now % minuteMs) / minuteMs;
      return [...seen.values()]
        .filter(({ lastAt }) => now - lastAt <= forgetMs)
        .sort((a, b) => b.lastAt - a.lastAt)
        .map((one) => {
          turn(one, minute);
          const { header, fromHere, lastAt, count, before } = one;
          return { header, fromHere, lastAt, perMinute: count + Math.round(before * rest) };
        });
    },
  };
}
