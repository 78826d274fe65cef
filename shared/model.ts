// The nouns that the contract speaks of, as schemas: keys, upstreams, usage, status. Shapes are JSON only; every time is
// epoch milliseconds, every duration milliseconds, every size bytes. A secret stands in `createdKey` and nowhere else.

import * as z from 'zod';
import { type Dialect, dialects, type UpstreamKind, upstreamKindNames } from './upstream-kinds.ts';

const timeMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

export const vaultKind = z.enum(['keychain', 'file', 'memory']);
export type VaultKind = z.infer<typeof vaultKind>;

export const keyStatus = z.enum(['active', 'paused', 'revoked', 'expired']);
export type KeyStatus = z.infer<typeof keyStatus>;

/** Limits of a key. `null` means none; `rpm: 0` lets nothing pass. */
export const keyLimits = z.object({
  rpm: z.number().int().min(0).max(1_000_000).nullable(),
  parallel: z.number().int().min(1).max(100_000).nullable(),
});
export type KeyLimits = z.infer<typeof keyLimits>;

export const keyFacts = z.object({
  id: z.string(),
  name: z.string(),
  project: z.string().nullable(),
  /** `typed`: the owner chose the value; `generated`: we did. */
  origin: z.enum(['generated', 'typed']),
  status: keyStatus,
  createdAt: timeMs,
  expiresAt: timeMs.nullable(),
  revokedAt: timeMs.nullable(),
  rotatedAt: timeMs.nullable(),
  /** Until when the secret before the last rotation still works. */
  oldSecretUntil: timeMs.nullable(),
  lastUsedAt: timeMs.nullable(),
  lastUsedFrom: z.string().nullable(),
  lastUsedBy: z.string().nullable(),
  limits: keyLimits,
  /** Models the key may use; `null`: all. */
  models: z.array(z.string()).nullable(),
  /** False when the vault is open and holds no verifier for it, so that nobody can use it: rotate it. */
  usable: z.boolean(),
});
export type KeyFacts = z.infer<typeof keyFacts>;

/** The one answer that carries a secret. */
export const createdKey = z.object({ id: z.string(), key: z.string(), facts: keyFacts });
export type CreatedKey = z.infer<typeof createdKey>;

export const keyName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}\p{Cf}]+$/u, 'must not hold control characters');
const modelList = z.array(z.string().min(1).max(200)).min(1).max(200);

export const newKey = z.object({
  name: keyName,
  project: keyName.optional(),
  expiresAt: timeMs.optional(),
  rpm: keyLimits.shape.rpm.optional(),
  parallel: keyLimits.shape.parallel.optional(),
  models: modelList.optional(),
  /** A value of the owner's own instead of a generated one. */
  value: z.string().max(256).optional(),
});

export const keyEdit = z.object({
  ref: z.string(),
  name: keyName.optional(),
  project: keyName.nullable().optional(),
  expiresAt: timeMs.nullable().optional(),
  rpm: keyLimits.shape.rpm.optional(),
  parallel: keyLimits.shape.parallel.optional(),
  models: modelList.nullable().optional(),
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

/** Where the token numbers of a row come from (wire-formats §1.3 rule 7; `counted` and `estimated` come with the ledger). */
export const tokenSource = z.enum(['reported', 'timings', 'none', 'unknown']);
export type TokenSource = z.infer<typeof tokenSource>;

export const outcome = z.enum([
  'ok',
  'refused',
  'client_gone',
  'upstream_error',
  'upstream_unreachable',
  'upstream_broken',
  'upstream_timeout',
  'ended',
  'internal',
]);
export type Outcome = z.infer<typeof outcome>;

/** One exchange as it is kept: exactly one row a request of a known caller. */
export type RequestRow = {
  readonly id: string;
  readonly keyId: string | null;
  readonly caller: 'key' | 'this_computer' | 'anonymous';
  readonly project: string | null;
  readonly model: string | null;
  readonly upstreamId: string | null;
  readonly operation: string;
  readonly dialect: Dialect;
  readonly streamed: boolean;
  readonly outcome: Outcome;
  readonly status: number;
  readonly errorCode: string | null;
  readonly receivedAt: number;
  readonly admittedAt: number | null;
  readonly firstByteAt: number | null;
  readonly firstTokenAt: number | null;
  readonly endedAt: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly tokensCached: number | null;
  readonly tokensReasoning: number | null;
  readonly tokenSource: TokenSource;
  readonly clientAddress: string;
  readonly userAgent: string | null;
  readonly attempt: number;
};

export const usageGroup = z.enum(['key', 'model', 'day']);
export type UsageGroup = z.infer<typeof usageGroup>;

export const usageLine = z.object({
  /** Key id, model id or local date, as grouped; null where the request had none. */
  group: z.string().nullable(),
  label: z.string(),
  requests: count,
  refused: count,
  failed: count,
  tokensIn: count,
  tokensOut: count,
  tokensCached: count,
  /** Requests that should have had token numbers and had none. */
  unmetered: count,
});
export type UsageLine = z.infer<typeof usageLine>;

export const usageReport = z.object({
  since: timeMs,
  until: timeMs,
  by: usageGroup,
  lines: z.array(usageLine),
  total: usageLine,
  /** Refusals without a known key, by error code. */
  strangers: z.array(z.object({ code: z.string(), count })),
});
export type UsageReport = z.infer<typeof usageReport>;

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
  }),
  vault: z.object({ kind: vaultKind, state: z.enum(['open', 'locked']), reason: z.string().nullable() }),
  access: z.object({
    requireKey: z.boolean(),
    localhostBypass: z.boolean(),
    onLan: z.boolean(),
    /** Who may come in, as one sentence. */
    sentence: z.string(),
  }),
  keys: z.object({ active: count, total: count }),
  upstreams: z.array(upstreamStatus),
  requestsToday: count,
  warnings: z.array(z.string()),
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
