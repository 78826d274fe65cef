// Guesses at short keys, from all addresses together: how many are told from a right one within a minute.

import { expect, test } from 'vitest';
import { createWeakBrake, mostMissesAMinute } from '../../../electron/gateway/weak-brake.ts';

function heldBrake() {
  let now = 1_000_000;
  const brake = createWeakBrake({ now: () => now, monotonic: () => now });
  return {
    ...brake,
    goOn: (ms: number) => {
      now += ms;
    },
  };
}

test('holds short values once so many were wrong within a minute, and lets go a minute after each', () => {
  const brake = heldBrake();
  for (let count = 0; count < mostMissesAMinute; count++) {
    expect(brake.holds(`guess${count}`)).toBe(false);
    brake.missed(`guess${count}`);
    brake.goOn(100);
  }
  expect(brake.holds('anything-short')).toBe(true);
  expect(brake.refusal(['anything-short'])).toMatchObject({ code: 'short_keys_braked', status: 429 });
  brake.goOn(60_000 - mostMissesAMinute * 100);
  expect(brake.holds('anything-short')).toBe(false);
  expect(brake.refusal(['anything-short'])).toBeUndefined();
  brake.missed('one more');
  expect(brake.holds('anything-short')).toBe(true);
});

test('never holds a value that is long enough not to be guessed, and counts none of them', () => {
  const brake = heldBrake();
  for (let count = 0; count < 1_000; count++) brake.missed(`a-guess-of-a-long-value-${count}`);
  expect(brake.holds('short')).toBe(false);
  for (let count = 0; count < mostMissesAMinute; count++) brake.missed('short');
  expect(brake.holds('a-value-of-sixteen')).toBe(false);
  expect(brake.refusal(['a-value-of-sixteen'])).toBeUndefined();
});
