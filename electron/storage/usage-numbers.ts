// The numbers that every sum of usage has, and adding them up. Pure.

import type { UsageLine } from '../../shared/usage-model.ts';

export type UsageNumbers = Omit<UsageLine, 'group' | 'label'>;

const sumFields = [
  'requests',
  'refused',
  'failed',
  'tokensIn',
  'tokensOut',
  'tokensCached',
  'unmetered',
  'tokensCounted',
  'tokensEstimated',
] as const satisfies readonly (keyof UsageNumbers)[];

export const noNumbers = (): UsageNumbers =>
  Object.fromEntries(sumFields.map((field) => [field, 0])) as Record<(typeof sumFields)[number], number>;

/** Adds one to another. */
export function addNumbers(sum: { -readonly [Field in keyof UsageNumbers]: number }, more: UsageNumbers): void {
  for (const field of sumFields) sum[field] += more[field];
}

/** All of them together. */
export function sumOfNumbers(all: Iterable<UsageNumbers>): UsageNumbers {
  const sum = noNumbers();
  for (const one of all) addNumbers(sum, one);
  return sum;
}

/** What is left of one without another, which is a part of it. */
export function numbersWithout(all: UsageNumbers, part: UsageNumbers): UsageNumbers {
  const rest = noNumbers();
  for (const field of sumFields) rest[field] = Math.max(0, all[field] - part[field]);
  return rest;
}
