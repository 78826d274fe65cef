// What owners are reminded of, when it begins and ends, and that each is noted once.

import { describe, expect, test } from 'vitest';
import type { RegisteredKey } from '../../../electron/core/key-registry.ts';
import { createReminders, remindersOf } from '../../../electron/core/reminders.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { heldClock, plainKey } from '../storage/fixtures/open-profile.ts';

const day = 86_400_000;
const now = 1_800_000_000_000;
const key = (more: Partial<RegisteredKey> = {}): RegisteredKey => ({
  ...plainKey,
  status: 'active',
  personBar: null,
  ...more,
});
const kinds = (more: Partial<RegisteredKey>, at = now) => remindersOf([key(more)], at).map(({ kind }) => kind);
const rotating = (days: number) => ({ ...usualPolicy, rotateEveryDays: days });

describe('an expiry', () => {
  test.each([
    [7 * day + 1, []],
    [7 * day, ['key_expires_in_7_days']],
    [day + 1, ['key_expires_in_7_days']],
    [day, ['key_expires_in_1_day']],
    [1, ['key_expires_in_1_day']],
  ])('%i ms ahead', (aheadMs, wanted) => {
    expect(kinds({ expiresAt: now + aheadMs })).toEqual(wanted);
  });

  test.each(['revoked', 'expired'] as const)('of a key that is %s is no matter any more', (status) => {
    expect(kinds({ expiresAt: now + day, status })).toEqual([]);
  });

  test('has one id for as long as it is the same, and another when it moves', () => {
    const idAt = (expiresAt: number, at = now) => remindersOf([key({ expiresAt })], at)[0]?.id;
    expect(idAt(now + 6 * day)).toBe(idAt(now + 6 * day, now + 1000));
    expect(idAt(now + 6 * day)).not.toBe(idAt(now + 6 * day + 1));
    expect(idAt(now + 6 * day)).not.toBe(idAt(now + 6 * day, now + 5 * day));
  });
});

describe('a rotation', () => {
  test('is due by the last one, or by when the key was made', () => {
    expect(kinds({ createdAt: now - 30 * day, policy: rotating(30) })).toEqual(['rotation_due']);
    expect(kinds({ createdAt: now - 30 * day + 1, policy: rotating(30) })).toEqual([]);
    expect(kinds({ createdAt: 0, rotatedAt: now - day, policy: rotating(30) })).toEqual([]);
    expect(kinds({ createdAt: 0, rotatedAt: null })).toEqual([]);
  });
});

test('each is noted once, over restarts too, and a key’s end as well; soonest comes first', () => {
  const clock = heldClock(now);
  const history = new Set<string>();
  const noted: string[] = [];
  let keys = [
    key({ id: 'aaaaaaaa', expiresAt: now + 6 * day }),
    key({ id: 'bbbbbbbb', createdAt: 0, policy: rotating(1) }),
  ];
  const make = () =>
    createReminders({
      keys: () => keys,
      recordOnce({ action, subject, detail }) {
        const isNew = !history.has(`${subject.id} ${action} ${detail}`);
        history.add(`${subject.id} ${action} ${detail}`);
        if (isNew) noted.push(`${subject.id} ${action}`);
        return isNew;
      },
      clock,
    });
  const first = make();
  expect(first.now().map(({ keyId }) => keyId)).toEqual(['bbbbbbbb', 'aaaaaaaa']);
  first.note();
  first.note();
  make().note();
  expect(noted).toEqual(['bbbbbbbb rotation_due', 'aaaaaaaa key_expires_in_7_days']);
  clock.goOn(5.5 * day);
  make().note();
  expect(noted.slice(2)).toEqual(['aaaaaaaa key_expires_in_1_day']);
  keys = [key({ id: 'aaaaaaaa', expiresAt: now + 6 * day, status: 'expired' })];
  clock.goOn(day);
  make().note();
  make().note();
  expect(noted.slice(3)).toEqual(['aaaaaaaa expired']);
});
