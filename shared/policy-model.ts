// The question "what would become of this request?" and its answer, stage by stage, as schemas. Sends nothing.

import * as z from 'zod';
import { keyOperation } from './key-policy.ts';

export const policyQuestion = z.object({
  /** A key by its id or its name. */
  key: z.string().min(1).max(200),
  operation: keyOperation.default('chat'),
  model: z.string().min(1).max(400).optional(),
  /** An address, or `this-computer`. */
  from: z.string().min(1).max(64).default('this-computer'),
});

export const policyStage = z.object({
  stage: z.string(),
  verdict: z.enum(['pass', 'refuse']),
  /** The error that a client would get, as shared/errors.ts lists it; null where it passes. */
  code: z.string().nullable(),
  /** Why, as one sentence. */
  reason: z.string(),
});
export type PolicyStage = z.infer<typeof policyStage>;

export const policyAnswer = z.object({
  allowed: z.boolean(),
  /** The first stage that refuses, or null. */
  decidedBy: z.string().nullable(),
  /** In the order in which a request meets them. */
  stages: z.array(policyStage),
  /** What the key may do, in words. */
  may: z.string(),
});
export type PolicyAnswer = z.infer<typeof policyAnswer>;
