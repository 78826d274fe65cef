// The nouns of what was used: single requests, sums of them, and sums over time. Shapes are JSON only; every time is epoch
// milliseconds, every size bytes.

import * as z from 'zod';
import { unmeteredReason } from './metering-model.ts';
import { dialect } from './model.ts';
import { costs } from './prices.ts';
import { tokenSource } from './token-source.ts';

const timeMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

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
  /**
   * How it came. `address_rule`, `second_port`, `path_token`: without a key, counted as the one of `keyId`; `token`: with a
   * person's short-lived token; `replay`: the owner sent a captured request once more.
   */
  caller: z.enum(['key', 'address_rule', 'second_port', 'path_token', 'token', 'this_computer', 'anonymous', 'replay']),
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
  /** How long it waited for a place; 0 without waiting, null where it never came to that. */
  queuedMs: z.number().nullable(),
  /** When all of it had been given to the upstream. */
  forwardedAt: z.number().nullable(),
  firstByteAt: z.number().nullable(),
  firstTokenAt: z.number().nullable(),
  /** When the last generated content of a stream came. */
  lastTokenAt: z.number().nullable(),
  endedAt: z.number(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  tokensIn: z.number().nullable(),
  tokensOut: z.number().nullable(),
  tokensCached: z.number().nullable(),
  tokensReasoning: z.number().nullable(),
  tokenSource,
  /** Why the numbers are not the model server's own; null where they are, or where there are none to be had. */
  unmetered: unmeteredReason.nullable(),
  /** Tokens a second in reading the prompt, cached ones left out: as the model server said, or else by the clock. */
  prefillPerSecond: z.number().nullable(),
  /** Tokens a second in generating: as the model server said, or else from the first token to the last. */
  outputPerSecond: z.number().nullable(),
  clientAddress: z.string(),
  userAgent: z.string().nullable(),
  attempt: z.number().int(),
  /** Method and path template, such as `POST /v1/chat/completions`; null for rows from before it was kept. */
  route: z.string().nullable(),
  /** The program by its User-Agent, a name out of a fixed list. */
  client: z.string().nullable(),
  /** The error as the client got it, at most 500 characters, without anything that looks like a credential. */
  errorText: z.string().nullable(),
  /** The model as the client named it, where `model` is what was sent. */
  modelAsked: z.string().nullable(),
  /** The request that this one sent once more. */
  replayOf: z.string().nullable(),
  /** Its bodies were kept, encrypted; they may have been wiped since. */
  captured: z.boolean(),
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
  /** Of all keys of a person. */
  personId: z.string().max(80).optional(),
  model: z.string().max(300).optional(),
  upstreamId: z.string().max(80).optional(),
  /** `trouble`: whatever did not end well and was not the client's own leaving. */
  outcome: z.union([outcome, z.literal('trouble')]).optional(),
  /** A name of the list of clients, see `userAgentNames`. */
  client: z.string().max(80).optional(),
  /** Part of the error's code or text. */
  error: z.string().trim().max(200).optional(),
  /** Took longer than this altogether. */
  slowerMs: z.number().int().min(0).max(86_400_000).optional(),
  /** Part of the model, key name, user agent, client address, error or id. */
  text: z.string().trim().max(200).optional(),
  /** From the page before. */
  cursor: z.string().max(80).optional(),
  limit: z.number().int().min(1).max(500).default(100),
});
export type RequestQuery = z.infer<typeof requestQuery>;

export const requestPage = z.object({ rows: z.array(requestView), next: z.string().nullable() });
export type RequestPage = z.infer<typeof requestPage>;

export const usageGroup = z.enum(['key', 'person', 'project', 'model', 'client', 'upstream', 'day']);
export type UsageGroup = z.infer<typeof usageGroup>;

export const usageLine = z.object({
  /** Id of the key, person or model, or the local date, as grouped; null where the request had none. */
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
  /** Of `tokensIn` and `tokensOut` together: those counted as they passed, because no model server reported them. */
  tokensCounted: count,
  /** Those estimated by the size of the text. */
  tokensEstimated: count,
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

/** By what a series is split into groups. `client`: the program, by its User-Agent; `person`: whose key or token it was. */
export const usageSplit = z.enum(['key', 'person', 'project', 'model', 'client', 'upstream', 'none']);
export type UsageSplit = z.infer<typeof usageSplit>;

/** Of which requests; members that are left out do not narrow, and null stands for those without one. */
export const usageFilter = z.object({
  keyId: z.string().max(80).nullable().optional(),
  /** All keys and tokens of a person. */
  personId: z.string().max(80).nullable().optional(),
  project: z.string().max(80).nullable().optional(),
  model: z.string().max(300).nullable().optional(),
  client: z.string().max(80).optional(),
  upstreamId: z.string().max(80).nullable().optional(),
});
export type UsageFilter = Readonly<z.infer<typeof usageFilter>>;

const timesToTokens = {
  /**
   * Milliseconds to the first token; null without any. From counts in buckets that grow by the eighth of an octave, so at
   * most 4.5 % off.
   */
  firstTokenMs: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
  /** Output tokens a second as the rows say them, as exact as `firstTokenMs`; null without any. */
  tokensPerSecond: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
};

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
      /** Id of the key, person or upstream, or the project, model or client; null where the request had none; `other` for the rest. */
      group: z.string().nullable(),
      label: z.string(),
      /** One value a bucket, in order. */
      requests: z.array(count),
      tokensIn: z.array(count),
      tokensOut: z.array(count),
      tokensCached: count,
      costs,
    }),
  ),
  total: usageLine,
  /** What all of it would have cost, by the price table. */
  costs,
  ...timesToTokens,
  /** The same length of time before `since`, for comparison; it begins with a whole minute, or hour for days. */
  before: usageLine.extend({ ...timesToTokens, costs, refusals: count }),
  /** Why requests were refused, greatest first; those without a known key too. */
  refusals: z.array(z.object({ code: z.string(), count })),
});
export type UsageSeries = z.infer<typeof usageSeries>;
