// Links that let somebody in once: invitations, which make a person, and resets, which let one who is there choose a new
// password. Keeps digests of their tokens; a token is told once, to whoever made it.

import { randomBytes } from 'node:crypto';
import { KeyhatchError } from '../../shared/errors.ts';
import {
  type Caller,
  type InviteFacts,
  type MadeInvite,
  type NewInvite,
  type Role,
  usualMemberLimits,
} from '../../shared/people-model.ts';
import type { Clock } from '../lib/clock.ts';
import { digestOf } from '../lib/digest.ts';
import type { RecordHistory } from './history.ts';
import { isAbove, type KeptPerson, mayTouch, type People, withLimits } from './people.ts';
import { checkProved } from './permissions.ts';
import type { ProofShelf } from './proof-shelf.ts';

/** `personId`: whom a reset is for; `invitedBy`: the person or the admin key that made it, null where it was the machine. */
export type KeptInvite = InviteFacts & {
  readonly digest: string;
  readonly personId: string | null;
  readonly invitedBy: string | null;
};

export type InviteStore = {
  readonly list: (nowMs: number) => readonly KeptInvite[];
  readonly find: (digest: string) => KeptInvite | undefined;
  readonly add: (invite: KeptInvite) => void;
  readonly take: (id: string) => boolean;
  readonly dropOf: (personId: string) => void;
  readonly dropEnded: (nowMs: number) => void;
};

export type InvitePorts = {
  readonly store: InviteStore;
  readonly people: People;
  readonly proofs: ProofShelf;
  /** The page that opens with such a token. @throws KeyhatchError `not_running`, `dashboard_off` */
  readonly urlOf: (token: string) => string;
  readonly makeId: () => string;
  /** Whether an admin key may act now. */
  readonly keyMayAct: (keyId: string) => boolean;
  readonly clock: Clock;
  readonly record: RecordHistory;
};

export type Invites = {
  /** @throws KeyhatchError `not_permitted`, `owner_session_required`, `proof_required`, `not_running`, `dashboard_off` */
  readonly invite: (input: NewInvite, caller: Caller) => MadeInvite;
  readonly list: () => InviteFacts[];
  /** @throws KeyhatchError `invite_not_found`, `not_permitted` */
  readonly cancel: (id: string, caller: Caller) => InviteFacts[];
  /** @throws KeyhatchError `person_not_found`, `vault_locked`, `not_running`, `dashboard_off` */
  readonly resetPassword: (ref: string, caller: Caller) => Promise<MadeInvite>;
  /** The invitation that a token is for, while whoever made it may still do so. @throws KeyhatchError `invite_invalid` */
  readonly find: (token: string) => KeptInvite;
  /** Uses it up. @throws KeyhatchError `invite_invalid` where somebody else just did */
  readonly take: (invite: KeptInvite) => void;
  /** To be called when somebody has a new password, or their authenticator came or went. */
  readonly endResets: (personId: string) => void;
};

const dayMs = 86_400_000;
const resetLifeMs = 3 * dayMs;
const tokenBytes = 32;
/** Before the id of a key, so that it is not taken for a person’s. */
const keyMark = 'key:';

