// The part of the contract about people: what the owner does with them, what they do about themselves, and their sessions.

import * as z from 'zod';
import { manage, ownerProved, ref, self, selfProved } from './call-meta.ts';
import { personName } from './names.ts';
import {
  inviteFacts,
  madeInvite,
  newInvite,
  ownFacts,
  passwordText,
  personEdit,
  personFacts,
  recoveryCodes,
  sessionFacts,
  totpBegun,
  totpCode,
} from './people-model.ts';

/** Managers touch members and viewers alone, and keys of no others but themselves; what makes somebody more than that is the owner's, with fresh proof. */
export const peopleCalls = {
  list: manage.output(z.array(personFacts)),
  get: manage.input(ref).output(personFacts),
  /** Fails with `last_owner`, `name_taken`. A new role and a pause end the person's sessions. */
  edit: manage.input(personEdit).output(personFacts),
  /** Ends their sessions and revokes their keys; what they used stays in every sum. */
  remove: ownerProved.input(ref).output(personFacts),
  /** A link that makes one person, told once. */
  invite: manage.input(newInvite).output(madeInvite),
  /** Those that still wait for somebody. */
  invites: manage.output(z.array(inviteFacts)),
  cancelInvite: manage.input(z.object({ id: z.string().max(80) })).output(z.array(inviteFacts)),
  /** Ends their sessions, takes password and authenticator away, and makes a link to choose new ones, told once. */
  resetPassword: ownerProved.input(ref).output(madeInvite),
} as const;

export const ownCalls = {
  get: self.output(ownFacts),
  rename: selfProved.input(z.object({ name: personName })).output(ownFacts),
  /**
   * Ends all other sessions of the caller. Where there is no owner's account yet, it makes one, and needs a name.
   * Fails with `password_unsuitable`.
   */
  setPassword: selfProved.input(z.object({ password: passwordText, name: personName.optional() })).output(ownFacts),
  beginTotp: selfProved.output(totpBegun),
  /** The authenticator counts from now on. Fails with `totp_wrong`. */
  confirmTotp: self.input(z.object({ code: totpCode })).output(recoveryCodes),
  removeTotp: selfProved.output(ownFacts),
  /** The ones before stop working. */
  newRecoveryCodes: selfProved.output(recoveryCodes),
} as const;

/** The caller's own; for the owner those of everybody. */
export const sessionCalls = {
  list: self.output(z.array(sessionFacts)),
  /** Fails with `session_not_found`. */
  end: self.input(z.object({ id: z.string().max(80) })).output(z.array(sessionFacts)),
  /** All of the caller's own but the one that asks. */
  endOthers: self.output(z.array(sessionFacts)),
} as const;
