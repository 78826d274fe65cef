// How a short-lived token is written and read: a JWT, made by jose, for the gateway alone and for an hour. Knows no person and
// not which tokens still count. Reading is synchronous, because a request waits for it.

import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';

export const accessTokenLifeMs = 3_600_000;

export type AccessClaims = { readonly jti: string; readonly personId: string };

export type ReadAccess =
  | (AccessClaims & { readonly kind: 'valid' | 'expired' })
  /** Not made by us, or not as we make them. */
  | { readonly kind: 'malformed' };

export type AccessTokenFormat = {
  readonly write: (claims: AccessClaims, nowMs: number) => Promise<string>;
  readonly read: (token: string, nowMs: number) => ReadAccess;
};

const algorithm = 'HS256';
const tokenType = 'at+jwt';
const issuer = 'keyhatch';
const audience = 'keyhatch-gateway';
/** Ours have a third of it. */
const longestChars = 1024;
const malformed = { kind: 'malformed' } as const;

// The one head that ours have. Held against it letter by letter, there is no algorithm to choose, no key to name and no
// extension to understand.
const head = Buffer.from(JSON.stringify({ alg: algorithm, typ: tokenType })).toString('base64url');
const shape = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/** Whether a credential looks like a signed token at all, whoever made it. */
export function looksSigned(credential: string): boolean {
  return credential.startsWith('ey') && shape.test(credential);
}

/** @param secret at least 32 bytes, known to this profile alone */
export function createAccessTokenFormat(secret: Buffer): AccessTokenFormat {
  const key = createSecretKey(secret);
  return {
    write: ({ jti, personId }, nowMs) => {
      const seconds = Math.floor(nowMs / 1000);
      return new SignJWT()
        .setProtectedHeader({ alg: algorithm, typ: tokenType })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(personId)
        .setJti(jti)
        .setIssuedAt(seconds)
        .setNotBefore(seconds)
        .setExpirationTime(seconds + accessTokenLifeMs / 1000)
        .sign(key);
    },
    read(token, nowMs) {
      if (token.length > longestChars) return malformed;
      const [first, payload = '', signature = '', more] = token.split('.');
      if (first !== head || more !== undefined) return malformed;
      // One HMAC a request costs less than remembering who was verified, and leaves nothing behind to be mistaken for it.
      const expected = createHmac('sha256', key).update(`${head}.${payload}`).digest();
      const given = Buffer.from(signature, 'base64url');
      const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
      // Letters beyond the last bit would be a second spelling of one token.
      if (!isOurs || given.toString('base64url') !== signature) return malformed;
      return claimsOf(payload, Math.floor(nowMs / 1000));
    },
  };
}

function claimsOf(payload: string, nowSeconds: number): ReadAccess {
  const { iss, aud, sub, jti, nbf, exp } = membersOf(payload);
  if (iss !== issuer || aud !== audience || typeof sub !== 'string' || typeof jti !== 'string') return malformed;
  if (typeof nbf !== 'number' || typeof exp !== 'number' || nbf > nowSeconds) return malformed;
  return { kind: exp > nowSeconds ? 'valid' : 'expired', jti, personId: sub };
}

function membersOf(payload: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
