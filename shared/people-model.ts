// People who share this Keyhatch: their roles and limits, invitations and sessions, and who makes a call, be it a person, a
// program with an admin key, or whoever sits at the machine itself. As schemas and types; what each role may do stands with
// the calls, in contract.ts. A secret stands in `madeInvite`, `totpBegun` and `recoveryCodes` and nowhere else.

import * as z from 'zod';
import { keyOperation, operationNames, operationPresets } from './key-policy.ts';
import { budgetList, perSpan } from './limit-model.ts';
import { modelPattern } from './model-patterns.ts';
import { personName, timeMs } from './names.ts';
import { projectDefaults } from './project-model.ts';

/** From the most to the least that they may do. A member has keys of their own; a viewer looks and changes nothing. */
export const roles = ['owner', 'manager', 'member', 'viewer'] as const;
export const role = z.enum(roles);
export type Role = z.infer<typeof role>;
/** Why keys of a person are refused, by which error. */
export type PersonBar = 'person_paused' | 'role_without_models';

/** Who makes a call, as the transport that took it knows. */
export type Caller = {
  readonly role: Role;
  /** Null where it is nobody's session: the machine itself, an admin key, or a link where there is no owner's account yet. */
  readonly personId: string | null;
  /** `machine`: the window, or a command of the same user here; `session`: a browser; `admin_key`: a program. */
  readonly way: 'machine' | 'session' | 'admin_key';
  /** When a session last proved who it is, in milliseconds since 1970; null for the other ways. */
  readonly provedAt: number | null;
  /** Which session it is, for the other ways nothing. */
  readonly sessionId?: string;
  /** Which admin key it is, for the other ways nothing. */
  readonly adminKeyId?: string;
  /** Must set up an authenticator before anything else. */
  readonly owesTotp?: boolean;
};

/** Whoever sits at the machine may do everything: the files are theirs too. */
export const atTheMachine: Caller = { role: 'owner', personId: null, way: 'machine', provedAt: null };

/** For how long a session need not prove again who it is, before something that cannot be taken back. */
export const provedForMs = 5 * 60_000;

const dayMs = 86_400_000;
const count = z.number().int().nonnegative();

/** What the owner gave a person: the ceiling of every key and token of theirs. `null` means no limit. */
export const memberLimits = z.object({
  /** How many keys they may have at one time. */
  keys: z.number().int().min(0).max(1000).default(5),
  models: z.array(modelPattern).min(1).max(200).nullable().default(null),
  operations: z
    .array(keyOperation)
    .max(operationNames.length)
    .default(() => [...operationPresets.inference]),
  /** Ceilings of each key. */
  rpm: z.number().int().min(0).max(1_000_000).nullable().default(60),
  rph: perSpan.default(null),
  tpm: perSpan.default(null),
  parallel: z.number().int().min(1).max(100_000).nullable().default(null),
  /** Count over all their keys and tokens together. */
  budgets: budgetList.default(() => []),
  /** How many days a key may live; null: without an end. */
  expiresDays: z.number().int().min(1).max(3650).nullable().default(null),
});
export type MemberLimits = Readonly<z.infer<typeof memberLimits>>;

/** What a member has where nobody says otherwise. */
export const usualMemberLimits: MemberLimits = memberLimits.parse({});

/** The limits that somebody names when inviting or changing a person; what is left out stays as it is. */
export const memberLimitsPatch = z.object({
  keys: memberLimits.shape.keys.unwrap().optional(),
  models: memberLimits.shape.models.unwrap().optional(),
  operations: memberLimits.shape.operations.unwrap().optional(),
  rpm: memberLimits.shape.rpm.unwrap().optional(),
  rph: perSpan.optional(),
  tpm: perSpan.optional(),
  parallel: memberLimits.shape.parallel.unwrap().optional(),
  budgets: budgetList.optional(),
  expiresDays: memberLimits.shape.expiresDays.unwrap().optional(),
});
export type MemberLimitsPatch = Readonly<z.infer<typeof memberLimitsPatch>>;

