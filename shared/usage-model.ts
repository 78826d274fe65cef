// The nouns of what was used: single requests, sums of them, and sums over time. Shapes are JSON only; every time is epoch
// milliseconds, every size bytes.

import * as z from 'zod';
import { dialect } from './model.ts';

const timeMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/**
 * Where the token numbers of a row come from. `counted`: pieces of the answer as they passed, and the prompt by its size
 * where that was not reported either; `estimated`: both by their size; `none`: the operation uses no tokens.
 */
export const tokenSource = z.enum(['reported', 'timings', 'counted', 'estimated', 'none', 'unknown']);
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
export const requestRow = z.object({
  id: z.string(),
  keyId: z.string().nullable(),
  caller: z.enum(['key', 'this_computer', 'anonymous']),
  /** Id of the project that the key was in then; a name where it was none of ours yet. */
  project: z.string().nullable(),
  model: z.string().nullable(),
  upstreamId: z.string().nullable(),
  operation: z.string(),
  dialect,
  streamed: z.boolean(),
  outcome,
  status: z.number().int(),
  errorCode: z.string().nullable(),
  receivedAt: z.number(),
  admittedAt: z.number().nullable(),
  firstByteAt: z.number().nullable(),
  firstTokenAt: z.number().nullable(),
  endedAt: z.number(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  tokensIn: z.number().nullable(),
  tokensOut: z.number().nullable(),
  tokensCached: z.number().nullable(),
  tokensReasoning: z.number().nullable(),
  tokenSource,
  clientAddress: z.string(),
  userAgent: z.string().nullable(),
  attempt: z.number().int(),
});
export type RequestRow = Readonly<z.infer<typeof requestRow>>;

/** A row with the names that people know its key, project and upstream by. */
export const requestView = requestRow.extend({
  keyName: z.string().nullable(),
  projectName: z.string().nullable(),
  upstreamName: z.string().nullable(),
});
export type RequestView = z.infer<typeof requestView>;

/** Which requests to list; members that are left out do not narrow. Newest first. */
export const requestQuery = z.object({
  keyId: z.string().max(80).optional(),
  model: z.string().max(300).optional(),
  upstreamId: z.string().max(80).optional(),
  /** `trouble`: whatever did not end well and was not the client's own leaving. */
  outcome: z.union([outcome, z.literal('trouble')]).optional(),
  /** Part of the model, key name, user agent, client address, error code or id. */
  text: z.string().trim().max(200).optional(),
  /** From the page before. */
  cursor: z.string().max(80).optional(),
  limit: z.number().int().min(1).max(500).default(100),
});
export type RequestQuery = z.infer<typeof requestQuery>;

export const requestPage = z.object({ rows: z.array(requestView), next: z.string().nullable() });
export type RequestPage = z.infer<typeof requestPage>;

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

/** By what a series is split into groups. `client`: the program, by its User-Agent. */
export const usageSplit = z.enum(['key', 'project', 'model', 'client', 'upstream', 'none']);
export type UsageSplit = z.infer<typeof usageSplit>;

/** Usage over time: the greatest groups by tokens, the rest together as `other`. */
export const usageSeries = z.object({
  since: timeMs,
  until: timeMs,
  /** The usual length of a bucket: minutes for an hour, days for weeks. A day may have an hour more or less. */
  bucketMs: z.number().int().positive(),
  /** When each bucket begins, ascending, none left out. Days begin at local midnight. */
  buckets: z.array(timeMs),
  groups: z.array(
    z.object({
      /** Id of the key or upstream, or the project, model or client; null where the request had none; `other` for the rest. */
      group: z.string().nullable(),
      label: z.string(),
      /** One value a bucket, in order. */
      requests: z.array(count),
      tokensIn: z.array(count),
      tokensOut: z.array(count),
    }),
  ),
  total: usageLine,
  /** The same length of time before `since`, for comparison; it begins with a whole minute, or hour for days. */
  before: usageLine,
  /**
   * Milliseconds to the first token; null without any. From counts in buckets that grow by the eighth of an octave, so at
   * most 4.5 % off.
   */
  firstTokenMs: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
  /** Output tokens a second from first token to end, as exact as `firstTokenMs`; null without any. */
  tokensPerSecond: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
  /** Why requests were refused, greatest first; those without a known key too. */
  refusals: z.array(z.object({ code: z.string(), count })),
});
export type UsageSeries = z.infer<typeof usageSeries>;
