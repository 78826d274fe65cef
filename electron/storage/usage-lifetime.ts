// What each key and each model has used since ever, from the sums by day, and since a key's counters were reset: the same
// less what it had used until then, which is kept with the key. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import { createCostSum, type ModelPrice } from '../../shared/prices.ts';
import type { LifetimeSums, UsageLifetime } from '../../shared/usage-questions.ts';
import { createGroupLabels } from './group-labels.ts';
import { noNumbers, numbersWithout, sumOfNumbers, type UsageNumbers } from './usage-numbers.ts';
import { createUsageReader, type UsageCell } from './usage-reader.ts';

export type LifetimeQuery = {
  readonly until: number;
  readonly by: 'key' | 'model';
  readonly keyId?: string | undefined;
  readonly personId?: string | undefined;
  readonly prices: readonly ModelPrice[];
};

export type UsageLifetimeReader = {
  readonly lifetime: (query: LifetimeQuery) => UsageLifetime;
  /** What a key has used until now, as it is kept when its counters are reset. */
  readonly countedBy: (query: { readonly keyId: string; readonly until: number }) => string;
};

type OfModel = { readonly model: string | null; readonly numbers: UsageNumbers };
type Reset = { readonly since: number; readonly before: readonly OfModel[] };

export function createUsageLifetime(db: DatabaseSync): UsageLifetimeReader {
  const reader = createUsageReader(db);
  const labelOf = createGroupLabels(db);
  const resets = db.prepare(
    'SELECT id, counted_since AS since, counted_before AS before FROM keys WHERE counted_since IS NOT NULL',
  );

  function resetsByKey(): Map<string, Reset> {
    return new Map(
      resets.all().map(({ id, since, before }) => [String(id), { since: Number(since), before: readBefore(before) }]),
    );
  }

  return {
    lifetime({ until, by, keyId, personId, prices }) {
      const time = { from: 0, to: until + 1 };
      const filter = { ...(keyId === undefined ? {} : { keyId }), ...(personId === undefined ? {} : { personId }) };
      const cells = reader.cells({ times: [time], by, filter, byModel: true });
      const known = by === 'key' ? resetsByKey() : new Map<string, Reset>();
      const lines = [...Map.groupBy(cells, ({ group }) => group)].map(([group, ofGroup]) => {
        const ever = ofGroup.map(ofModel);
        const reset = group === null ? undefined : known.get(group);
        return {
          group,
          label: labelOf(group, by),
          countedSince: reset?.since ?? null,
          counted: sumsOf(reset === undefined ? ever : without(ever, reset.before), prices),
          ever: sumsOf(ever, prices),
        };
      });
      return {
        until,
        // When the house was first used is not about one person.
        since: personId === undefined ? (reader.bounds(time)?.from ?? null) : null,
        lines: lines.sort((a, b) => weightOf(b.ever) - weightOf(a.ever) || (a.label < b.label ? -1 : 1)),
        total: sumsOf(cells.map(ofModel), prices),
      };
    },
    countedBy({ keyId, until }) {
      const time = { from: 0, to: until + 1 };
      return JSON.stringify(reader.cells({ times: [time], by: 'none', filter: { keyId }, byModel: true }).map(ofModel));
    },
  };
}

function ofModel({ time: _time, group: _group, model, ...numbers }: UsageCell): OfModel {
  return { model, numbers };
}

function readBefore(text: unknown): readonly OfModel[] {
  return typeof text === 'string' ? (JSON.parse(text) as readonly OfModel[]) : [];
}

function without(ever: readonly OfModel[], before: readonly OfModel[]): readonly OfModel[] {
  const known = new Map(before.map(({ model, numbers }) => [model, numbers]));
  return ever.map(({ model, numbers }) => ({
    model,
    numbers: numbersWithout(numbers, known.get(model) ?? noNumbers()),
  }));
}

function sumsOf(parts: readonly OfModel[], prices: readonly ModelPrice[]): LifetimeSums {
  const cost = createCostSum(prices);
  for (const { model, numbers } of parts) cost.add(model, numbers);
  return { ...sumOfNumbers(parts.map(({ numbers }) => numbers)), costs: cost.costs() };
}

const weightOf = ({ tokensIn, tokensOut, requests }: LifetimeSums) => tokensIn + tokensOut + requests / 1000;
