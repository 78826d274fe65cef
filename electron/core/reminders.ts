// What an owner should know of a key in time: that it ends in seven days or in one, that it should have a new secret by now.
// Worked out from memory whenever somebody asks; each is noted once in the history, and so is each key that ended.

import type { Reminder } from '../../shared/model.ts';
import type { Clock } from '../lib/clock.ts';
import type { History } from './history.ts';
import type { RegisteredKey } from './key-registry.ts';

export type ReminderPorts = {
  readonly keys: () => readonly RegisteredKey[];
  readonly recordOnce: History['recordOnce'];
  readonly clock: Clock;
};

export type Reminders = {
  /** What there is to say now, soonest first. */
  readonly now: () => Reminder[];
  /** Notes what is new. To be called now and then. */
  readonly note: () => void;
  /** Notes that old requests were deleted, once a day. */
  readonly notePruned: () => void;
};

const dayMs = 86_400_000;

export function createReminders({ keys, recordOnce, clock }: ReminderPorts): Reminders {
  const now = () => remindersOf(keys(), clock.now());
  // What this run has noted need not be asked of the disk again.
  const noted = new Set<string>();

  function noteOnce(action: string, id: string, key: { readonly id: string; readonly name: string }): void {
    if (noted.has(id)) return;
    noted.add(id);
    recordOnce({ action, subject: { kind: 'key', id: key.id, name: key.name }, detail: id });
  }

  return {
    now,
    note() {
      for (const { kind, id, keyId, keyName } of now()) noteOnce(kind, id, { id: keyId, name: keyName });
      for (const key of keys())
        if (key.status === 'expired') noteOnce('expired', `ended-${key.id}-${key.expiresAt}`, key);
    },
    notePruned() {
      const subject = { kind: 'profile', id: 'profile', name: 'requests' } as const;
      recordOnce({ action: 'cleared_away', subject, detail: new Date(clock.now()).toDateString() });
    },
  };
}

/** Of keys that work or are paused; soonest first. */
export function remindersOf(keys: readonly RegisteredKey[], nowMs: number): Reminder[] {
  return keys
    .filter(({ status }) => status === 'active' || status === 'paused')
    .flatMap((key) => [...expiryOf(key, nowMs), ...rotationOf(key, nowMs)])
    .sort((a, b) => a.dueAt - b.dueAt);
}

function expiryOf({ id: keyId, name: keyName, expiresAt }: RegisteredKey, nowMs: number): Reminder[] {
  if (expiresAt === null || expiresAt - nowMs > 7 * dayMs) return [];
  const days = expiresAt - nowMs > dayMs ? 7 : 1;
  const kind = days === 7 ? 'key_expires_in_7_days' : 'key_expires_in_1_day';
  return [{ id: `expires-${days}d-${keyId}-${expiresAt}`, kind, keyId, keyName, dueAt: expiresAt }];
}

function rotationOf(key: RegisteredKey, nowMs: number): Reminder[] {
  const { rotateEveryDays } = key.policy;
  if (rotateEveryDays === null) return [];
  const dueAt = (key.rotatedAt ?? key.createdAt) + rotateEveryDays * dayMs;
  if (dueAt > nowMs) return [];
  return [{ id: `rotate-${key.id}-${dueAt}`, kind: 'rotation_due', keyId: key.id, keyName: key.name, dueAt }];
}
