// Usage in lines for an export: each group of each period, a few periods at a time. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import { type Costs, createCostSum, type ModelPrice } from '../../shared/prices.ts';
import type { UsageFilter, UsageSplit } from '../../shared/usage-model.ts';
import type { ExportPeriod } from '../../shared/usage-questions.ts';
import { createGroupLabels } from './group-labels.ts';
import { localDays } from './local-day.ts';
import { grainEnd, grainStart, hourGrain } from './usage-grain.ts';
import { sumOfNumbers, type UsageNumbers } from './usage-numbers.ts';
import { createUsageReader, type UsageTime } from './usage-reader.ts';

export type UsageExportLine = UsageNumbers & {
  readonly period: UsageTime;
  readonly group: string | null;
  readonly label: string;
  readonly costs: Costs;
};

export type UsageExportReader = {
  /** Those in which something may have happened, oldest first; hours and days are whole but the first and the last. */
  readonly periods: (query: {
    readonly since: number;
    readonly until: number;
    readonly every: ExportPeriod;
    readonly filter?: UsageFilter;
  }) => UsageTime[];
  readonly lines: (query: {
    readonly periods: readonly UsageTime[];
    readonly by: UsageSplit;
    readonly filter: UsageFilter;
    readonly prices: readonly ModelPrice[];
  }) => UsageExportLine[];
};

export function createUsageExport(db: DatabaseSync): UsageExportReader {
  const reader = createUsageReader(db);
  const labelOf = createGroupLabels(db);
  return {
    periods({ since, until, every, filter }) {
      const time = { from: since, to: until + 1 };
      if (every === 'whole') return [time];
      // "Since ever" must not count hours from 1970, and how many there are tells nobody how long others have been here.
      const bounds = reader.bounds(time, filter);
      if (bounds === undefined) return [];
      const days = localDays(bounds.from, bounds.to - 1);
      return (every === 'day' ? days : days.flatMap(hoursOf))
        .map(({ from, to }) => ({ from: Math.max(from, since), to: Math.min(to, until + 1) }))
        .filter(({ from, to }) => from < to);
    },
    lines({ periods, by, filter, prices }) {
      const cells = reader.cells({ times: periods, by, filter, byModel: true });
      return [...Map.groupBy(cells, ({ time, group }) => JSON.stringify([time, group])).values()]
        .flatMap((ofGroup) => {
          const [first] = ofGroup;
          const period = first && periods[first.time];
          if (!first || !period) return [];
          const cost = createCostSum(prices);
          for (const cell of ofGroup) cost.add(cell.model, cell);
          const label = labelOf(first.group, by);
          return [{ period, group: first.group, label, ...sumOfNumbers(ofGroup), costs: cost.costs() }];
        })
        .sort((a, b) => a.period.from - b.period.from || b.requests - a.requests || (a.label < b.label ? -1 : 1));
    },
  };
}

function hoursOf({ from, to }: UsageTime): UsageTime[] {
  const hours: UsageTime[] = [];
  for (let at = grainStart(hourGrain, from); at < to; ) {
    const end = grainEnd(hourGrain, at);
    hours.push({ from: at, to: end });
    at = end;
  }
  return hours;
}
