// Who failed too often and is put off for longer and longer, by any name: an address, an account. Counts failures and says
// how long; what is refused then is decided by whoever asks. In memory, a bounded table.

import type { Clock } from './clock.ts';

export type PutOffs = {
  /** Notes a failure. The seconds that are left, where it is put off now. */
  readonly failed: (name: string) => number | undefined;
  /** How many more failures are let pass now before it is put off. */
  readonly failuresLeft: (name: string) => number;
  /** The seconds for which it is still put off. */
  readonly secondsLeft: (name: string) => number | undefined;
  /** Those that are put off now, the longest first; epoch milliseconds. */
  readonly list: () => {
    readonly name: string;
    readonly since: number;
    readonly until: number;
    readonly times: number;
  }[];
  /** Forgets what it did. False when it was not put off. */
  readonly forget: (name: string) => boolean;
};

/** Times are monotonic milliseconds. */
type Record = { attempts: number; windowFrom: number; lockedFrom: number; lockedUntil: number; locks: number };

const mostNames = 10_000;
const firstLockMs = 60_000;
const longestLockMs = 3_600_000;
/** A name that was put off and then stays away for so long begins anew. */
const forgetMs = 86_400_000;

/** @param rule how many failures in what time are let pass; 0 attempts: as many as come */
export function createPutOffs(ports: {
  readonly rule: () => { readonly attempts: number; readonly windowMs: number };
  readonly clock: Clock;
}): PutOffs {
  const { rule, clock } = ports;
  // In the order of their last attempt, so that the first is the one to forget.
  const records = new Map<string, Record>();

  function recordOf(name: string, now: number): Record {
    const known = records.get(name);
    records.delete(name);
    const lastSeen = Math.max(known?.windowFrom ?? 0, known?.lockedUntil ?? 0);
    const record =
      known && now - lastSeen < forgetMs
        ? known
        : { attempts: 0, windowFrom: now, lockedFrom: 0, lockedUntil: 0, locks: 0 };
    records.set(name, record);
    const [oldest] = records.keys();
    if (records.size > mostNames && oldest !== undefined) records.delete(oldest);
    return record;
  }

  function secondsLeft(name: string): number | undefined {
    const leftMs = (records.get(name)?.lockedUntil ?? 0) - clock.monotonic();
    return leftMs > 0 ? Math.ceil(leftMs / 1000) : undefined;
  }

  return {
    secondsLeft,
    failuresLeft(name) {
      const { attempts, windowMs } = rule();
      if (attempts === 0) return Number.POSITIVE_INFINITY;
      const record = records.get(name);
      const isRecent = record !== undefined && clock.monotonic() - record.windowFrom < windowMs;
      return isRecent ? attempts - record.attempts : attempts;
    },
    failed(name) {
      const { attempts, windowMs } = rule();
      if (attempts === 0) return undefined;
      const now = clock.monotonic();
      const record = recordOf(name, now);
      if (now >= record.lockedUntil) {
        if (now - record.windowFrom >= windowMs) Object.assign(record, { attempts: 0, windowFrom: now });
        record.attempts += 1;
        if (record.attempts <= attempts) return undefined;
        // Attempts while it is put off do not make that longer, or a client that retries could never recover.
        record.locks += 1;
        record.lockedFrom = now;
        record.lockedUntil = now + Math.min(longestLockMs, firstLockMs * 2 ** (record.locks - 1));
        record.attempts = 0;
        record.windowFrom = record.lockedUntil;
      }
      return secondsLeft(name);
    },
    list() {
      const now = clock.monotonic();
      const wallOffsetMs = clock.now() - now;
      return [...records]
        .filter(([, { lockedUntil }]) => lockedUntil > now)
        .map(([name, { lockedFrom, lockedUntil, locks }]) => ({
          name,
          since: Math.round(lockedFrom + wallOffsetMs),
          until: Math.round(lockedUntil + wallOffsetMs),
          times: locks,
        }))
        .sort((a, b) => b.until - a.until);
    },
    forget(name) {
      const locked = secondsLeft(name) !== undefined;
      records.delete(name);
      return locked;
    },
  };
}
