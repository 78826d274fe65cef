// The nouns that the contract speaks of, as schemas: keys, upstreams, usage, status. Shapes are JSON only; every time is
// epoch milliseconds, every duration milliseconds, every size bytes. A secret stands in `createdKey` and nowhere else.

import * as z from 'zod';
import { captureMark } from './capture-model.ts';
import { keyPolicy, keyPolicyPatch } from './key-policy.ts';
import { budgetState, placesState } from './limit-model.ts';
import { modelPattern } from './model-patterns.ts';
import { itemName, timeMs } from './names.ts';
import { exposure, interfaceKind } from './network-model.ts';
import { dialects, type UpstreamKind, upstreamKindNames } from './upstream-kinds.ts';

const count = z.number().int().nonnegative();

export const vaultKind = z.enum(['keychain', 'file', 'memory']);
export type VaultKind = z.infer<typeof vaultKind>;

export const keyStatus = z.enum(['active', 'paused', 'revoked', 'expired', 'exhausted']);
export type KeyStatus = z.infer<typeof keyStatus>;

/** `inference` opens the gateway; `admin` opens the contract, never the gateway, and always has an end. */
export const keyKind = z.enum(['inference', 'admin']);
export type KeyKind = z.infer<typeof keyKind>;

/** Limits of a key. `null` means none; `rpm: 0` lets nothing pass. */
export const keyLimits = z.object({
  rpm: z.number().int().min(0).max(1_000_000).nullable(),
  parallel: z.number().int().min(1).max(100_000).nullable(),
});
export type KeyLimits = z.infer<typeof keyLimits>;

export const keyFacts = z.object({
  id: z.string(),
  name: z.string(),
  kind: keyKind,
  /** The name of its project, and its id. */
  project: z.string().nullable(),
  projectId: z.string().nullable(),
  /** Whose it is, by name and id; null: nobody's but the house's. */
  person: z.string().nullable(),
  personId: z.string().nullable(),
  /** `typed`: the owner chose the value; `imported`: it came from another program; `generated`: we made it. */
  origin: z.enum(['generated', 'typed', 'imported']),
  /** Its value is too short to be safe: it works on this computer alone, until it is rotated or accepted. */
  weak: z.boolean(),
  status: keyStatus,
  createdAt: timeMs,
  expiresAt: timeMs.nullable(),
  revokedAt: timeMs.nullable(),
  rotatedAt: timeMs.nullable(),
  /** Until when the secret before the last rotation still works. */
  oldSecretUntil: timeMs.nullable(),
  /** That secret is weak, as `weak` says of the present one. */
  oldSecretWeak: z.boolean(),
  /** When, from where and by what it was last used. */
  oldSecretUsedAt: timeMs.nullable(),
  oldSecretUsedFrom: z.string().nullable(),
  oldSecretUsedBy: z.string().nullable(),
  /** When its counters were last set to nothing; null: never, so that they count since it was made. */
  countedSince: timeMs.nullable(),
  lastUsedAt: timeMs.nullable(),
  lastUsedFrom: z.string().nullable(),
  lastUsedBy: z.string().nullable(),
  limits: keyLimits,
  /** Models the key may use, as names or patterns (model-patterns.ts); `null`: all. */
  models: z.array(z.string()).nullable(),
  policy: keyPolicy,
  /** Its budgets and those of its project as they stand; a spent one makes it `exhausted`. */
  budgets: z.array(budgetState),
  /** False when the vault is open and holds no verifier for it, so that nobody can use it: rotate it. */
  usable: z.boolean(),
  /** Since local midnight, finished requests only. */
  today: z.object({ requests: count, tokensIn: count, tokensOut: count }),
});
export type KeyFacts = z.infer<typeof keyFacts>;

/** The one answer that carries a secret. */
export const createdKey = z.object({ id: z.string(), key: z.string(), facts: keyFacts });
export type CreatedKey = z.infer<typeof createdKey>;

const modelList = z.array(modelPattern).min(1).max(200);

