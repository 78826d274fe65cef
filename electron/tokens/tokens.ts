// People's short-lived tokens: signing in for them, exchanging and ending them, and what the gateway asks about one on every
// request. Whether a password is right is decided elsewhere; which tokens count is decided here, from memory.

import { randomBytes } from 'node:crypto';
import { KeyhatchError } from '../../shared/errors.ts';
import type { HistoryEntry } from '../../shared/history-model.ts';
import type { FillRandom } from '../../shared/key-format.ts';
import type { Role } from '../../shared/people-model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import { type AccessTokenFormat, accessTokenLifeMs, createAccessTokenFormat, looksSigned } from './access-token.ts';
import { createTokenFamilies, type Granted } from './token-families.ts';

/** What is asked of a person here. */
export type Holder = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly status: 'active' | 'paused';
};

/** Where the client is, for whoever counts attempts. */
type From = { readonly address: string };
export type LoginInput = { readonly name: string; readonly password: string; readonly totp?: string | undefined };
export type RegisterInput = { readonly invite: string; readonly name: string; readonly password: string };

export type TokenPorts<Person extends Holder> = {
  readonly people: {
    /** @throws KeyhatchError when it is not them, or must not be tried now */
    readonly verify: (input: LoginInput & From) => Promise<Person>;
    /** @throws KeyhatchError where the invite or the password is no good */
    readonly acceptInvite: (input: RegisterInput & From) => Promise<Person>;
    readonly get: (personId: string) => Person | undefined;
    /** Whether they have yet to set up the authenticator that their role asks for. */
    readonly owesTotp: (personId: string) => boolean;
    /** Also of one who was removed. */
    readonly nameOf: (personId: string) => string;
  };
  readonly secrets: {
    readonly get: (name: string) => Promise<string | null>;
    readonly set: (name: string, value: string) => Promise<void>;
  };
  readonly settings: () => Pick<Settings, 'access.credentials'>;
  /** Told when tokens ended before their time, so that what runs by them ends. */
  readonly onEnded: () => void;
  /** Keeps the name under which the usage of somebody's tokens is shown. */
  readonly nameHolder: (person: Person) => void;
  readonly record: (note: Pick<HistoryEntry, 'action' | 'subject'> & { readonly detail?: string }) => void;
  readonly fillRandom: FillRandom;
  readonly clock: Clock;
};

/** As OAuth has it, because that is what clients know. */
export type IssuedTokens = {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
};

export type FoundHolder<Person extends Holder> =
  /** `familyId`: of all that came from one sign-in. */
  | { readonly kind: 'valid'; readonly familyId: string; readonly person: Person }
  | { readonly kind: 'expired' | 'ended' | 'malformed' };

export type Tokens<Person extends Holder> = {
  /**
   * @throws KeyhatchError `tokens_not_taken`, `not_permitted`, `totp_setup_required`, `vault_locked`, and what
   * `people.verify` throws
   */
  readonly login: (input: LoginInput & From) => Promise<IssuedTokens>;
  readonly register: (input: RegisterInput & From) => Promise<IssuedTokens>;
  /** @throws KeyhatchError `token_malformed`, `token_revoked` */
  readonly refresh: (refreshToken: string) => Promise<IssuedTokens>;
  /** Ends the family of this token, be it a refresh or an access token. Unknown ones are as good as ended. */
  readonly logout: (token: string) => void;
  /** Undefined where the credential has not the shape of a token. */
  readonly find: (credential: string) => FoundHolder<Person> | undefined;
  /** Whether what came in with a token of this family may go on: a request that has begun may outlive the hour. */
  readonly isOpen: (familyId: string) => boolean;
  /** To be called when a person changed: what they are signed in with ends. */
  readonly personChanged: (personId: string) => void;
  /** To be called when the vault is open: reads what tokens are signed with, where there is something. */
  readonly open: () => Promise<void>;
};

const secretName = 'tokens';
const secretBytes = 32;

