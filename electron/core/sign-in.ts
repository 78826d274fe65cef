// Proving who one is: with a name and a password, and a code where an authenticator is set up; or with a link that was given
// to one. A name that nobody has costs the same work as a wrong password and fails alike. Knows nothing of sessions.

import { KeyhatchError } from '../../shared/errors.ts';
import { personName } from '../../shared/names.ts';
import type { InviteFacts, PersonFacts } from '../../shared/people-model.ts';
import type { PersonProofs } from '../../shared/person-proofs.ts';
import type { Clock } from '../lib/clock.ts';
import { createFailureNotes } from '../lib/failure-notes.ts';
import { createTurns } from '../lib/turns.ts';
import type { RecordHistory } from './history.ts';
import { factsOf, freshPerson, type Invites, personOf } from './invites.ts';
import { unsuitablePassword } from './password-rules.ts';
import { type KeptPerson, type People, subjectOf } from './people.ts';
import { digestThatFits, type ProofShelf } from './proof-shelf.ts';
import type { SignInAttempt, SignInLimits } from './sign-in-limits.ts';

/** Works passwords out where no request is kept waiting. */
export type Hasher = {
  readonly hash: (password: string) => Promise<string>;
  /** With null it takes the same work and is never right. */
  readonly isRight: (password: string, hash: string | null) => Promise<boolean>;
};

export type SignInPorts = {
  readonly people: People;
  readonly invites: Invites;
  readonly proofs: ProofShelf;
  readonly limits: SignInLimits;
  readonly hasher: Hasher;
  readonly stepOf: (secret: string, code: string, nowMs: number) => number | undefined;
  readonly makeId: () => string;
  readonly clock: Clock;
  readonly record: RecordHistory;
};

/** What somebody shows for a name; a recovery code in the place of the authenticator's. */
export type Shown = {
  readonly name: string;
  readonly password: string;
  readonly totp?: string | undefined;
  readonly recovery?: string | undefined;
  readonly address: string;
};

/** Whoever asks for a new password. */
export type Asked = {
  /** Returns while they may still ask: working a password out takes a while. @throws KeyhatchError `session_required` */
  readonly checkStill: () => void;
};

export type SignIn = {
  /**
   * @throws KeyhatchError `sign_in_failed`, `totp_required`, `person_paused`, `sign_in_blocked`, `vault_locked`
   */
  readonly verify: (shown: Shown) => Promise<KeptPerson>;
  /** The same for somebody who is in already and says again who they are. */
  readonly prove: (personId: string, shown: Omit<Shown, 'name'>) => Promise<void>;
  /** What a link is for, without using it. @throws KeyhatchError `invite_invalid` */
  readonly lookAtInvite: (token: string) => InviteFacts;
  /**
   * Makes the person, or gives them the new password. Of two who use a link at once one comes too late.
   * @throws KeyhatchError `invite_invalid`, `password_unsuitable`, `name_taken`, `input_invalid`, `sign_in_blocked`,
   * `vault_locked`
   */
  readonly acceptInvite: (given: {
    readonly token: string;
    readonly name: string;
    readonly password: string;
    readonly address: string;
  }) => Promise<KeptPerson>;
  /**
   * Keeps a new password, unless they have another one by then. @throws KeyhatchError `password_unsuitable`,
   * `sign_in_blocked`, `vault_locked`, `session_required`
   */
  readonly setPassword: (personId: string, password: string, asked: Asked) => Promise<void>;
  /** Makes the account of the owner, where there is none. @throws KeyhatchError as above, `name_taken` */
  readonly makeOwner: (name: string, password: string, asked: Asked) => Promise<KeptPerson>;
};

