// Addresses that are put off for wrong keys: after how many, for how long, and for whom not.

import { expect, test } from 'vitest';
import { createLockout } from '../../../electron/gateway/lockout.ts';
import { settingsSchema } from '../../../shared/settings.ts';

const minuteMs = 60_000;

function heldLockout(settings: object = {}) {
  let now = 1_000_000;
  const parsed = settingsSchema.parse(settings);
  const lockout = createLockout({ settings: () => parsed, clock: { now: () => now + 5_000, monotonic: () => now } });
  return {
    ...lockout,
    goOn: (ms: number) => {
      now += ms;
    },
    fail: (address: string, times: number) => {
      for (let count = 0; count < times; count++) lockout.failed(address);
    },
  };
}

test('ten wrong keys in five minutes are told as such, the eleventh puts the address off', () => {
  const lockout = heldLockout();
  for (let count = 0; count < 10; count++) expect(lockout.failed('192.0.2.7')).toBeUndefined();
  expect(lockout.failed('192.0.2.7')).toMatchObject({ code: 'too_many_attempts', status: 429, retry: false });
  expect(lockout.failed('192.0.2.8')).toBeUndefined();
});

test('what was tried longer ago than the window does not count', () => {
  const lockout = heldLockout();
  lockout.fail('192.0.2.7', 10);
  lockout.goOn(5 * minuteMs);
  expect(lockout.failed('192.0.2.7')).toBeUndefined();
});

test('each time it lasts twice as long, up to an hour, and trying meanwhile makes it no longer', () => {
  const lockout = heldLockout();
  const lasted: number[] = [];
  for (let time = 0; time < 8; time++) {
    lockout.fail('192.0.2.7', 11);
    const [locked] = lockout.list();
    lasted.push(((locked?.until ?? 0) - (locked?.since ?? 0)) / minuteMs);
    lockout.fail('192.0.2.7', 50);
    expect(lockout.list()[0]?.until).toBe(locked?.until);
    lockout.goOn((lasted.at(-1) ?? 0) * minuteMs);
    expect(lockout.list()).toEqual([]);
  }
  expect(lasted).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
});

test('no client is told to wait a minute or more', () => {
  const lockout = heldLockout();
  for (let time = 0; time < 3; time++) {
    lockout.fail('192.0.2.7', 11);
    expect(lockout.failed('192.0.2.7')?.details['seconds']).toBeLessThanOrEqual(59);
    lockout.goOn(8 * minuteMs);
  }
});

test('a whole /64 is one address', () => {
  const lockout = heldLockout();
  for (let host = 1; host <= 11; host++) lockout.failed(`2001:db8::${host}`);
  expect(lockout.list()).toMatchObject([{ address: '2001:db8:0:0::/64', times: 1 }]);
  expect(lockout.unlock('2001:db8::5')).toBe(true);
  expect(lockout.list()).toEqual([]);
  expect(lockout.unlock('2001:db8::5')).toBe(false);
});

test('ten thousand addresses are remembered, and the one not heard of for longest is forgotten first', () => {
  const lockout = heldLockout();
  lockout.fail('192.0.2.7', 11);
  lockout.fail('192.0.2.8', 11);
  for (let count = 0; count < 9_998; count++) lockout.failed(`10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`);
  expect(lockout.list()).toHaveLength(2);
  lockout.failed('192.0.2.7');
  lockout.failed('198.51.100.1');
  expect(lockout.list().map(({ address }) => address)).toEqual(['192.0.2.7']);
});

test('with zero attempts in the settings nobody is put off', () => {
  const lockout = heldLockout({ 'access.lockoutAttempts': 0 });
  lockout.fail('192.0.2.7', 100);
  expect(lockout.list()).toEqual([]);
});