export function createTokens<Person extends Holder>(ports: TokenPorts<Person>): Tokens<Person> {
  const { people, secrets, clock } = ports;
  const families = createTokenFamilies(ports);
  let format: AccessTokenFormat | undefined;
  let making: Promise<AccessTokenFormat> | undefined;

  async function readFormat(): Promise<AccessTokenFormat | undefined> {
    const kept = Buffer.from((await secrets.get(secretName)) ?? '', 'base64url');
    format = kept.length === secretBytes ? createAccessTokenFormat(kept) : undefined;
    return format;
  }

  async function makeFormat(): Promise<AccessTokenFormat> {
    const known = format ?? (await readFormat());
    if (known) return known;
    const secret = randomBytes(secretBytes);
    await secrets.set(secretName, secret.toString('base64url'));
    format = createAccessTokenFormat(secret);
    return format;
  }

  // Whoever signs in at the same time must not make a second one.
  function formatNow(): Promise<AccessTokenFormat> {
    making ??= makeFormat().finally(() => {
      making = undefined;
    });
    return making;
  }

  const taken = () => ports.settings()['access.credentials'] !== 'keys';

  function checkTaken(): void {
    if (!taken()) throw new KeyhatchError('tokens_not_taken');
  }

  function member(personId: string): Person | undefined {
    const person = people.get(personId);
    // Who only looks has no models to use.
    return person?.status === 'active' && person.role !== 'viewer' ? person : undefined;
  }

  /** Asked on every request, so that what the owner comes to ask of a role holds at once. */
  function holder(personId: string): Person | undefined {
    const person = member(personId);
    return person && !people.owesTotp(personId) ? person : undefined;
  }

  async function issue(granted: Granted): Promise<IssuedTokens> {
    const { write } = await formatNow();
    return {
      access_token: await write(granted, clock.now()),
      refresh_token: granted.refreshToken,
      token_type: 'Bearer',
      expires_in: accessTokenLifeMs / 1000,
    };
  }

  async function begin({ id }: Holder, { address }: From): Promise<IssuedTokens> {
    await formatNow();
    const person = member(id);
    if (!person) throw new KeyhatchError('not_permitted');
    if (people.owesTotp(id)) throw new KeyhatchError('totp_setup_required');
    ports.nameHolder(person);
    ports.record({ action: 'issued', subject: subjectOf(person), detail: `${person.name}, ${address}` });
    return issue(families.begin(id));
  }

  function ended(personId: string, action: string): void {
    ports.record({ action, subject: subjectOf({ id: personId, name: people.nameOf(personId) }) });
    ports.onEnded();
  }

  return {
    async login(input) {
      checkTaken();
      return begin(await people.verify(input), input);
    },
    async register(input) {
      checkTaken();
      return begin(await people.acceptInvite(input), input);
    },
    async refresh(refreshToken) {
      checkTaken();
      const exchanged = families.exchange(refreshToken);
      if (exchanged.kind === 'reused') ended(exchanged.personId, 'reused');
      if (exchanged.kind === 'malformed') throw new KeyhatchError('token_malformed');
      if (exchanged.kind !== 'granted' || !holder(exchanged.personId)) throw new KeyhatchError('token_revoked');
      return issue(exchanged);
    },
    logout(token) {
      const read = looksSigned(token) ? format?.read(token, clock.now()) : undefined;
      const by = read && read.kind !== 'malformed' ? { jti: read.jti } : { refreshToken: token };
      const personId = families.end(by);
      if (personId !== undefined) ended(personId, 'signed_out');
    },
    find(credential) {
      if (!looksSigned(credential)) return undefined;
      const read = format?.read(credential, clock.now()) ?? { kind: 'malformed' };
      if (read.kind !== 'valid') return { kind: read.kind };
      const held = families.holderOf(read.jti);
      const person = held?.personId === read.personId ? holder(read.personId) : undefined;
      return held && person ? { kind: 'valid', familyId: held.familyId, person } : { kind: 'ended' };
    },
    isOpen(familyId) {
      const personId = families.personOf(familyId);
      return taken() && personId !== undefined && holder(personId) !== undefined;
    },
    personChanged(personId) {
      if (families.endPerson(personId)) ended(personId, 'ended');
    },
    async open() {
      await readFormat();
    },
  };
}

function subjectOf({ id, name }: { readonly id: string; readonly name: string }) {
  return { kind: 'token', id, name } as const;
}
