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

const cannotBeSeen = /[\p{Default_Ignorable_Code_Point}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u2800]/gu;

/** What is left of a name to tell it by: two with the same would be taken for each other. */
export function nameSkeleton(name: string): string {
  const plain = name.normalize('NFKC').replaceAll(cannotBeSeen, '').replaceAll(/\s+/g, ' ').trim();
  // There and back folds what one way leaves apart: ß and ss, both sigmas.
  return plain.toLowerCase().toUpperCase().normalize('NFKC');
}

/** A name that somebody goes by: all of it can be seen. */
export const personName = itemName.refine(
  (name) => nameSkeleton(name) !== '' && name.search(cannotBeSeen) === -1,
  'must not hold what cannot be seen',
);