export const personStatus = z.enum(['active', 'paused']);

export const personFacts = z.object({
  id: z.string(),
  /** What they sign in with; no two are called the same. */
  name: z.string(),
  role,
  status: personStatus,
  createdAt: timeMs,
  lastSeenAt: timeMs.nullable(),
  /** An authenticator app is set up. */
  totp: z.boolean(),
  /** Null: they have none, and sign in by a link of the machine alone. */
  passwordSetAt: timeMs.nullable(),
  limits: memberLimits,
  /** Keys of theirs that have not been revoked. */
  keys: count,
});
export type PersonFacts = Readonly<z.infer<typeof personFacts>>;

export const personEdit = z.object({
  ref: z.string().min(1).max(200),
  name: personName.optional(),
  role: role.optional(),
  status: personStatus.optional(),
  limits: memberLimitsPatch.optional(),
});
export type PersonEdit = Readonly<z.infer<typeof personEdit>>;

/** `invite`: makes a new person; `reset`: lets one who is there choose a new password. */
export const inviteKind = z.enum(['invite', 'reset']);

export const newInvite = z.object({
  role: role.default('member'),
  /** For whom it is, as a proposal: whoever holds the link chooses the name. */
  name: personName.optional(),
  limits: memberLimitsPatch.optional(),
  expiresInMs: z
    .number()
    .int()
    .min(60_000)
    .max(30 * dayMs)
    .default(3 * dayMs),
});
export type NewInvite = Readonly<z.infer<typeof newInvite>>;

export const inviteFacts = z.object({
  id: z.string(),
  kind: inviteKind,
  role,
  name: z.string().nullable(),
  limits: memberLimits,
  createdAt: timeMs,
  expiresAt: timeMs,
});
export type InviteFacts = Readonly<z.infer<typeof inviteFacts>>;

/** One of the answers that carry a secret. */
export const madeInvite = inviteFacts.extend({ token: z.string(), url: z.string() });
export type MadeInvite = Readonly<z.infer<typeof madeInvite>>;

/** The longest password, in bytes of UTF-8; a shorter one than `passwordMinChars` is refused too. */
export const passwordMaxBytes = 256;
export const passwordMinChars = 12;
/** What is sent as one; whether it is good enough is judged where it is kept. */
export const passwordText = z.string().min(1).max(passwordMaxBytes);
export const totpCode = z
  .string()
  .transform((text) => text.replaceAll(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'is not a code of six digits'));

/** What a caller is told of themself. */
export const ownFacts = z.object({
  /** Null where it is nobody in particular: the machine, or a link, while there is no owner's account. */
  person: personFacts.nullable(),
  role,
  way: z.enum(['machine', 'session', 'admin_key']),
  /** Until when sensitive changes need no new proof; null where they need none. */
  provedUntil: timeMs.nullable(),
  /** An authenticator must be set up before anything else works. */
  owesTotp: z.boolean(),
  recoveryCodesLeft: count,
  /** What a member's new key begins with where they name nothing; null for whom the settings say it. */
  newKey: projectDefaults.nullable(),
});
export type OwnFacts = Readonly<z.infer<typeof ownFacts>>;

/** The secret of an authenticator app, as its link and as text; it counts once a code of it was given back. */
export const totpBegun = z.object({ secret: z.string(), url: z.string() });
export type TotpBegun = Readonly<z.infer<typeof totpBegun>>;
export const recoveryCodes = z.object({ codes: z.array(z.string()) });
export type RecoveryCodes = Readonly<z.infer<typeof recoveryCodes>>;

export const sessionFacts = z.object({
  id: z.string(),
  personId: z.string().nullable(),
  /** Null where it is the owner's, signed in by a link before there was an account. */
  personName: z.string().nullable(),
  /** The browser and its system, in a few words. */
  device: z.string(),
  address: z.string(),
  beganAt: timeMs,
  lastUsedAt: timeMs,
  /** The one that asks. */
  current: z.boolean(),
});
export type SessionFacts = Readonly<z.infer<typeof sessionFacts>>;
