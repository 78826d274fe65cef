// Who is signed in. A session has two halves, a cookie and a value that the page keeps in its own origin, because browsers
// send the cookie of one localhost port to every other one. Keeps digests of both and must never keep, log or tell more.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { objectsIn } from '../lib/json-shape.ts';

/** What a browser sends: every cookie of our name, and the header. */
export type GivenHalves = { readonly cookies: readonly string[]; readonly page: string | undefined };

export type SessionInUse = {
  /** Counts as use until the returned function is called; `cut` is called when the session ends before. */
  readonly enter: (cut: () => void) => () => void;
  readonly end: () => void;
};

export type DashboardSessions = {
  /** The two halves, told once. */
  readonly open: () => { readonly cookie: string; readonly page: string };
  /** The session that both halves belong to. */
  readonly find: (halves: GivenHalves) => SessionInUse | undefined;
};

/** Where digests outlive the process. */
export type SessionKeeping = { readonly load: () => string | undefined; readonly save: (text: string) => void };

type Session = { readonly cookie: Buffer; readonly page: Buffer; lastUsedAt: number; readonly cuts: Set<() => void> };

export const sessionIdleMs = 30 * 86_400_000;
const sessionsMax = 50;
const halfBytes = 32;
/** How far the kept time of last use may lag behind: each write goes through to the disk. */
const saveEveryMs = 3_600_000;

export function createDashboardSessions(ports: {
  readonly keeping: SessionKeeping;
  readonly clock: Clock;
}): DashboardSessions {
  const { keeping, clock } = ports;
  let sessions: readonly Session[] = readKept(keeping.load());
  let savedAt = clock.now();

  function save(): void {
    savedAt = clock.now();
    const kept = sessions.map(({ cookie, page, lastUsedAt }) => ({
      cookie: cookie.toString('hex'),
      page: page.toString('hex'),
      lastUsedAt,
    }));
    keeping.save(JSON.stringify(kept));
  }

  function touch(session: Session): void {
    session.lastUsedAt = clock.now();
    if (session.lastUsedAt - savedAt > saveEveryMs) save();
  }

  function end(session: Session): void {
    sessions = sessions.filter((other) => other !== session);
    save();
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
      const made = { cookie: digestOf(cookie), page: digestOf(page), lastUsedAt: clock.now(), cuts: new Set<never>() };
      sessions = [...sessions, made];
      save();
      return { cookie, page };
    },
    find({ cookies, page }) {
      const given = { cookies: cookies.map(digestOf), page: digestOf(page ?? '') };
      // Every session and every half is compared, whatever the outcome of the others.
      const found = sessions.filter((session) => belongs(session, given)).find(isAlive);
      if (!found) return undefined;
      return {
        enter(cut) {
          touch(found);
          found.cuts.add(cut);
          return () => {
            if (found.cuts.delete(cut) && sessions.includes(found)) touch(found);
          };
        },
        end: () => end(found),
      };
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

function digestOf(half: string): Buffer {
  return createHash('sha256').update(half).digest();
}

// Whatever is not as we wrote it is no session: its owner signs in anew.
function readKept(text: string | undefined): Session[] {
  return objectsIn(parsed(text ?? '[]')).flatMap(({ cookie, page, lastUsedAt }) => {
    if (!isDigest(cookie) || !isDigest(page) || typeof lastUsedAt !== 'number') return [];
    return [{ cookie: Buffer.from(cookie, 'hex'), page: Buffer.from(page, 'hex'), lastUsedAt, cuts: new Set() }];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return [];
  }
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
