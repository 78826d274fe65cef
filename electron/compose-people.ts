// The part of composing that joins people: who they are, what they prove themselves with, their sessions and what is theirs.
// Used by compose.ts alone.

import type { ActorKind } from '../shared/history-model.ts';
import type { Caller } from '../shared/people-model.ts';
import type { Ledger } from './compose-ledger.ts';
import { mayAct } from './core/admin-keys.ts';
import type { RecordHistory } from './core/history.ts';
import { createInvites, type InvitePorts } from './core/invites.ts';
import type { KeyRegistry } from './core/key-registry.ts';
import type { Keys } from './core/keys.ts';
import { createMe, type Me } from './core/me.ts';
import { keyWithin } from './core/member-limits.ts';
import { createSeenBy, type Seen } from './core/own-view.ts';
import { createPeople, type People, type PeopleForTokens } from './core/people.ts';
import { createPeopleCalls, type PeopleCalls } from './core/people-calls.ts';
import { createProofShelf, type ProofVault } from './core/proof-shelf.ts';
import { createSessionList, type SessionList } from './core/session-list.ts';
import { createSignIn, type SignIn } from './core/sign-in.ts';
import { createSignInLimits } from './core/sign-in-limits.ts';
import type { Dashboard, DashboardPorts } from './dashboard/dashboard.ts';
import type { Acting } from './lib/acting.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';
import { holderIdOf } from './lib/token-holder.ts';
import { createAuthenticator } from './passwords/authenticator.ts';
import { createPasswordHasher } from './passwords/password-threads.ts';
import type { SettingsBook } from './settings/settings-book.ts';
import type { Shell } from './shell.ts';

export type JoinedPeople = {
  readonly people: People;
  readonly forTokens: PeopleForTokens;
  readonly calls: { readonly people: PeopleCalls; readonly me: Me; readonly sessions: SessionList };
  /** The house as whoever asks may see it. */
  readonly seenBy: (house: Seen) => (caller: Caller) => Seen;
  /** What the dashboard asks of them. */
  readonly door: Pick<SignIn, 'lookAtInvite'> & DashboardPorts['people'] & Pick<DashboardPorts, 'hasPassword'>;
};