export function createSignIn(ports: SignInPorts): SignIn {
  const { people, invites, proofs, limits, hasher, clock } = ports;
  const inTurn = createTurns();
  const noteFailure = createFailureRecord(ports);

  async function verify(shown: Shown): Promise<KeptPerson> {
    const { name, address } = shown;
    const person = people.byName(name);
    const attempt = { account: person?.id ?? `name ${name.trim().toLowerCase().slice(0, 80)}`, address };
    const ended = limits.take(attempt);
    try {
      return await verifyNow(person, shown, attempt);
    } finally {
      ended();
    }
  }

  async function verifyNow(
    person: KeptPerson | undefined,
    { password, totp, recovery, address }: Shown,
    attempt: SignInAttempt,
  ): Promise<KeptPerson> {
    // All of them, so that the vault is not asked for one who is there alone.
    await proofs.readAll(people.list().map(({ id }) => id));
    const kept = person ? await proofs.get(person.id) : undefined;
    const right = await hasher.isRight(password, kept?.password ?? null);
    const fail = (): KeyhatchError => {
      noteFailure(person, address);
      return limits.failed(attempt) ?? new KeyhatchError('sign_in_failed');
    };
    if (!right || !person || !kept) throw fail();
    if (person.status === 'paused') throw new KeyhatchError('person_paused');
    if (kept.totp !== null) {
      if (totp === undefined && recovery === undefined) throw new KeyhatchError('totp_required');
      const fits =
        recovery === undefined ? takeCode(person.id, kept.totp, totp ?? '') : await takeRecovery(person.id, recovery);
      if (!fits) throw fail();
    }
    limits.succeeded(attempt);
    return stillSo(person);
  }

  // Somebody may have been removed, paused or given a new password while theirs was worked out.
  function stillSo(before: KeptPerson): KeptPerson {
    const person = people.find(before.id);
    if (!person || person.passwordSetAt !== before.passwordSetAt) throw new KeyhatchError('sign_in_failed');
    if (person.status === 'paused') throw new KeyhatchError('person_paused');
    return person;
  }

  function takeCode(personId: string, secret: string, code: string): boolean {
    limits.checkCodes(personId);
    const step = ports.stepOf(secret, code, clock.now());
    const fits = step !== undefined && people.takeTotpStep(personId, step);
    if (fits) limits.codeFits(personId);
    else limits.codeFailed(personId);
    return fits;
  }

  async function takeRecovery(personId: string, code: string): Promise<boolean> {
    let fits = false;
    const without = ({ recovery }: PersonProofs) => {
      const used = digestThatFits(code, recovery);
      return used === undefined ? undefined : { recovery: recovery.filter((digest) => digest !== used) };
    };
    await proofs.put(personId, without, () => {
      fits = true;
      const person = people.find(personId);
      if (person) ports.record({ action: 'recovery_code_used', subject: subjectOf(person) });
    });
    return fits;
  }

  /** @param take counts it, and gives back what is to be called when it is worked out */
  async function hashed(password: string, name: string, take: () => () => void): Promise<string> {
    const reason = unsuitablePassword(password, name);
    if (reason !== undefined) throw new KeyhatchError('password_unsuitable', { details: { reason } });
    const ended = take();
    try {
      return await hasher.hash(password);
    } finally {
      ended();
    }
  }

  return {
    verify,
    async prove(personId, shown) {
      const person = people.find(personId);
      if (!person) throw new KeyhatchError('session_required');
      await verify({ ...shown, name: person.name });
    },
    lookAtInvite(token) {
      return factsOf(invites.find(token));
    },
    async acceptInvite({ token, name, password, address }) {
      invites.find(token);
      return inTurn(async () => {
        const invite = invites.find(token);
        const present = invite.personId === null ? undefined : people.find(invite.personId);
        const wanted = present?.name ?? nameOf(name);
        if (!present) people.refuseTaken(wanted, null);
        const hash = await hashed(password, wanted, () => limits.take({ account: 'a new password', address }));
        // Nobody may have taken it away meanwhile.
        const still = invites.find(token);
        const id = present?.id ?? ports.makeId();
        if (present && !people.find(id)) throw new KeyhatchError('invite_invalid');
        if (!present) people.refuseTaken(wanted, null);
        const patch = () => {
          invites.find(token);
          return { password: hash };
        };
        await proofs.put(id, patch, () => {
          invites.take(still);
          if (present) people.put('password_set', { ...people.resolve(id), passwordSetAt: clock.now() });
          else people.put('joined', personOf(still, id, wanted, clock.now()));
        });
        return people.resolve(id);
      });
    },
    async setPassword(personId, password, { checkStill }) {
      const before = people.resolve(personId);
      const hash = await hashed(password, before.name, () => limits.takeChange(personId));
      const patch = () => {
        checkStill();
        // Set anew or reset meanwhile: whoever did so knew better.
        if (people.find(personId)?.passwordSetAt !== before.passwordSetAt) throw new KeyhatchError('session_required');
        return { password: hash };
      };
      await proofs.put(personId, patch, () => {
        const person = people.find(personId);
        if (person) people.put('password_set', { ...person, passwordSetAt: clock.now() });
        invites.endResets(personId);
      });
    },
    makeOwner: (name, password, { checkStill }) =>
      inTurn(async () => {
        const refuse = () => {
          // Somebody was faster: it is theirs, and this is not to become a second one.
          if (people.firstOwner()) throw new KeyhatchError('not_permitted');
          people.refuseTaken(name, null);
        };
        refuse();
        const hash = await hashed(password, name, () => limits.takeChange('the first owner'));
        refuse();
        checkStill();
        const id = ports.makeId();
        await proofs.put(id, { password: hash });
        const owner = people.put('created', { ...freshPerson(id, name, clock.now()), role: 'owner' });
        people.changed(id, { made: true });
        return owner;
      }),
  };
}

// Strangers choose it, at two doors: what the contract asks of every other name is asked of theirs here.
function nameOf(chosen: string): string {
  const read = personName.safeParse(chosen);
  if (read.success) return read.data;
  const reason = 'This name cannot be used: it needs 1 to 80 letters, all of which can be seen';
  throw new KeyhatchError('input_invalid', { details: { reason } });
}

/** Nobody's name is written down, it may be a password; and known names are no more work than others. */
function createFailureRecord({ record, clock }: Pick<SignInPorts, 'record' | 'clock'>) {
  const notes = createFailureNotes({ clock });
  return (person: Pick<PersonFacts, 'id' | 'name'> | undefined, address: string): void => {
    const which = notes.take(address);
    if (which === undefined) return;
    const { id, name } = person ?? { id: 'nobody', name: 'a name that nobody has' };
    const [subject, detail] =
      which === 'this'
        ? [{ kind: 'sign_in', id, name } as const, `from ${address}`]
        : [{ kind: 'sign_in', id: 'more', name: 'further names' } as const, 'and more, from other addresses'];
    record({ action: 'sign_in_failed', subject, detail });
  };
}
