// How often passwords are worked out, and who is slowed down by whom; with a clock that stands still.

import { expect, test } from 'vitest';
import { createSignInLimits, type SignInAttempt } from '../../../electron/core/sign-in-limits.ts';
import { heldClock } from '../storage/fixtures/open-profile.ts';

const at = (address: string, account = 'olga'): SignInAttempt => ({ account, address });
const makeLimits = () => {
  const clock = heldClock(1_000_000);
  return { clock, limits: createSignInLimits({ clock }) };
};
/** How many of so many tries are worked out now. */
const taken = (limits: ReturnType<typeof createSignInLimits>, attempt: SignInAttempt, tries: number): number =>
  Array.from({ length: tries }, () => {
    try {
      limits.take(attempt)();
      return 1;
    } catch (error) {
      expect((error as { code: string }).code).toBe('sign_in_blocked');
      return 0;
    }
  }).reduce<number>((sum, one) => sum + one, 0);

test('sixty a minute are worked out over all addresses, whoever asks', () => {
  const { clock, limits } = makeLimits();
  for (let n = 0; n < 60; n += 1) expect(taken(limits, at(`192.0.2.${n}`, `name ${n}`), 1)).toBe(1);
  expect(taken(limits, at('198.51.100.1', 'somebody'), 1)).toBe(0);
  clock.goOn(60_000);
  expect(taken(limits, at('198.51.100.1', 'somebody'), 1)).toBe(1);
});

test('an address that fails is put off by its /64, for twice as long each time, and leaves all others alone', () => {
  const { clock, limits } = makeLimits();
  const address = '2001:db8::1';
  for (let n = 0; n < 10; n += 1) expect(limits.failed(at(address, `name ${n}`))).toBeUndefined();
  expect(limits.failed(at('2001:db8::ffff', 'another'))?.details['seconds']).toBe(60);
  expect(limits.failed(at('2001:db8:0:1::1', 'another'))).toBeUndefined();
  expect(taken(limits, at(address), 40)).toBe(10);
  expect(taken(limits, at('192.0.2.9'), 40)).toBe(40);
  clock.goOn(60_000);
  for (let n = 0; n < 10; n += 1) limits.failed(at(address, `name ${n}`));
  expect(limits.failed(at(address, 'x'))?.details['seconds']).toBe(120);
});

test('an account that others guess at is not slowed down for its owner at home', () => {
  const { limits } = makeLimits();
  limits.succeeded(at('192.0.2.1'));
  for (let n = 0; n < 12; n += 1) limits.failed(at(`198.51.100.${n}`));
  expect(taken(limits, at('203.0.113.5'), 20)).toBe(10);
  expect(taken(limits, at('192.0.2.1'), 20)).toBe(20);
});

test('signing in makes good what was mistyped from there', () => {
  const { limits } = makeLimits();
  for (let n = 0; n < 10; n += 1) limits.failed(at('192.0.2.1'));
  limits.succeeded(at('192.0.2.1'));
  expect(limits.failed(at('192.0.2.1', 'another'))).toBeUndefined();
});

test('whoever shares an address with an account’s owner cannot guess at it by signing in themselves between guesses', () => {
  const { limits } = makeLimits();
  const home = '192.0.2.1';
  limits.succeeded(at(home, 'olga'));
  limits.succeeded(at(home, 'mel'));
  for (let n = 0; n < 11; n += 1) {
    limits.failed(at(home, 'olga'));
    limits.succeeded(at(home, 'mel'));
  }
  expect(taken(limits, at(home, 'olga'), 40)).toBe(10);
});

test('signing in makes good what was tried at one’s own account, and nothing that was tried there at others', () => {
  for (const [others, open] of [
    [0, 20],
    [5, 10],
  ] as const) {
    const { limits } = makeLimits();
    const home = '192.0.2.1';
    for (let n = 0; n < 11; n += 1) limits.failed(at(home, n < others ? 'mel' : 'olga'));
    limits.succeeded(at(home, 'olga'));
    expect(taken(limits, at(home, 'somebody'), 20)).toBe(open);
  }
});

test('an account is put off at an address of its owner’s for as long as was guessed at it there', () => {
  const { clock, limits } = makeLimits();
  const home = '192.0.2.1';
  limits.succeeded(at(home));
  const guess = () => {
    for (let n = 0; n < 11; n += 1) limits.failed(at(home));
  };
  guess();
  clock.goOn(60_000);
  // Begins anew for the address, by somebody else's doing, and not for the account.
  limits.failed(at(home, 'mel'));
  limits.succeeded(at(home, 'mel'));
  guess();
  clock.goOn(61_000);
  expect(taken(limits, at(home), 20)).toBe(10);
  expect(taken(limits, at(home, 'mel'), 20)).toBe(20);
});

test('many at once are no more guesses than one after the other: what runs counts as failed', () => {
  const { limits } = makeLimits();
  const begin = (attempt: SignInAttempt, tries: number) =>
    Array.from({ length: tries }, () => {
      try {
        return limits.take(attempt);
      } catch {
        return undefined;
      }
    }).filter((end) => end !== undefined);
  for (let n = 0; n < 4; n += 1) limits.failed(at('192.0.2.1', `name ${n}`));
  // Six failures are left, and ten a minute of those who are put off.
  const run = begin(at('192.0.2.1'), 60);
  expect(run).toHaveLength(16);
  // The account has four left, elsewhere too.
  expect(begin(at('198.51.100.1'), 60)).toHaveLength(0);
  for (const end of run) end();
  expect(begin(at('198.51.100.1'), 60)).toHaveLength(10);
});

test('a person changes their password once at a time, and six times an hour', () => {
  const { clock, limits } = makeLimits();
  const change = (personId: string): string => {
    try {
      limits.takeChange(personId)();
      return 'changed';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const end = limits.takeChange('anna');
  expect([change('anna'), change('ben')]).toEqual(['sign_in_blocked', 'changed']);
  end();
  for (let n = 0; n < 5; n += 1) expect(change('anna')).toBe('changed');
  expect([change('anna'), change('ben')]).toEqual(['sign_in_blocked', 'changed']);
  clock.goOn(60 * 60_000);
  expect(change('anna')).toBe('changed');
});
