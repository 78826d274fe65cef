// Who is signed in. A session has two halves, a cookie and a value that the page keeps in its own origin, because browsers
// send the cookie of one localhost port to every other one. Keeps digests of both in memory, and must never write them
// anywhere: whoever has the port while Keyhatch is not running sees both halves, so none may outlive the listening there.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller, Role } from '../../shared/people-model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import { digestOf } from '../lib/digest.ts';
import { isEveryAddress } from './dashboard-listener.ts';

/** What a browser sends: every cookie of our name, and the header. */
export type GivenHalves = { readonly cookies: readonly string[]; readonly page: string | undefined };

/** The two halves, told once. */
export type MadeHalves = { readonly cookie: string; readonly page: string };

/** Whose a session is as it begins, and from where. Null: whoever followed a link, while there is no owner's account. */
export type Opening = { readonly personId: string | null; readonly device: string; readonly address: string };

export type SessionInUse = {
  readonly id: string;
  readonly personId: string | null;
  /** What the history calls it; says nothing about either half. */
  readonly label: string;
  readonly caller: () => Caller;
  /** Counts as use until the returned function is called; `cut` is called when the session ends before. */
  readonly enter: (cut: () => void) => () => void;
  /** Proved again: from now on it goes by new halves. */
  readonly proved: () => MadeHalves;
  readonly end: () => void;
};

/** A session as people see it. */
export type ListedSession = Opening & {
  readonly id: string;
  readonly beganAt: number;
  readonly lastUsedAt: number;
};

export type DashboardSessions = {
  /** @param at the address of this machine through which it began */
  readonly open: (opening: Opening, at: string) => MadeHalves;
  /** The session that both halves belong to. */
  readonly find: (halves: GivenHalves) => SessionInUse | undefined;
  /** Those that have not ended, the last used first. */
  readonly list: () => ListedSession[];
  /** Ends one at once, with all that it runs. False where there is none. */
  readonly end: (id: string) => boolean;
  /** The same of all sessions of a person, but for one. */
  readonly endOf: (personId: string | null, keep?: string) => void;
  /** Sessions of links become those of the owner whose account was made. */
  readonly adopt: (personId: string) => void;
  /** Ends those that are over, streams too. */
  readonly sweep: () => void;
  /**
   * Ends all that began at this address, or at any where it stands for every one. What runs is not cut: whoever closes the
   * door lets a call through it have its answer.
   */
  readonly endMadeAt: (host: string) => void;
};

/** Who somebody is now; undefined once they may not act. */
export type Standing = (
  personId: string,
) => { readonly name: string; readonly role: Role; readonly owesTotp: boolean } | undefined;

export type SessionRules = Pick<Settings, 'people.sessionIdleDays' | 'people.sessionMaxDays'>;

type Session = {
  readonly id: string;
  personId: string | null;
  readonly device: string;
  readonly address: string;
  readonly at: string;
  readonly beganAt: number;
  provedAt: number;
  cookie: Buffer;
  page: Buffer;
  lastUsedAt: number;
  readonly cuts: Set<() => void>;
};

const dayMs = 86_400_000;
/** Of one person: those whom others invited cannot push anybody else out. */
const sessionsMax = 50;
const halfBytes = 32;

export function createDashboardSessions(ports: {
  readonly clock: Clock;
  readonly rules: () => SessionRules;
  readonly standing: Standing;
}): DashboardSessions {
  const { clock, rules, standing } = ports;
  let sessions: readonly Session[] = [];

  function touch(session: Session): void {
    session.lastUsedAt = clock.now();
  }

  function end(session: Session): void {
    sessions = sessions.filter((other) => other !== session);
    for (const cut of [...session.cuts]) cut();
  }

  function isAlive({ cuts, lastUsedAt, beganAt, personId }: Session): boolean {
    const now = clock.now();
    const { 'people.sessionIdleDays': idleDays, 'people.sessionMaxDays': maxDays } = rules();
    if (personId !== null && !standing(personId)) return false;
    return now - beganAt < maxDays * dayMs && (cuts.size > 0 || now - lastUsedAt < idleDays * dayMs);
  }

  function sweep(): void {
    for (const session of sessions.filter((one) => !isAlive(one))) end(session);
  }

  function callerOfSession({ id, personId, provedAt }: Session): Caller {
    const session = { way: 'session', provedAt, sessionId: id } as const;
    // A link is the owner's, also before there is an account of theirs.
    if (personId === null) return { role: 'owner', personId, ...session };
    const { role, owesTotp } = standing(personId) ?? { role: 'viewer', owesTotp: true };
    return { role, personId, owesTotp, ...session };
  }

  function inUse(session: Session): SessionInUse {
    const name = session.personId === null ? 'the owner' : standing(session.personId)?.name;
    return {
      id: session.id,
      personId: session.personId,
      label: `${name}, session ${session.id}`,
      caller: () => callerOfSession(session),
      enter(cut) {
        touch(session);
        session.cuts.add(cut);
        return () => {
          if (session.cuts.delete(cut)) touch(session);
        };
      },
      proved() {
        const halves = makeHalves();
        session.cookie = digestOf(halves.cookie);
        session.page = digestOf(halves.page);
        session.provedAt = clock.now();
        touch(session);
        return halves;
      },
      end: () => end(session),
    };
  }

  return {
    open(opening, at) {
      sweep();
      const theirs = sessions.filter(({ personId }) => personId === opening.personId);
      const idlest = theirs.sort((a, b) => a.lastUsedAt - b.lastUsedAt);
      for (const session of idlest.slice(0, Math.max(0, theirs.length + 1 - sessionsMax))) end(session);
      const halves = makeHalves();
      const now = clock.now();
      const made = {
        ...opening,
        at,
        id: randomBytes(4).toString('hex'),
        beganAt: now,
        provedAt: now,
        lastUsedAt: now,
        cookie: digestOf(halves.cookie),
        page: digestOf(halves.page),
        cuts: new Set<never>(),
      };
      sessions = [...sessions, made];
      return halves;
    },
    find({ cookies, page }) {
      const given = { cookies: cookies.map(digestOf), page: digestOf(page ?? '') };
      // Every session and every half is compared, whatever the outcome of the others.
      const found = sessions.filter((session) => belongs(session, given)).find(isAlive);
      return found && inUse(found);
    },
    list() {
      sweep();
      return [...sessions]
        .sort((a, b) => b.lastUsedAt - a.lastUsedAt)
        .map(({ id, personId, device, address, beganAt, lastUsedAt }) => ({
          ...{ id, personId, device, address, beganAt },
          lastUsedAt,
        }));
    },
    end(id) {
      const session = sessions.find((one) => one.id === id);
      if (session) end(session);
      return session !== undefined;
    },
    endOf(personId, keep) {
      for (const one of sessions.filter((session) => session.personId === personId && session.id !== keep)) end(one);
    },
    adopt(personId) {
      for (const session of sessions) session.personId ??= personId;
    },
    sweep,
    endMadeAt(host) {
      sessions = sessions.filter(({ at }) => at !== host && !isEveryAddress(host));
    },
  };
}

function belongs(session: Session, given: { readonly cookies: readonly Buffer[]; readonly page: Buffer }): boolean {
  const cookies = given.cookies.filter((digest) => timingSafeEqual(digest, session.cookie));
  return timingSafeEqual(given.page, session.page) && cookies.length > 0;
}

function makeHalves(): MadeHalves {
  const half = () => randomBytes(halfBytes).toString('base64url');
  return { cookie: half(), page: half() };
}