export const newKey = z.object({
  name: itemName,
  kind: keyKind.default('inference'),
  /** Id or name of the person whose key it is; a member's are always their own. */
  person: itemName.optional(),
  /** Id or name of a project; an unknown one fails, unless `newProject` says to make it. */
  project: itemName.optional(),
  newProject: z.boolean().optional(),
  /** Null: never; left out: as the project says. */
  expiresAt: timeMs.nullable().optional(),
  rpm: keyLimits.shape.rpm.optional(),
  parallel: keyLimits.shape.parallel.optional(),
  models: modelList.nullable().optional(),
  policy: keyPolicyPatch.optional(),
  /** A value of the owner's own instead of a generated one. */
  value: z.string().max(256).optional(),
});

/** As somebody asks for one. */
export type NewKeyInput = z.input<typeof newKey>;

export const keyEdit = z.object({
  ref: z.string(),
  name: itemName.optional(),
  project: itemName.nullable().optional(),
  newProject: z.boolean().optional(),
  expiresAt: timeMs.nullable().optional(),
  rpm: keyLimits.shape.rpm.optional(),
  parallel: keyLimits.shape.parallel.optional(),
  models: modelList.nullable().optional(),
  policy: keyPolicyPatch.optional(),
});

export const dialect = z.enum(dialects);
export const upstreamKind = z.enum(upstreamKindNames as [UpstreamKind, ...UpstreamKind[]]);

/** An upstream as it is kept. Its credential, if any, lies in the vault. */
export const upstreamRecord = z.object({
  id: z.string(),
  name: z.string().min(1).max(80),
  /** Origin and optional path prefix, without a trailing slash and without `/v1`. */
  url: z.url(),
  kind: upstreamKind,
  /** How many requests it takes at once; `null`: as many as come; left out: as the server says, or its kind. */
  parallel: z.number().int().min(1).max(10_000).nullable().exactOptional(),
});
export type UpstreamRecord = z.infer<typeof upstreamRecord>;

export const upstreamHealth = z.enum(['up', 'down', 'unknown']);
export type UpstreamHealth = z.infer<typeof upstreamHealth>;

export const upstreamStatus = upstreamRecord.extend({
  dialects: z.array(dialect),
  health: upstreamHealth,
  /** Why it is down, for people. */
  reason: z.string().nullable(),
  latencyMs: z.number().nullable(),
  checkedAt: timeMs.nullable(),
  models: z.array(z.string()),
  places: placesState,
  isDefault: z.boolean(),
  hasCredential: z.boolean(),
  setByFlag: z.boolean(),
});
export type UpstreamStatus = z.infer<typeof upstreamStatus>;

export const detectedServer = z.object({
  url: z.string(),
  kind: upstreamKind,
  name: z.string(),
  models: z.array(z.string()),
  needsCredential: z.boolean(),
  /** Already one of the upstreams. */
  added: z.boolean(),
});
export type DetectedServer = z.infer<typeof detectedServer>;

/** An address whose attempts to come in failed too often: only failures are answered with that, never a valid key. */
export const lockedAddress = z.object({
  /** An IPv4 address, or the /64 of an IPv6 one. */
  address: z.string(),
  since: timeMs,
  until: timeMs,
  /** How many times it has been put off by now. */
  times: count,
});
export type LockedAddress = z.infer<typeof lockedAddress>;

/** A way to reach the gateway: this computer, or one address of a network interface. */
export const reachable = z.object({
  /** `lo` for this computer; otherwise the system's name of the interface, such as `en0`. */
  interface: z.string(),
  kind: interfaceKind,
  address: z.string(),
  /** Base address without `/v1`, encrypted where it can be; null while the gateway does not listen there. */
  url: z.string().nullable(),
  /** The same without encryption, where that is taken as well; null where it is the only one, or refused. */
  plainUrl: z.string().nullable(),
});
export type Reachable = z.infer<typeof reachable>;

