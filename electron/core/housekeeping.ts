// What is done now and then while Keyhatch runs: old requests go, and secrets whose grace is over leave the vault.

import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Verifiers } from './key-registry.ts';

export type HousekeepingPorts = {
  readonly settings: () => Settings;
  readonly pruneRequests: (beforeMs: number) => void;
  readonly verifiers: () => Verifiers | undefined;
  readonly clock: Clock;
  readonly log: Log;
};

const everyMs = 60_000;
const pruneEveryMs = 3_600_000;
const dayMs = 86_400_000;

/** Looks once a minute and prunes once an hour, until the returned function is called. */
export function startHousekeeping(ports: HousekeepingPorts): () => void {
  let prunedAt = Number.NEGATIVE_INFINITY;

  async function tidy(): Promise<void> {
    try {
      if (ports.clock.monotonic() - prunedAt >= pruneEveryMs) {
        prunedAt = ports.clock.monotonic();
        ports.pruneRequests(ports.clock.now() - ports.settings()['usage.retentionDays'] * dayMs);
      }
      await ports.verifiers()?.expire(ports.clock.now());
    } catch (error) {
      ports.log.warn('tidying up did not work; it is tried again in a minute', { error });
    }
  }
  const timer = setInterval(tidy, everyMs).unref();
  void tidy();
  return () => clearInterval(timer);
}
