// Who is signed in with tokens: a family for each sign-in, with its access tokens and its refresh token, of which each is
// exchanged once. Kept in memory alone, so that a restart ends them all. Holds digests, and no token.

import { createHash } from 'node:crypto';
import { type FillRandom, makeId, makeKey, parseKey } from '../../shared/key-format.ts';
import type { Clock } from '../lib/clock.ts';
import { accessTokenLifeMs } from './access-token.ts';

/** What a sign-in or an exchange gives: the refresh token, and the id under which the access token counts. */
export type Granted = { readonly personId: string; readonly refreshToken: string; readonly jti: string };

export type Exchanged =
  | ({ readonly kind: 'granted' } & Granted)
  /** It was exchanged before: somebody else has it, or had it first. The family has ended with this. */
  | { readonly kind: 'reused'; readonly personId: string }
  | { readonly kind: 'unknown' | 'malformed' };

export type TokenFamilies = {
  readonly begin: (personId: string) => Granted;
  readonly exchange: (refreshToken: string) => Exchanged;
  /** Whose access token this is and of which family, while it counts. */
  readonly holderOf: (jti: string) => { readonly personId: string; readonly familyId: string } | undefined;
  /** Whose family this is, until it has ended. */
  readonly personOf: (familyId: string) => string | undefined;
  /** Ends the family of a refresh token or of an access token. @returns whose it was */
  readonly end: (by: { readonly refreshToken: string } | { readonly jti: string }) => string | undefined;
  /** Ends all that a person has. False when there was nothing. */
  readonly endPerson: (personId: string) => boolean;
};

type Family = {
  readonly id: string;
  readonly personId: string;
  /** Every refresh token it has had, the last of them the one that counts. */
  readonly digests: string[];
  readonly jtis: string[];
  readonly endsAt: number;
  idleUntil: number;
};

const dayMs = 86_400_000;
/** Whoever does not come back in this time signs in again; whoever does, after this one. */
const idleMs = 7 * dayMs;
const longestMs = 30 * dayMs;
/** Sign-ins that one person may have at a time, and all together; the oldest go first. */
const mostOfPerson = 32;
const mostOfAll = 10_000;
/** Access tokens of one family that may count at a time: a program has one, and another while it changes over. */
const mostAccess = 4;
/** Each exchange leaves a digest behind. A program that exchanges every hour of its 30 days needs 720. */
const mostExchanges = 2_000;

export function createTokenFamilies(ports: { readonly fillRandom: FillRandom; readonly clock: Clock }): TokenFamilies {
  const { fillRandom, clock } = ports;
  const families = new Map<string, Family>();
  const byDigest = new Map<string, Family>();
  const byJti = new Map<string, { readonly family: Family; readonly until: number }>();

  function drop(family: Family): void {
    families.delete(family.id);
    for (const digest of family.digests) byDigest.delete(digest);
    for (const jti of family.jtis) byJti.delete(jti);
  }

  const isOver = ({ endsAt, idleUntil }: Family) => Math.min(endsAt, idleUntil) <= clock.now();

  function makeRoom(personId: string): void {
    for (const family of families.values()) if (isOver(family)) drop(family);
    const own = [...families.values()].filter((family) => family.personId === personId);
    for (const family of own.slice(0, Math.max(0, own.length - mostOfPerson + 1))) drop(family);
    const [oldest] = families.values();
    if (oldest && families.size >= mostOfAll) drop(oldest);
  }

  function grant(family: Family): Granted {
    const { key: refreshToken } = makeKey(fillRandom, 'khr', family.id);
    const jti = `${makeId(fillRandom)}${makeId(fillRandom)}`;
    const digest = digestOf(refreshToken);
    family.digests.push(digest);
    byDigest.set(digest, family);
    family.jtis.push(jti);
    byJti.set(jti, { family, until: clock.now() + accessTokenLifeMs });
    while (family.jtis.length > mostAccess) byJti.delete(family.jtis.shift() ?? '');
    family.idleUntil = clock.now() + idleMs;
    return { personId: family.personId, refreshToken, jti };
  }

  function familyOf(by: { readonly refreshToken: string } | { readonly jti: string }): Family | undefined {
    return 'jti' in by ? byJti.get(by.jti)?.family : byDigest.get(digestOf(by.refreshToken));
  }

  return {
    begin(personId) {
      makeRoom(personId);
      const endsAt = clock.now() + longestMs;
      const family = { id: makeId(fillRandom), personId, digests: [], jtis: [], endsAt, idleUntil: endsAt };
      families.set(family.id, family);
      return grant(family);
    },
    exchange(refreshToken) {
      const parsed = parseKey(refreshToken);
      if (parsed.kind !== 'key' || parsed.prefix !== 'khr') return { kind: 'malformed' };
      const digest = digestOf(refreshToken);
      const family = byDigest.get(digest);
      if (!family) return { kind: 'unknown' };
      const { personId } = family;
      const reused = family.digests.at(-1) !== digest;
      if (reused || isOver(family) || family.digests.length >= mostExchanges) {
        drop(family);
        return reused ? { kind: 'reused', personId } : { kind: 'unknown' };
      }
      return { kind: 'granted', ...grant(family) };
    },
    holderOf(jti) {
      const held = byJti.get(jti);
      if (!held || held.until <= clock.now() || isOver(held.family)) return undefined;
      return { personId: held.family.personId, familyId: held.family.id };
    },
    personOf(familyId) {
      const family = families.get(familyId);
      return family && !isOver(family) ? family.personId : undefined;
    },
    end(by) {
      const family = familyOf(by);
      if (family) drop(family);
      return family?.personId;
    },
    endPerson(personId) {
      const own = [...families.values()].filter((family) => family.personId === personId);
      for (const family of own) drop(family);
      return own.length > 0;
    },
  };
}

// 190 random bits stand in each: whoever could find one by how long a look-up takes could as well guess it.
function digestOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('base64url');
}
