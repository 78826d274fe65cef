// What is done with people: who there are, what they are and may have, and taking that away again. All of them are in memory,
// because every call and every request asks; whoever is not there may do nothing. Proofs and links lie in files beside.

import { KeyhatchError } from '../../shared/errors.ts';
import { nameSkeleton } from '../../shared/names.ts';
import {
  type Caller,
  type MemberLimits,
  type MemberLimitsPatch,
  memberLimits,
  type PersonEdit,
  type PersonFacts,
  type Role,
} from '../../shared/people-model.ts';
import type { Clock } from '../lib/clock.ts';
import { createOnceAMinute } from '../lib/once-a-minute.ts';
import type { RecordHistory } from './history.ts';
import { checkProved } from './permissions.ts';

/** A person as storage keeps them. `totpStep`: the last step of time whose code was used. */
export type KeptPerson = Readonly<Omit<PersonFacts, 'keys'>> & { readonly totpStep: number };

export type PeopleStore = {
  readonly list: () => readonly KeptPerson[];
  readonly put: (person: KeptPerson) => void;
  readonly remove: (id: string, nowMs: number) => void;
  readonly nameOf: (id: string) => string | undefined;
  readonly noteSeen: (id: string, atMs: number) => void;
  readonly takeTotpStep: (id: string, step: number) => boolean;
};

export type PeoplePorts = {
  readonly store: PeopleStore;
  readonly clock: Clock;
  readonly record: RecordHistory;
  readonly keys: {
    /** How many a person has that have not been revoked. */
    readonly countOf: (personId: string) => number;
    /** Told after every change of a person: what their keys may is looked at anew. */
    readonly personChanged: (personId: string) => void;
    /** Brings all of a person's keys under these limits; neither this nor `revokeAll` throws. */
    readonly clamp: (personId: string, limits: MemberLimits) => void;
    readonly revokeAll: (personId: string) => void;
  };
  /** Takes away what a person who was removed could prove themself with. */
  readonly forget: (personId: string) => void;
};

/**
 * Told when what a person is or proves themself with has changed: role, password, authenticator, pause, removal, and with
 * `made` that there is an owner's account now. Whatever they hold ends then, except for one session.
 */
export type PersonListener = (personId: string, how: { readonly keep?: string; readonly made?: true }) => void;

/** What tokens that stand for a person are made and judged with. */
export type PeopleForTokens = {
  /** @throws KeyhatchError `sign_in_failed`, `totp_required`, `sign_in_blocked`, `person_paused`, `vault_locked` */
  readonly verify: (name: string, password: string, totp: string | undefined, address: string) => Promise<PersonFacts>;
  /** By id; undefined once they are removed. */
  readonly get: (personId: string) => PersonFacts | undefined;
  /** Told when role, password, authenticator or pause changed, or they were removed: what they hold ends then. */
  readonly onChanged: (listen: (personId: string) => void) => () => void;
  /** @throws KeyhatchError `invite_invalid`, `password_unsuitable`, `name_taken`, `sign_in_blocked`, `vault_locked` */
  readonly acceptInvite: (given: {
    readonly token: string;
    readonly name: string;
    readonly password: string;
    readonly address: string;
  }) => Promise<PersonFacts>;
};

export type People = {
  readonly list: () => PersonFacts[];
  /** @throws KeyhatchError `person_not_found` */
  readonly get: (ref: string) => PersonFacts;
  /** @throws KeyhatchError `not_permitted`, `owner_session_required`, `proof_required`, `last_owner`, `name_taken`, `person_not_found` */
  readonly edit: (edit: PersonEdit, caller: Caller) => PersonFacts;
  /** @throws KeyhatchError `last_owner`, `person_not_found` */
  readonly remove: (ref: string) => PersonFacts;
  /** By id, from memory; undefined once they are removed. */
  readonly find: (id: string) => KeptPerson | undefined;
  readonly byName: (name: string) => KeptPerson | undefined;
  /** The person that people mean by an id or a name. @throws KeyhatchError `person_not_found` */
  readonly resolve: (ref: string) => KeptPerson;
  readonly facts: (person: KeptPerson) => PersonFacts;
  /** Also of somebody who was removed. */
  readonly nameOf: (id: string) => string;
  /** Whom a link of the machine signs in as: the owner who was there first, of those with a password if any has one. */
  readonly firstOwner: () => KeptPerson | undefined;
  /** Keeps somebody new or changed. The caller has seen to it that they may be so. */
  readonly put: (action: string, person: KeptPerson) => KeptPerson;
  /** Says that what they are or prove themself with has changed. */
  readonly changed: PersonListener;
  /** @throws KeyhatchError `name_taken`, also for one that looks the same */
  readonly refuseTaken: (name: string, ownId: string | null) => void;
  readonly noteSeen: (id: string) => void;
  /** Takes a step of time for this person; false where it or a later one was used before. */
  readonly takeTotpStep: (id: string, step: number) => boolean;
  readonly onChanged: (listen: PersonListener) => () => void;
  /** Takes over what storage now says of all of them. */
  readonly reload: () => void;
};

