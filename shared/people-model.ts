// People who share this Keyhatch: their roles, and who makes a call, be it a person, a program with an admin key, or whoever
// sits at the machine itself. As schemas and types; what each role may do stands with the calls, in contract.ts.

import * as z from 'zod';

/** From the most to the least that they may do. A member has keys of their own; a viewer looks and changes nothing. */
export const role = z.enum(['owner', 'manager', 'member', 'viewer']);
export type Role = z.infer<typeof role>;

/** Who makes a call, as the transport that took it knows. */
export type Caller = {
  readonly role: Role;
  /** Null where it is nobody's session: the machine itself, or an admin key. */
  readonly personId: string | null;
  /** `machine`: the window, or a command of the same user here; `session`: a browser; `admin_key`: a program. */
  readonly way: 'machine' | 'session' | 'admin_key';
  /** When a session last proved who it is, in milliseconds since 1970; null for the other ways. */
  readonly provedAt: number | null;
};

/** Whoever sits at the machine may do everything: the files are theirs too. */
export const atTheMachine: Caller = { role: 'owner', personId: null, way: 'machine', provedAt: null };

/** For how long a session need not prove again who it is, before something that cannot be taken back. */
export const provedForMs = 5 * 60_000;
