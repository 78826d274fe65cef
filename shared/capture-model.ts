// The nouns of capture: which keys' prompts and answers are kept at the moment, and one kept conversation. JSON only; every
// time is epoch milliseconds, every size bytes.

import * as z from 'zod';

const hourMs = 3_600_000;
export const captureDefaultMs = hourMs;
export const captureLongestMs = 168 * hourMs;
/** Of each body so much is kept. */
export const captureBodyMaxBytes = 256 * 1024;

/** A key whose prompts and answers are being kept, and until when. */
export const captureWindow = z.object({ keyId: z.string(), keyName: z.string(), until: z.number() });
export type CaptureWindow = z.infer<typeof captureWindow>;

/** What has to be seen everywhere while it is on. */
export const captureMark = z.object({
  on: z.array(captureWindow),
  /** Why nothing is kept although it is on, for people. */
  problem: z.string().nullable(),
});
export type CaptureMark = z.infer<typeof captureMark>;

export const captureState = captureMark.extend({
  requests: z.number().int().nonnegative(),
  keptBytes: z.number().int().nonnegative(),
  maxBytes: z.number().int().nonnegative(),
  retentionDays: z.number().int().positive(),
});
export type CaptureState = z.infer<typeof captureState>;

export const captureStart = z.object({
  ref: z.string().min(1).max(200),
  forMs: z.number().int().min(1_000).max(captureLongestMs).default(captureDefaultMs),
});

const capturedBody = z.object({
  /** Null where it is not text. */
  text: z.string().nullable(),
  sizeBytes: z.number().int().nonnegative(),
  /** Only its beginning was kept. */
  cut: z.boolean(),
});
export type CapturedBody = z.infer<typeof capturedBody>;

/** What was kept of one request. */
export const conversation = z.object({
  id: z.string(),
  request: capturedBody.nullable(),
  answer: capturedBody.nullable(),
});
export type Conversation = z.infer<typeof conversation>;

export const replayOrder = z.object({ id: z.string().max(80), model: z.string().trim().min(1).max(200) });
