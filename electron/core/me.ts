// What people do about themselves: name, password, authenticator, recovery codes. At the machine, and by its link, one is the
// owner; where there is no owner's account yet, choosing a name and a password makes it.

import { KeyhatchError } from '../../shared/errors.ts';
import {
  type Caller,
  type OwnFacts,
  provedForMs,
  type RecoveryCodes,
  type TotpBegun,
} from '../../shared/people-model.ts';
import type { PersonProofs } from '../../shared/person-proofs.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import type { RecordHistory } from './history.ts';
import type { Invites } from './invites.ts';
import { memberDefaults } from './member-limits.ts';
import { type KeptPerson, type People, subjectOf } from './people.ts';
import { makeRecoveryCodes, type ProofShelf } from './proof-shelf.ts';
import type { SignIn } from './sign-in.ts';
import type { SignInLimits } from './sign-in-limits.ts';

export type MePorts = {
  readonly people: People;
  readonly proofs: ProofShelf;
  readonly signIn: SignIn;
  readonly invites: Pick<Invites, 'endResets'>;
  readonly limits: Pick<SignInLimits, 'checkCodes' | 'codeFailed' | 'codeFits'>;
  /** Whether a session still lives. */
  readonly sessionLives: (sessionId: string) => boolean;
  readonly authenticator: {
    readonly begin: (label: string) => TotpBegun;
    readonly stepOf: (secret: string, code: string, nowMs: number) => number | undefined;
  };
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly record: RecordHistory;
};

export type Me = {
  readonly get: (caller: Caller) => Promise<OwnFacts>;
  readonly rename: (caller: Caller, name: string) => Promise<OwnFacts>;
  readonly setPassword: (
    caller: Caller,
    input: { readonly password: string; readonly name?: string | undefined },
  ) => Promise<OwnFacts>;
  readonly beginTotp: (caller: Caller) => TotpBegun;
  readonly confirmTotp: (caller: Caller, code: string) => Promise<RecoveryCodes>;
  readonly removeTotp: (caller: Caller) => Promise<OwnFacts>;
  readonly newRecoveryCodes: (caller: Caller) => Promise<RecoveryCodes>;
};

/** How long a secret waits for its first code. */
const begunForMs = 10 * 60_000;

export function createMe(ports: MePorts): Me {
  const { people, proofs, signIn, invites, clock, record } = ports;
  const begun = new Map<string, { readonly secret: string; readonly until: number }>();

  function meOf({ personId, role, way }: Caller): KeptPerson | undefined {
    if (personId !== null) return people.find(personId);
    return role === 'owner' && way !== 'admin_key' ? people.firstOwner() : undefined;
  }

  /** @throws KeyhatchError `input_invalid` where there is no account to be somebody's yet */
  function mine(caller: Caller): KeptPerson {
    const person = meOf(caller);
    if (person) return person;
    throw new KeyhatchError('input_invalid', { details: { reason: 'Choose a name and a password first' } });
  }

  async function facts(caller: Caller): Promise<OwnFacts> {
    const person = meOf(caller);
    // Nothing of this page is lost while the vault is locked but the number of codes.
    if (person?.totp) await proofs.get(person.id).catch(() => undefined);
    return {
      person: person ? people.facts(person) : null,
      role: caller.role,
      way: caller.way,
      provedUntil: caller.way === 'session' ? (caller.provedAt ?? 0) + provedForMs : null,
      owesTotp: caller.owesTotp === true,
      recoveryCodesLeft: person ? proofs.codesLeft(person.id) : 0,
      newKey: person?.role === 'member' ? memberDefaults(person.limits, ports.settings()) : null,
    };
  }

  /** What was asked may take a while, and whoever asked may be put out meanwhile. @throws KeyhatchError `session_required` */
  function checkStill({ sessionId }: Caller): void {
    if (sessionId !== undefined && !ports.sessionLives(sessionId)) throw new KeyhatchError('session_required');
  }

  /** Keeps what somebody proves themself with from now on, if they may still say so, and what belongs to it. */
  function keepProofs(
    caller: Caller,
    personId: string,
    patch: Partial<PersonProofs>,
    done?: () => void,
  ): Promise<void> {
    const still = () => {
      checkStill(caller);
      people.resolve(personId);
      return patch;
    };
    return proofs.put(personId, still, done);
  }

  const keep = ({ sessionId }: Caller) => (sessionId === undefined ? {} : { keep: sessionId });

  return {
    get: facts,
    async rename(caller, name) {
      const person = mine(caller);
      people.refuseTaken(name, person.id);
      people.put('edited', { ...person, name });
      return facts(caller);
    },
    async setPassword(caller, { password, name }) {
      const person = meOf(caller);
      if (!person) {
        if (name === undefined) mine(caller);
        await signIn.makeOwner(name ?? '', password, { checkStill: () => checkStill(caller) });
        return facts(caller);
      }
      await signIn.setPassword(person.id, password, { checkStill: () => checkStill(caller) });
      people.changed(person.id, keep(caller));
      return facts(caller);
    },
    beginTotp(caller) {
      const person = mine(caller);
      const made = ports.authenticator.begin(person.name);
      begun.set(person.id, { secret: made.secret, until: clock.now() + begunForMs });
      return made;
    },
    async confirmTotp(caller, code) {
      const { id } = mine(caller);
      const { secret, until } = begun.get(id) ?? { secret: '', until: 0 };
      if (until <= clock.now()) throw new KeyhatchError('totp_wrong');
      ports.limits.checkCodes(id);
      const step = ports.authenticator.stepOf(secret, code, clock.now());
      if (step === undefined || !people.takeTotpStep(id, step)) {
        ports.limits.codeFailed(id);
        throw new KeyhatchError('totp_wrong');
      }
      begun.delete(id);
      ports.limits.codeFits(id);
      const { codes, digests } = makeRecoveryCodes();
      await keepProofs(caller, id, { totp: secret, recovery: digests }, () => {
        people.put('totp_added', { ...people.resolve(id), totp: true });
        invites.endResets(id);
        people.changed(id, keep(caller));
      });
      return { codes };
    },
    async removeTotp(caller) {
      const { id } = mine(caller);
      await keepProofs(caller, id, { totp: null, recovery: [] }, () => {
        people.put('totp_removed', { ...people.resolve(id), totp: false });
        invites.endResets(id);
        people.changed(id, keep(caller));
      });
      return facts(caller);
    },
    async newRecoveryCodes(caller) {
      const person = mine(caller);
      if (!person.totp)
        throw new KeyhatchError('input_invalid', { details: { reason: 'Set up an authenticator first' } });
      const { codes, digests } = makeRecoveryCodes();
      await keepProofs(caller, person.id, { recovery: digests });
      record({ action: 'recovery_codes_made', subject: subjectOf(person) });
      return { codes };
    },
  };
}
