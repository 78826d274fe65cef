// Whether this page may ask Keyhatch anything, and the ways to be allowed to. In the Electron window it always may; a
// browser signs in.

import type { InviteFacts, OwnFacts } from '../../shared/people-model.ts';

/**
 * `checking`: what this browser keeps of a session may be of one that is over; only an answer tells. `owing`: an authenticator
 * must be set up before anything else may be asked.
 */
export type SessionState = 'checking' | 'needed' | 'owing' | 'open';

/** The code of an authenticator, or one of the codes that were kept for when it is lost. */
export type SecondStep = { readonly totp?: string; readonly recovery?: string };
export type Credentials =
  | { readonly token: string }
  | ({ readonly name: string; readonly password: string } & SecondStep);
export type Proof = { readonly token: string } | ({ readonly password: string } & SecondStep);
/** A name where the link makes somebody new. */
export type Acceptance = { readonly token: string; readonly name?: string; readonly password: string };

export type Session = {
  readonly state: () => SessionState;
  /** The session that this browser had is over, and nobody here ended it. */
  readonly ended: () => boolean;
  /** Calls back whenever the state changes, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
  /** @throws KeyhatchError when the link is used up, too old or wrong, or name, password or code are */
  readonly signIn: (credentials: Credentials) => Promise<OwnFacts | undefined>;
  /** What a link is for, without using it up. @throws KeyhatchError `invite_invalid` */
  readonly lookAtInvite: (token: string) => Promise<InviteFacts>;
  /** Makes the person that an invite is for, or gives one a new password, and signs them in. */
  readonly acceptInvite: (acceptance: Acceptance) => Promise<void>;
  /** Says again who is signed in. */
  readonly prove: (proof: Proof) => Promise<void>;
  /** Looks anew at who is signed in and what they owe. */
  readonly look: () => Promise<void>;
  readonly signOut: () => Promise<void>;
};

/** For the Electron window. */
export const noSession: Session = {
  state: () => 'open',
  ended: () => false,
  subscribe: () => () => {},
  signIn: () => Promise.resolve(undefined),
  lookAtInvite: () => Promise.reject(new Error('The window needs no invite.')),
  acceptInvite: () => Promise.resolve(),
  prove: () => Promise.resolve(),
  look: () => Promise.resolve(),
  signOut: () => Promise.resolve(),
};
