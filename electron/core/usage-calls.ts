// What people ask about usage: turns "the last 30 days" into moments, adds the price table, and asks whoever keeps the sums.

import type { ModelPrice } from '../../shared/prices.ts';
import type { UsageFilter, UsageGroup, UsageReport, UsageSeries, UsageSplit } from '../../shared/usage-model.ts';
import type {
  DetailsQuestion,
  LifetimeQuestion,
  SeriesQuestion,
  UsageDetails,
  UsageLifetime,
  UsageRange,
} from '../../shared/usage-questions.ts';
import type { Clock } from '../lib/clock.ts';

type Answer<Value> = Value | Promise<Value>;
/** Epoch ms, both included. */
type Moments = { readonly since: number; readonly until: number };

export type UsagePorts = {
  readonly report: (query: Moments & { readonly by: UsageGroup; readonly filter: UsageFilter }) => Answer<UsageReport>;
  readonly series: (
    query: Moments & {
      readonly by: UsageSplit;
      readonly filter: UsageFilter;
      readonly exactly: boolean;
      readonly prices: readonly ModelPrice[];
    },
  ) => Answer<UsageSeries>;
  readonly details: (query: Moments & { readonly filter: UsageFilter }) => Answer<UsageDetails>;
  readonly lifetime: (query: {
    readonly until: number;
    readonly by: 'key' | 'model';
    readonly keyId: string | undefined;
    readonly personId: string | undefined;
    readonly prices: readonly ModelPrice[];
  }) => Answer<UsageLifetime>;
  readonly prices: () => readonly ModelPrice[];
  readonly clock: Clock;
};

export type UsageCalls = {
  readonly report: (sinceMs: number, by: UsageGroup, filter: UsageFilter) => Answer<UsageReport>;
  readonly series: (question: SeriesQuestion) => Answer<UsageSeries>;
  readonly details: (question: DetailsQuestion) => Answer<UsageDetails>;
  readonly lifetime: (question: LifetimeQuestion) => Answer<UsageLifetime>;
};

export function createUsageCalls(ports: UsagePorts): UsageCalls {
  const { prices, clock } = ports;
  return {
    report: (sinceMs, by, filter) =>
      ports.report({ ...momentsOf({ sinceMs }, clock.now()), by, filter: filterOf(filter) }),
    series: (question) =>
      ports.series({
        ...momentsOf(question, clock.now()),
        by: question.by,
        filter: filterOf(question),
        exactly: question.sinceMs === undefined,
        prices: prices(),
      }),
    details: (question) => ports.details({ ...momentsOf(question, clock.now()), filter: filterOf(question) }),
    lifetime: ({ by, keyId, personId }) =>
      ports.lifetime({ until: clock.now(), by, keyId, personId, prices: prices() }),
  };
}

/** The moments that a range means now. */
export function momentsOf({ sinceMs, from = 0, until = 0 }: UsageRange, now: number): Moments {
  // Nothing lies ahead: what ends today ends now.
  return sinceMs === undefined
    ? { since: from, until: Math.min(until, now) }
    : { since: Math.max(0, now - sinceMs), until: now };
}

export function filterOf({ keyId, personId, project, model, client, upstreamId }: UsageFilter): UsageFilter {
  const given = Object.entries({ keyId, personId, project, model, client, upstreamId }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(given) as UsageFilter;
}
