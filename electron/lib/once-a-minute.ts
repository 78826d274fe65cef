// Whether something that happens again and again is worth noting: once a minute each. Remembers when, and notes nothing itself.

import type { Clock } from './clock.ts';

const minuteMs = 60_000;
/** More at one time are not expected; beyond it some are noted once more. */
const rememberedMost = 10_000;

/** True where this was not so within the last minute. */
export type OnceAMinute = (what: string) => boolean;

export function createOnceAMinute(clock: Pick<Clock, 'monotonic'>): OnceAMinute {
  const notedAt = new Map<string, number>();
  return (what) => {
    const now = clock.monotonic();
    if (now - (notedAt.get(what) ?? Number.NEGATIVE_INFINITY) < minuteMs) return false;
    if (notedAt.size >= rememberedMost) notedAt.clear();
    notedAt.set(what, now);
    return true;
  };
}
