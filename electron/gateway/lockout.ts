// Failed attempts to come in, by address: whoever guesses keys is put off for longer and longer. Answers failures alone; a
// valid key is never refused for where it comes from, or one container behind a bridge would lock everybody out.

import { KeyhatchError } from '../../shared/errors.ts';
import type { LockedAddress } from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import { addressBlock } from './client-address.ts';

export type Lockout = {
  /** Notes a failed attempt. Returns what to answer instead of the failure while the address is put off. */
  readonly failed: (clientAddress: string) => KeyhatchError | undefined;
  /** Addresses that are put off now, the longest first. */
  readonly list: () => LockedAddress[];
  /** Forgets what an address did. False when it was not put off. */
  readonly unlock: (address: string) => boolean;
};

export type LockoutPorts = { readonly settings: () => Settings; readonly clock: Clock };

/** Times are monotonic milliseconds. */
type Record = { attempts: number; windowFrom: number; lockedFrom: number; lockedUntil: number; locks: number };

const mostAddresses = 10_000;
const firstLockMs = 60_000;
const longestLockMs = 3_600_000;
/** An address that was put off and then stays away for so long begins anew. */
const forgetMs = 86_400_000;
/** No client waits longer than this of itself; see the error table of the README. */
const longestRetrySeconds = 59;

export function createLockout({ settings, clock }: LockoutPorts): Lockout {
  // In the order of their last attempt, so that the first is the one to forget.
  const records = new Map<string, Record>();

  function recordOf(block: string, now: number): Record {
    const known = records.get(block);
    records.delete(block);
    const lastSeen = Math.max(known?.windowFrom ?? 0, known?.lockedUntil ?? 0);
    const record =
      known && now - lastSeen < forgetMs
        ? known
        : { attempts: 0, windowFrom: now, lockedFrom: 0, lockedUntil: 0, locks: 0 };
    records.set(block, record);
    const [oldest] = records.keys();
    if (records.size > mostAddresses && oldest !== undefined) records.delete(oldest);
    return record;
  }

  return {
    failed(clientAddress) {
      const now = clock.monotonic();
      const { 'access.lockoutAttempts': most, 'access.lockoutWindowMs': windowMs } = settings();
      if (most === 0) return undefined;
      const record = recordOf(addressBlock(clientAddress), now);
      if (now >= record.lockedUntil) {
        if (now - record.windowFrom >= windowMs) Object.assign(record, { attempts: 0, windowFrom: now });
        record.attempts += 1;
        if (record.attempts <= most) return undefined;
        // Attempts while it is put off do not make that longer, or a client that retries could never recover.
        record.locks += 1;
        record.lockedFrom = now;
        record.lockedUntil = now + Math.min(longestLockMs, firstLockMs * 2 ** (record.locks - 1));
        record.attempts = 0;
        record.windowFrom = record.lockedUntil;
      }
      const leftSeconds = Math.ceil((record.lockedUntil - now) / 1000);
      return new KeyhatchError('too_many_attempts', {
        details: { leftSeconds, seconds: Math.min(longestRetrySeconds, Math.max(1, leftSeconds)) },
      });
    },
    list() {
      const now = clock.monotonic();
      const wallOffsetMs = clock.now() - now;
      return [...records]
        .filter(([, { lockedUntil }]) => lockedUntil > now)
        .map(([address, { lockedFrom, lockedUntil, locks }]) => ({
          address,
          since: Math.round(lockedFrom + wallOffsetMs),
          until: Math.round(lockedUntil + wallOffsetMs),
          times: locks,
        }))
        .sort((a, b) => b.until - a.until);
    },
    unlock(address) {
      const block = records.has(address) ? address : addressBlock(address);
      const locked = (records.get(block)?.lockedUntil ?? 0) > clock.monotonic();
      if (locked) records.delete(block);
      return locked;
    },
  };
}
