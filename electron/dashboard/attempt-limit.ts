// Failed attempts to get in, of whatever kind: ten in five minutes are answered for what they are, and no more. Whoever has
// the right thing is asked about that first, so that those who guess lock nobody out.

import type { Clock } from '../lib/clock.ts';

export type AttemptLimit = {
  /** Notes a failure. While there were too many before it, the seconds until the next is taken; it is not counted then. */
  readonly failed: () => number | undefined;
  readonly forget: () => void;
};

const failuresMax = 10;
const failureWindowMs = 5 * 60_000;

export function createAttemptLimit({ clock }: { readonly clock: Clock }): AttemptLimit {
  let failures: readonly number[] = [];
  return {
    failed() {
      const now = clock.monotonic();
      failures = failures.filter((at) => now - at < failureWindowMs);
      const [oldest] = failures;
      if (oldest !== undefined && failures.length >= failuresMax) {
        return Math.max(1, Math.ceil((oldest + failureWindowMs - now) / 1000));
      }
      failures = [...failures, now];
      return undefined;
    },
    forget() {
      failures = [];
    },
  };
}
