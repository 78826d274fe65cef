// Who is signed in. A session has two halves, a cookie and a value that the page keeps in its own origin, because browsers
// send the cookie of one localhost port to every other one. Keeps digests of both in memory, and must never write them
// anywhere: whoever has the port while Keyhatch is not running sees both halves, so none may outlive the listening.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../../shared/people-model.ts';
import type { Clock } from '../lib/clock.ts';
import { digestOf } from '../lib/digest.ts';

/** What a browser sends: every cookie of our name, and the header. */
export type GivenHalves = { readonly cookies: readonly string[]; readonly page: string | undefined };

export type SessionInUse = {
  /** What the history calls it; says nothing about either half. */
  readonly label: string;
  readonly caller: () => Caller;
  /** Counts as use until the returned function is called; `cut` is called when the session ends before. */
  readonly enter: (cut: () => void) => () => void;
  readonly end: () => void;
};

export type DashboardSessions = {
  /** The two halves, told once. */
  readonly open: () => { readonly cookie: string; readonly page: string };
  /** The session that both halves belong to. */
  readonly find: (halves: GivenHalves) => SessionInUse | undefined;
  /** Ends every session. What runs is not cut: whoever closes the door lets a call through it have its answer. */
  readonly endAll: () => void;
};

type Session = {
  readonly label: string;
  readonly openedAt: number;
  readonly cookie: Buffer;
  readonly page: Buffer;
  lastUsedAt: number;
  readonly cuts: Set<() => void>;
};

export const sessionIdleMs = 30 * 86_400_000;
const sessionsMax = 50;
const halfBytes = 32;

export function createDashboardSessions({ clock }: { readonly clock: Clock }): DashboardSessions {
  let sessions: readonly Session[] = [];

  function touch(session: Session): void {
    session.lastUsedAt = clock.now();
  }

  function end(session: Session): void {
    sessions = sessions.filter((other) => other !== session);
    for (const cut of [...session.cuts]) cut();
  }

  function isAlive({ cuts, lastUsedAt }: Session): boolean {
    return cuts.size > 0 || clock.now() - lastUsedAt < sessionIdleMs;
  }

  return {
    open() {
      const [cookie, page] = [makeHalf(), makeHalf()];
      for (const session of sessions.filter((one) => !isAlive(one))) end(session);
      const idlest = [...sessions].sort((a, b) => a.lastUsedAt - b.lastUsedAt);
      for (const session of idlest.slice(0, Math.max(0, sessions.length + 1 - sessionsMax))) end(session);
      const made = {
        label: `session ${randomBytes(3).toString('hex')}`,
        openedAt: clock.now(),
        cookie: digestOf(cookie),
        page: digestOf(page),
        lastUsedAt: clock.now(),
        cuts: new Set<never>(),
      };
      sessions = [...sessions, made];
      return { cookie, page };
    },
    find({ cookies, page }) {
      const given = { cookies: cookies.map(digestOf), page: digestOf(page ?? '') };
      // Every session and every half is compared, whatever the outcome of the others.
      const found = sessions.filter((session) => belongs(session, given)).find(isAlive);
      if (!found) return undefined;
      return {
        label: found.label,
        // The link that opened it is the owner's.
        caller: () => ({ role: 'owner', personId: null, way: 'session', provedAt: found.openedAt }),
        enter(cut) {
          touch(found);
          found.cuts.add(cut);
          return () => {
            if (found.cuts.delete(cut)) touch(found);
          };
        },
        end: () => end(found),
      };
    },
    endAll() {
      sessions = [];
    },
  };
}

function belongs(session: Session, given: { readonly cookies: readonly Buffer[]; readonly page: Buffer }): boolean {
  const cookies = given.cookies.filter((digest) => timingSafeEqual(digest, session.cookie));
  return timingSafeEqual(given.page, session.page) && cookies.length > 0;
}

function makeHalf(): string {
  return randomBytes(halfBytes).toString('base64url');
}
