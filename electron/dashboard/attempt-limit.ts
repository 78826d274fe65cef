// Failed attempts to get in, of whatever kind: ten in five minutes are answered for what they are, and no more. Whoever has
// the right thing is asked about that first, so that those who guess lock nobody out.

import { type ErrorCode, KeyhatchError } from '../../shared/errors.ts';
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

/**
 * Does the work, and counts it as a failed attempt when it fails with one of these codes. The right thing was asked about
 * first: others who guess must not lock its owner out.
 * @throws KeyhatchError `too_many_attempts` in place of such a code, once there were too many
 */
export async function countingGuesses<Answer>(
  attempts: AttemptLimit,
  guesses: ReadonlySet<ErrorCode>,
  work: () => Answer | Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeyhatchError) || !guesses.has(error.code)) throw error;
    const seconds = attempts.failed();
    if (seconds === undefined) throw error;
    throw new KeyhatchError('too_many_attempts', { details: { leftSeconds: seconds, seconds } });
  }
}
