// The one-time link that signs a browser in: one at a time, for ten minutes, for one use. Keeps a digest of its token;
// knows nothing of sessions, so that other ways of signing in can stand beside it.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Clock } from '../lib/clock.ts';
import { digestOf } from '../lib/digest.ts';
import { createAttemptLimit } from './attempt-limit.ts';

export type SignInLinks = {
  /** A new token; the one before stops working, and failed attempts are forgotten. */
  readonly make: () => { readonly token: string; readonly expiresAt: number };
  /**
   * Returns when the token is the right one, which it is once.
   * @throws KeyhatchError `sign_in_link_invalid`; `sign_in_blocked` after ten failures in five minutes
   */
  readonly redeem: (token: string) => void;
  readonly forget: () => void;
};

const linkLifeMs = 10 * 60_000;
const tokenBytes = 32;

export function createSignInLinks({ clock }: { readonly clock: Clock }): SignInLinks {
  let link: { readonly digest: Buffer; readonly expiresAt: number } | undefined;
  const attempts = createAttemptLimit({ clock });

  function isRight(token: string): boolean {
    // Compared whether there is a link or not, so that nobody learns from the time it takes which of the two it is.
    const same = timingSafeEqual(digestOf(token), link?.digest ?? digestOf(''));
    return same && link !== undefined && clock.now() < link.expiresAt;
  }

  return {
    make() {
      const token = randomBytes(tokenBytes).toString('base64url');
      const expiresAt = clock.now() + linkLifeMs;
      link = { digest: digestOf(token), expiresAt };
      attempts.forget();
      return { token, expiresAt };
    },
    redeem(token) {
      // The right one first: others who guess must not lock its owner out, and 256 bits are not guessed.
      if (!isRight(token)) {
        const seconds = attempts.failed();
        if (seconds !== undefined) throw new KeyhatchError('sign_in_blocked', { details: { seconds } });
        throw new KeyhatchError('sign_in_link_invalid');
      }
      link = undefined;
    },
    forget() {
      link = undefined;
    },
  };
}
