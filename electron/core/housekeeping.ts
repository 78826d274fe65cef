// What is done now and then while Keyhatch runs: old requests and what was captured of them go, and secrets whose grace is over leave the vault.

import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Verifiers } from './key-registry.ts';

export type HousekeepingPorts = {
  readonly settings: () => Settings;
  /** Takes one small step at deleting what is old; true while there may be more. */
  readonly prune: (kept: { readonly requestDays: number; readonly hourlyDays: number }) => Promise<boolean>;
  readonly pruneCaptured: () => Promise<void>;
  /** Told once a round at most that old requests were deleted. */
  readonly onPruned: () => void;
  /** Looks for what owners should be reminded of. */
  readonly remind: () => void;
  readonly verifiers: () => Verifiers | undefined;
  readonly clock: Clock;
  readonly log: Log;
};

const everyMs = 60_000;
const pruneEveryMs = 3_600_000;
/** Between two steps at pruning: what came in meanwhile goes first. */
const betweenStepsMs = 10;

/** Looks once a minute and prunes once an hour, until the returned function is called. */
export function startHousekeeping(ports: HousekeepingPorts): () => void {
  let prunedAt = Number.NEGATIVE_INFINITY;
  let stopped = false;

  async function prune(): Promise<void> {
    const settings = ports.settings();
    const kept = { requestDays: settings['usage.retentionDays'], hourlyDays: settings['usage.hourlyDays'] };
    let pruned = false;
    while (!stopped && (await ports.prune(kept))) {
      pruned = true;
      await new Promise<void>((resolve) => setTimeout(resolve, betweenStepsMs).unref());
    }
    if (pruned) ports.onPruned();
  }

  async function tidy(): Promise<void> {
    try {
      if (ports.clock.monotonic() - prunedAt >= pruneEveryMs) {
        prunedAt = ports.clock.monotonic();
        await prune();
      }
      await ports.pruneCaptured();
      ports.remind();
      await ports.verifiers()?.expire(ports.clock.now());
    } catch (error) {
      ports.log.warn('tidying up did not work; it is tried again in a minute', { error });
    }
  }
  const timer = setInterval(tidy, everyMs).unref();
  void tidy();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
