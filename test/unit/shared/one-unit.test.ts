// Lengths of time as people say them, in one unit.

import { expect, test } from 'vitest';
import { inOneUnit } from '../../../shared/one-unit.ts';

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000] as const;

test.each([
  [30 * day - 1, 30, 'day'],
  [30 * day - 40 * second, 30, 'day'],
  [29 * day + 11 * hour, 29, 'day'],
  [29 * day + 13 * hour, 30, 'day'],
  [day - minute, 1, 'day'],
  [23 * hour + 20 * minute, 23, 'hour'],
  [hour - 20 * second, 1, 'hour'],
  [minute - 1, 1, 'minute'],
  [20 * second, 20, 'second'],
  [0, 0, 'second'],
] as const)(
  'what lies %d ms ahead is %d %s away: the nearest unit, and never 24 hours or 60 minutes',
  (ms, count, unit) => {
    expect(inOneUnit(ms)).toEqual({ count, unit });
  },
);

test.each([
  [-(30 * day - 1), -29, 'day'],
  [-(day - 1), -23, 'hour'],
  [-(hour - 1), -59, 'minute'],
  [-(2 * second - 1), -1, 'second'],
] as const)('what lies %d ms behind is %d %s: no more than has passed', (ms, count, unit) => {
  expect(inOneUnit(ms)).toEqual({ count, unit });
});