export function joinPeople(options: {
  readonly shell: Pick<Shell, 'passwordWorker'>;
  readonly ledger: Pick<Ledger, 'keyTable' | 'peopleTable' | 'inviteTable'>;
  readonly secrets: ProofVault;
  readonly settings: SettingsBook;
  readonly registry: () => KeyRegistry;
  readonly keys: () => Keys;
  readonly dashboard: () => Pick<Dashboard, 'pageUrl' | 'sessions' | 'look'>;
  readonly makeId: () => string;
  readonly onKeyChange: (keyId: string) => void;
  readonly acting: Acting;
  readonly record: RecordHistory;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly log: Log;
}): JoinedPeople {
  const { ledger, settings, registry, dashboard, makeId, lifetime, record, clock, log } = options;
  const hasher = createPasswordHasher(options.shell.passwordWorker);
  lifetime.own('passwords', hasher.close);
  const proofs = createProofShelf(options.secrets);
  const keysOf = (personId: string) =>
    registry()
      .all()
      .filter((key) => key.personId === personId);
  // By its id, and one after the other: what fails with one key must not spare the rest.
  const eachOf = (those: readonly { readonly id: string }[], act: (id: string) => unknown) => {
    for (const { id } of those) {
      try {
        act(id);
      } catch (error) {
        log.error('a key could not be brought in line with its person', { key: id, error });
      }
    }
  };
  const people = createPeople({
    store: {
      ...ledger.peopleTable,
      noteSeen(personId, atMs) {
        try {
          ledger.peopleTable.noteSeen(personId, atMs);
        } catch (error) {
          // It follows from every use, and no use may fail for it.
          log.warn('when a person was last seen could not be noted', { error });
        }
      },
    },
    clock,
    record,
    keys: {
      countOf: (personId) => keysOf(personId).filter(({ revokedAt }) => revokedAt === null).length,
      personChanged(personId) {
        for (const { id } of keysOf(personId)) options.onKeyChange(id);
      },
      clamp(personId, limits) {
        const over = keysOf(personId).filter((key) => key.revokedAt === null && keyWithin(key, limits) !== key);
        // Every change brings a key under its person's limits; these have none of their own.
        eachOf(over, (id) => options.keys().edit({ ref: id }, true));
      },
      revokeAll(personId) {
        eachOf(
          keysOf(personId).filter(({ revokedAt }) => revokedAt === null),
          (id) => options.keys().revoke(id),
        );
      },
    },
    forget(personId) {
      ledger.inviteTable.dropOf(personId);
      proofs
        .remove(personId)
        .catch((error: unknown) => log.warn('what a person proved themself with stays', { error }));
    },
  });
  people.onChanged((personId, { keep, made }) => {
    const { sessions, look } = dashboard();
    // Other machines may reach it once somebody can sign in from there.
    void look();
    if (made) sessions.adopt(personId);
    else sessions.endOf(personId, keep);
  });
  const urlOf: InvitePorts['urlOf'] = (token) => dashboard().pageUrl(`invite/${token}`);
  const keyMayAct = (keyId: string) => {
    const key = registry().get(keyId);
    return key !== undefined && mayAct(key, clock.now());
  };
  const store = ledger.inviteTable;
  const invites = createInvites({ store, people, proofs, urlOf, makeId, keyMayAct, clock, record });
  const limits = createSignInLimits({ clock });
  const authenticator = createAuthenticator();
  const { stepOf } = authenticator;
  const signIn = createSignIn({ people, invites, proofs, limits, hasher, stepOf, makeId, clock, record });
  // Nobody is signed in yet; which link it was says who let them in.
  const acceptAs = (kind: ActorKind) => (given: Parameters<SignIn['acceptInvite']>[0]) => {
    const { id } = signIn.lookAtInvite(given.token);
    return options.acting.as({ kind, detail: `invitation ${id}, ${given.address}` }, () => signIn.acceptInvite(given));
  };
  return {
    people,
    forTokens: {
      verify: async (name, password, totp, address) =>
        people.facts(await signIn.verify({ name, password, totp, address })),
      get(personId) {
        const person = people.find(personId);
        return person && people.facts(person);
      },
      onChanged: (listen) => people.onChanged((personId, { made }) => made ?? listen(personId)),
      acceptInvite: async (given) => people.facts(await acceptAs('api')(given)),
    },
    calls: {
      people: createPeopleCalls({ people, invites }),
      me: createMe({
        ...{ people, proofs, signIn, invites, limits, authenticator, clock, record },
        settings: settings.get,
        sessionLives: (sessionId) =>
          dashboard()
            .sessions.list()
            .some(({ id }) => id === sessionId),
      }),
      sessions: createSessionList({ sessions: () => dashboard().sessions, people, record }),
    },
    seenBy: (house) =>
      createSeenBy({
        house,
        kept: (keyId) => registry().get(keyId),
        person: people.resolve,
        roleOf: (personId) => people.find(personId)?.role,
        limitsOf: (personId) => people.resolve(personId).limits,
        keyIdsOf: (personId) => [holderIdOf(personId), ...ledger.keyTable.idsOf(personId)],
        settings: settings.get,
        clock,
      }),
    door: {
      signIn: signIn.verify,
      prove: signIn.prove,
      lookAtInvite: signIn.lookAtInvite,
      acceptInvite: async (given) => acceptAs('dashboard')(given),
      owner: () => people.firstOwner()?.id ?? null,
      hasPassword: () =>
        people.list().some(({ status, passwordSetAt }) => status === 'active' && passwordSetAt !== null),
      standing(personId) {
        const person = people.find(personId);
        if (person?.status !== 'active') return undefined;
        const { name, role, totp } = person;
        return { name, role, owesTotp: !totp && settings.get()['people.totpRequiredFor'].includes(role) };
      },
      seen: people.noteSeen,
      note(action, personId, detail) {
        const person = personId === null ? undefined : people.find(personId);
        const name = person?.name ?? 'the owner';
        if (person && action === 'signed_in') people.noteSeen(person.id);
        options.acting.as({ kind: 'dashboard', detail: name }, () =>
          record({
            action,
            subject: { kind: 'sign_in', id: person?.id ?? 'owner', name },
            detail,
          }),
        );
      },
    },
  };
}