export function createPeople(ports: PeoplePorts): People {
  const { store, clock, record } = ports;
  const people = new Map<string, KeptPerson>();
  reload();
  const listeners = new Set<PersonListener>();

  const isWorthNoting = createOnceAMinute(clock);

  function reload(): void {
    people.clear();
    for (const person of store.list()) people.set(person.id, person);
  }

  const facts = ({ totpStep: _totpStep, ...person }: KeptPerson): PersonFacts => ({
    ...person,
    keys: ports.keys.countOf(person.id),
  });
  const byName = (name: string) =>
    [...people.values()].find((person) => person.name.toLowerCase() === name.trim().toLowerCase());

  function resolve(ref: string): KeptPerson {
    const found = people.get(ref) ?? byName(ref);
    if (!found) throw new KeyhatchError('person_not_found', { details: { ref } });
    return found;
  }

  function refuseTaken(name: string, ownId: string | null): void {
    const wanted = nameSkeleton(name);
    const isTaken = [...people.values()].some((one) => one.id !== ownId && nameSkeleton(one.name) === wanted);
    if (isTaken) throw new KeyhatchError('name_taken', { details: { name } });
  }

  function put(action: string, person: KeptPerson): KeptPerson {
    const before = people.get(person.id);
    store.put(person);
    people.set(person.id, person);
    record({ action, subject: subjectOf(person), before: before && noted(before), after: noted(person) });
    ports.keys.personChanged(person.id);
    return person;
  }

  const changed: PersonListener = (personId, how) => {
    for (const listen of [...listeners]) listen(personId, how);
  };

  function refuseLastOwner(person: KeptPerson): void {
    const canSignIn = (one: KeptPerson) =>
      one.role === 'owner' && one.status === 'active' && one.passwordSetAt !== null;
    const others = [...people.values()].filter((one) => one.id !== person.id && canSignIn(one));
    if (person.role === 'owner' && others.length === 0)
      throw new KeyhatchError('last_owner', { details: { name: person.name } });
  }

  function edit(input: PersonEdit, caller: Caller): PersonFacts {
    const person = resolve(input.ref);
    mayTouch(caller, person.role, input.role);
    const after: KeptPerson = {
      ...person,
      name: input.name ?? person.name,
      role: input.role ?? person.role,
      status: input.status ?? person.status,
      limits: withLimits(person.limits, input.limits ?? {}),
    };
    if (input.name !== undefined) refuseTaken(input.name, person.id);
    const [newRole, newStatus] = [after.role !== person.role, after.status !== person.status];
    if (newRole || (newStatus && after.status === 'paused')) refuseLastOwner(person);
    if (newRole) checkProved(caller, clock.now());
    put(newStatus ? (after.status === 'paused' ? 'paused' : 'resumed') : 'edited', after);
    // Whatever becomes of keys: what they hold has ended by then.
    if (newRole || newStatus) changed(after.id, {});
    if (input.limits !== undefined) ports.keys.clamp(after.id, after.limits);
    return facts(after);
  }

  return {
    list: () => [...people.values()].map(facts),
    get: (ref) => facts(resolve(ref)),
    edit,
    remove(ref) {
      const person = resolve(ref);
      refuseLastOwner(person);
      const last = facts(person);
      store.remove(person.id, clock.now());
      people.delete(person.id);
      record({ action: 'removed', subject: subjectOf(person), before: noted(person) });
      changed(person.id, {});
      ports.keys.revokeAll(person.id);
      ports.forget(person.id);
      return last;
    },
    find: (id) => people.get(id),
    byName,
    resolve,
    facts,
    nameOf: (id) => people.get(id)?.name ?? store.nameOf(id) ?? id,
    firstOwner() {
      const owners = [...people.values()].filter(({ role, status }) => role === 'owner' && status === 'active');
      // One without may have come by a backup, with nobody having said who that is.
      return owners.find(({ passwordSetAt }) => passwordSetAt !== null) ?? owners[0];
    },
    put,
    changed,
    refuseTaken,
    noteSeen(id) {
      const person = people.get(id);
      if (!person || !isWorthNoting(id)) return;
      const lastSeenAt = clock.now();
      store.noteSeen(id, lastSeenAt);
      people.set(id, { ...person, lastSeenAt });
    },
    takeTotpStep(id, step) {
      const person = people.get(id);
      if (!person || !store.takeTotpStep(id, step)) return false;
      people.set(id, { ...person, totpStep: step });
      return true;
    },
    reload,
    onChanged(listen) {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
  };
}

export function subjectOf({ id, name }: Pick<KeptPerson, 'id' | 'name'>) {
  return { kind: 'person', id, name } as const;
}

function noted({ totpStep: _totpStep, lastSeenAt: _lastSeenAt, ...person }: KeptPerson) {
  return person;
}

export function withLimits(limits: MemberLimits, patch: MemberLimitsPatch): MemberLimits {
  const named = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  return memberLimits.parse({ ...limits, ...named });
}

/** Those whom managers do not touch. */
export const isAbove = (role: Role): boolean => role === 'owner' || role === 'manager';

/**
 * Managers touch members and viewers alone, and make nobody more than that; programs neither, nor do they change a role.
 * @throws KeyhatchError `not_permitted`, and `owner_session_required` for a program
 */
export function mayTouch(caller: Caller, from: Role, to: Role | undefined): void {
  const touchesAbove = isAbove(from) || (to !== undefined && isAbove(to));
  const changesRole = to !== undefined && to !== from;
  if (touchesAbove && caller.role !== 'owner') throw new KeyhatchError('not_permitted');
  if ((touchesAbove || changesRole) && caller.way === 'admin_key') throw new KeyhatchError('owner_session_required');
}
