// A budget in words: how full it is, which one ends first, and when it would be spent, where that can be said.

import { expect, test } from 'vitest';
import { fullest, shareOf, spentAt } from '../../../renderer/features/limits/budget-words.ts';
import { passphraseStrength } from '../../../renderer/features/transfer/passphrase-strength.ts';
import type { BudgetState } from '../../../shared/limit-model.ts';

const hourMs = 3_600_000;
const day: BudgetState = {
  period: 'day',
  currency: null,
  project: null,
  limit: 100,
  topUp: 0,
  used: 50,
  reserved: 0,
  remaining: 50,
  soft: 0.8,
  strict: false,
  state: 'fine',
  startsAt: 0,
  endsAt: 24 * hourMs,
  unpriced: 0,
};

test('at this pace it is spent when as much again was used', () => {
  expect(spentAt(day, 6 * hourMs)).toBe(12 * hourMs);
});

test('nothing is foretold after its end, too early, of what is spent or unused, or of a budget without a period', () => {
  expect(spentAt(day, 13 * hourMs)).toBeUndefined();
  expect(spentAt(day, 0.5 * hourMs)).toBeUndefined();
  expect(spentAt({ ...day, endsAt: 31 * 24 * hourMs }, 2 * hourMs)).toBeUndefined();
  expect(spentAt({ ...day, used: 0, remaining: 100 }, 6 * hourMs)).toBeUndefined();
  expect(spentAt({ ...day, used: 100, remaining: 0 }, 6 * hourMs)).toBeUndefined();
  expect(spentAt({ ...day, endsAt: null }, 6 * hourMs)).toBeUndefined();
});

test('a budget of nothing is full, and the fullest of several is the one that is shown', () => {
  expect(shareOf({ limit: 0 }, 0)).toBe(1);
  expect(shareOf({ limit: 10 }, 25)).toBe(1);
  const month: BudgetState = { ...day, period: 'month', used: 90 };
  expect(fullest([day, month])).toBe(month);
  expect(fullest([])).toBeUndefined();
});

test('a passphrase is as hard to guess as it is long and varied', () => {
  expect(passphraseStrength('short')).toBe('weak');
  expect(passphraseStrength('aaaaaaaaaaaaaaaaaaaaaaaa')).toBe('weak');
  expect(passphraseStrength('tree bark lantern')).not.toBe('weak');
  expect(passphraseStrength('correct horse battery staple')).toBe('strong');
});
