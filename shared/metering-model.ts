// The nouns of metering that went wrong: why the token numbers of an answer are not its model server's own, and how often.

import * as z from 'zod';
import { tokenSource } from './token-source.ts';

/**
 * Why an answer that should have held token numbers gave none that could be read. The first that fits is kept:
 * `too_large`: an event, or an answer in one piece, over the cap; `compressed`: of a kind or size that is not opened;
 * `unreadable`: not in the form that it calls itself; `cut_before_token` and `cut_short`: it broke off, or its client left,
 * before its first token or before its numbers; `no_numbers`: it was read whole and said none.
 */
export const unmeteredReason = z.enum([
  'too_large',
  'compressed',
  'unreadable',
  'cut_before_token',
  'cut_short',
  'no_numbers',
]);
export type UnmeteredReason = z.infer<typeof unmeteredReason>;

const timeMs = z.number().int().nonnegative();

export const unmeteredLine = z.object({
  upstreamId: z.string().nullable(),
  upstreamName: z.string().nullable(),
  reason: unmeteredReason,
  /** What was booked instead. */
  source: tokenSource,
  requests: z.number().int().nonnegative(),
});
export type UnmeteredLine = z.infer<typeof unmeteredLine>;

/** Greatest first. `since` is the beginning of an hour, because that is how they are kept. */
export const unmeteredReport = z.object({ since: timeMs, until: timeMs, lines: z.array(unmeteredLine) });
export type UnmeteredReport = z.infer<typeof unmeteredReport>;
