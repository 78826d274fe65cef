// What each key has done since local midnight, in memory. Restored at open, begun anew when the day changes.

import type { RequestRow } from '../../shared/usage-model.ts';
import type { Clock } from '../lib/clock.ts';
import { localDay } from './local-day.ts';
import type { CountedDay, KeyDay } from './usage-table.ts';

export type DayCount = Omit<KeyDay, 'keyId'>;

export type UsageCounters = {
  readonly count: (row: RequestRow) => void;
  readonly today: (keyId: string) => DayCount;
  /** Of all callers. */
  readonly requestsToday: () => number;
};

const nothing: DayCount = { requests: 0, tokensIn: 0, tokensOut: 0 };

/** @param restore what is already written of the day that began at `sinceMs` */
export function createUsageCounters(options: {
  readonly clock: Clock;
  readonly restore: (sinceMs: number) => CountedDay;
}): UsageCounters {
  const { clock, restore } = options;
  const counts = new Map<string, DayCount>();
  let day = localDay(clock.now());
  const restored = restore(day.from);
  let requests = restored.requests;
  for (const { keyId, ...count } of restored.byKey) counts.set(keyId, count);

  function turnPage(): void {
    const now = clock.now();
    if (now >= day.from && now < day.to) return;
    day = localDay(now);
    counts.clear();
    requests = 0;
  }

  return {
    count(row) {
      turnPage();
      if (row.receivedAt < day.from) return;
      requests += 1;
      if (row.keyId === null) return;
      const before = counts.get(row.keyId) ?? nothing;
      counts.set(row.keyId, {
        requests: before.requests + 1,
        tokensIn: before.tokensIn + (row.tokensIn ?? 0),
        tokensOut: before.tokensOut + (row.tokensOut ?? 0),
      });
    },
    today(keyId) {
      turnPage();
      return counts.get(keyId) ?? nothing;
    },
    requestsToday() {
      turnPage();
      return requests;
    },
  };
}
