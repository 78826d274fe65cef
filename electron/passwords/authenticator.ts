// Codes of authenticator apps (TOTP, RFC 6238), as such apps expect them without asking: SHA-1, six digits, thirty seconds.
// Makes secrets and says which step of time a code belongs to; that each counts once is seen to where steps are kept.

import { Secret, TOTP } from 'otpauth';

const issuer = 'Keyhatch';
/** RFC 4226 recommends 160 bits. */
const secretBytes = 20;
const periodSeconds = 30;
/** Clocks of phones differ: the code before and the one after are taken too. */
const windowSteps = 1;

export type Authenticator = {
  /** @param label as the app shows it: the name of the person */
  readonly begin: (label: string) => { readonly secret: string; readonly url: string };
  /** The step of time that a code of this secret is for, or undefined where it is none of now. */
  readonly stepOf: (secret: string, code: string, nowMs: number) => number | undefined;
};

export function createAuthenticator(): Authenticator {
  const totp = (secret: Secret, label: string) =>
    new TOTP({ issuer, label, algorithm: 'SHA1', digits: 6, period: periodSeconds, secret });
  return {
    begin(label) {
      const secret = new Secret({ size: secretBytes });
      return { secret: secret.base32, url: totp(secret, label).toString() };
    },
    stepOf(secret, code, nowMs) {
      const delta = totp(Secret.fromBase32(secret), '').validate({
        token: code,
        timestamp: nowMs,
        window: windowSteps,
      });
      return delta === null ? undefined : Math.floor(nowMs / 1000 / periodSeconds) + delta;
    },
  };
}