export function createInvites(ports: InvitePorts): Invites {
  const { store, people, clock, record } = ports;

  type Given = Pick<InviteFacts, 'kind' | 'role' | 'name' | 'limits'>;

  type Whose = Pick<KeptInvite, 'personId' | 'invitedBy'>;

  function make(given: Given, lifeMs: number, whose: Whose): MadeInvite {
    const now = clock.now();
    store.dropEnded(now);
    const token = randomBytes(tokenBytes).toString('base64url');
    // Where there is no page to open it with, nothing is made.
    const url = ports.urlOf(token);
    const invite: InviteFacts = { ...given, id: ports.makeId(), createdAt: now, expiresAt: now + lifeMs };
    store.add({ ...invite, digest: digestText(token), ...whose });
    return { ...invite, token, url };
  }

  const list = () => store.list(clock.now()).filter(stillStands).map(factsOf);

  return {
    invite({ role, name, limits, expiresInMs }, caller) {
      mayTouch(caller, role, role);
      if (isAbove(role)) checkProved(caller, clock.now());
      const given = withLimits(usualMemberLimits, limits ?? {});
      const whose = { personId: null, invitedBy: inviterOf(caller) };
      const made = make({ kind: 'invite', role, name: name ?? null, limits: given }, expiresInMs, whose);
      const subject = { kind: 'person', id: made.id, name: name ?? `a new ${role}` } as const;
      record({ action: 'invited', subject, after: { role, limits: given, expiresAt: made.expiresAt } });
      return made;
    },
    list,
    cancel(id, caller) {
      const invite = store.list(clock.now()).find((one) => one.id === id);
      if (!invite) throw new KeyhatchError('invite_not_found');
      mayTouch(caller, invite.role, invite.role);
      if (!store.take(id)) throw new KeyhatchError('invite_not_found');
      const subject = { kind: 'person', id, name: invite.name ?? `a new ${invite.role}` } as const;
      record({ action: 'invite_cancelled', subject });
      return list();
    },
    async resetPassword(ref, caller) {
      const { id } = people.resolve(ref);
      // A link first, while nothing is lost: where none can be made, nothing is taken away.
      ports.urlOf('');
      // A password that is being changed meanwhile finds all of it done, or comes before it.
      await ports.proofs.put(id, { password: null, totp: null, recovery: [] }, () => {
        const person = people.resolve(id);
        store.dropOf(id);
        people.put('password_reset', { ...person, passwordSetAt: null, totp: false });
        people.changed(id, {});
      });
      const { role, name, limits } = people.resolve(id);
      return make({ kind: 'reset', role, name, limits }, resetLifeMs, { personId: id, invitedBy: inviterOf(caller) });
    },
    find(token) {
      const invite = store.find(digestText(token));
      if (!invite || invite.expiresAt <= clock.now() || !stillStands(invite)) throw new KeyhatchError('invite_invalid');
      return invite;
    },
    take(invite) {
      if (!store.take(invite.id)) throw new KeyhatchError('invite_invalid');
    },
    endResets: store.dropOf,
  };

  function stillStands({ kind, role, personId, invitedBy }: KeptInvite): boolean {
    if (kind === 'reset' && !isReset(people.find(personId ?? ''))) return false;
    if (invitedBy === null) return true;
    if (invitedBy.startsWith(keyMark)) return ports.keyMayAct(invitedBy.slice(keyMark.length));
    const inviter = people.find(invitedBy);
    return inviter?.status === 'active' && mayStillMake(inviter.role, kind, role);
  }
}

/** What is kept of who made it: what a key made ends with the key, so one that cannot be told makes nothing that stands. */
function inviterOf({ way, personId, adminKeyId = '' }: Caller): string | null {
  return way === 'admin_key' ? keyMark + adminKeyId : personId;
}

/** Whether somebody is as a reset left them: its link gets past no password and no authenticator that came after it. */
function isReset(person: KeptPerson | undefined): boolean {
  return person?.passwordSetAt === null && !person.totp;
}

/** Resets are an owner's; managers invite whom they may touch. */
function mayStillMake(inviter: Role, kind: InviteFacts['kind'], role: Role): boolean {
  return inviter === 'owner' || (inviter === 'manager' && kind === 'invite' && !isAbove(role));
}

/** Who an invitation makes. */
export function personOf(invite: KeptInvite, id: string, name: string, nowMs: number): KeptPerson {
  const { role, limits } = invite;
  return { ...freshPerson(id, name, nowMs), role, limits };
}

/** Somebody who was just made and has a password. */
export function freshPerson(id: string, name: string, nowMs: number): Omit<KeptPerson, 'role'> {
  return {
    id,
    name,
    status: 'active',
    createdAt: nowMs,
    lastSeenAt: nowMs,
    totp: false,
    passwordSetAt: nowMs,
    limits: usualMemberLimits,
    totpStep: 0,
  };
}

// 256 bits are looked up by their digest alone: nobody can guess towards one.
function digestText(token: string): string {
  return digestOf(token).toString('base64url');
}

export function factsOf({
  digest: _digest,
  personId: _personId,
  invitedBy: _invitedBy,
  ...facts
}: KeptInvite): InviteFacts {
  return facts;
}