/** Something about a key that its owner should know in time. Its id stays the same as long as the reason does. */
export const reminder = z.object({
  id: z.string(),
  kind: z.enum(['key_expires_in_7_days', 'key_expires_in_1_day', 'rotation_due']),
  keyId: z.string(),
  keyName: z.string(),
  /** When the key ends, or since when it should have had a new secret. */
  dueAt: timeMs,
});
export type Reminder = z.infer<typeof reminder>;

export const serverState = z.enum(['stopped', 'starting', 'running', 'stopping', 'failed']);
export const status = z.object({
  version: z.string(),
  pid: z.number().int(),
  shell: z.enum(['desktop', 'serve', 'at-rest']),
  dataDir: z.string(),
  server: z.object({
    state: serverState,
    /** Base addresses, most useful first: `http://127.0.0.1:1235`. */
    urls: z.array(z.string()),
    startedAt: timeMs.nullable(),
    reason: z.string().nullable(),
    running: count,
    /** Waiting in line for a model server, besides those that run. */
    queued: count,
    reachable: z.array(reachable),
  }),
  /** Address of the dashboard's listener, if it is on. */
  dashboard: z.object({
    url: z.string().nullable(),
    /** The same for other machines, encrypted, if they can reach it. */
    secureUrl: z.string().nullable(),
  }),
  vault: z.object({ kind: vaultKind, state: z.enum(['open', 'locked']), reason: z.string().nullable() }),
  access: z.object({
    requireKey: z.boolean(),
    localhostBypass: z.boolean(),
    onLan: z.boolean(),
    /** Ways in without a key that let somebody in now; see `ways.list`. */
    ways: count,
    /** Who may come in, as one sentence. */
    sentence: z.string(),
  }),
  keys: z.object({ active: count, total: count }),
  /** Whose prompts and answers are being kept: to be seen wherever this is shown. */
  capture: captureMark,
  /** What is open wider than it should be, as of the last look. */
  exposures: z.array(exposure),
  upstreams: z.array(upstreamStatus),
  requestsToday: count,
  warnings: z.array(z.string()),
  reminders: z.array(reminder),
});
export type Status = z.infer<typeof status>;

export const settingView = z.object({
  name: z.string(),
  value: z.json(),
  default: z.json(),
  about: z.string(),
  /** Set by a command line flag for this run. */
  setByFlag: z.boolean(),
});
export type SettingView = z.infer<typeof settingView>;

export const finding = z.object({
  check: z.string(),
  result: z.enum(['good', 'warning', 'bad']),
  says: z.string(),
  cure: z.string().nullable(),
});
export type Finding = z.infer<typeof finding>;

/** Whether a port can be listened on, and if not, by what it is taken and which one is free. */
export const portCheck = z.object({
  port: z.number().int(),
  free: z.boolean(),
  holder: z.string().nullable(),
  suggestion: z.number().int().nullable(),
});
export type PortCheck = z.infer<typeof portCheck>;

/** Where this profile lies and how much it holds. */
export const profileFacts = z.object({ dataDir: z.string(), databaseBytes: count, requests: count });
export type ProfileFacts = z.infer<typeof profileFacts>;

/** What only the desktop app has. */
export const desktopFacts = z.object({
  /** False where this desktop shows no tray icons. */
  tray: z.boolean(),
  /** False where the app cannot be started at login by itself. */
  loginItem: z.boolean(),
  commandLine: z.object({ installed: z.boolean(), path: z.string() }),
  updates: z.object({
    state: z.enum(['off', 'none', 'checking', 'available', 'downloaded', 'failed']),
    version: z.string().nullable(),
  }),
});
export type DesktopFacts = z.infer<typeof desktopFacts>;

/** A one-time link that signs a browser in to the dashboard. Carries a secret: shown to who asked for it, never kept. */
export const signInLink = z.object({
  url: z.string(),
  /** The same link for other machines, if they can reach the dashboard. */
  secureUrl: z.string().nullable(),
  expiresAt: timeMs,
});
export type SignInLink = z.infer<typeof signInLink>;
