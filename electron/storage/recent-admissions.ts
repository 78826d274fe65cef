// The admissions of the last 60 seconds in memory: a server that is stopped and started in one process asks for them too.

import type { Clock } from '../lib/clock.ts';
import type { Admission } from './admission-table.ts';

export const admissionWindowMs = 60_000;

export type RecentAdmissions = {
  readonly recent: () => Iterable<Admission>;
  readonly record: (admission: Admission) => void;
};

/** @param loaded what an earlier process left, oldest first */
export function createRecentAdmissions(options: {
  readonly clock: Clock;
  readonly loaded: readonly Admission[];
}): RecentAdmissions {
  const { clock } = options;
  let kept = [...options.loaded];
  let trimAt = kept.length * 2 + 1000;

  function recent(): Admission[] {
    const now = clock.now();
    // One from the future is from before the clock was set back; it would block its key until then.
    return kept.filter(({ at }) => at > now - admissionWindowMs && at <= now);
  }

  return {
    recent,
    record(admission) {
      kept.push(admission);
      if (kept.length < trimAt) return;
      kept = recent();
      trimAt = kept.length * 2 + 1000;
    },
  };
}
