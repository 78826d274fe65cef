// What several nouns have in common: names that people give, and times.

import * as z from 'zod';

/** Epoch milliseconds. */
export const timeMs = z.number().int().nonnegative();

/** A name that a person gives to a key or a project. */
export const itemName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}\p{Cf}]+$/u, 'must not hold control characters');
