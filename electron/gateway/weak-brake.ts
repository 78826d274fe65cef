// Holds guesses at short keys back, wherever they come from: a key of a few characters can be found by trying from many
// addresses at once, which no lockout by address sees. Knows lengths and counts; a generated key never meets it.

import { KeyhatchError } from '../../shared/errors.ts';
import { weakBelowChars } from '../../shared/key-format.ts';
import type { Clock } from '../lib/clock.ts';

export type WeakBrake = {
  /** Whether this value must not be looked up now: a right one and a wrong one are then told the same. */
  readonly holds: (value: string) => boolean;
  /** What to answer where one of these was held. */
  readonly refusal: (values: readonly string[]) => KeyhatchError | undefined;
  /** A value that no key has. */
  readonly missed: (value: string) => void;
};

/** Wrong short values that are told from right ones within a minute, from all addresses together. */
export const mostMissesAMinute = 60;
const windowMs = 60_000;
/** No client waits longer than this of itself. */
const longestRetrySeconds = 59;

export function createWeakBrake(clock: Clock): WeakBrake {
  // When the last ones were tried, oldest first; while the brake is on none is added, so it holds at most so many.
  const misses: number[] = [];
  const isShort = (value: string) => value.length < weakBelowChars;

  function leftMs(): number {
    const now = clock.monotonic();
    while (misses.length > 0 && now - (misses[0] ?? now) >= windowMs) misses.shift();
    return misses.length < mostMissesAMinute ? 0 : windowMs - (now - (misses[0] ?? now));
  }
  const holds = (value: string) => isShort(value) && leftMs() > 0;

  return {
    holds,
    refusal(values) {
      if (!values.some(holds)) return undefined;
      const waitMs = Math.ceil(leftMs());
      const seconds = Math.min(longestRetrySeconds, Math.max(1, Math.ceil(waitMs / 1000)));
      return new KeyhatchError('short_keys_braked', { details: { seconds, waitMs } });
    },
    missed(value) {
      if (isShort(value)) misses.push(clock.monotonic());
    },
  };
}
