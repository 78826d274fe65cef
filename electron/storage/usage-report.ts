// The sums behind `keyhatch usage` and the window: by key, by model or by local day. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import type { UsageFilter, UsageGroup, UsageLine, UsageReport } from '../../shared/usage-model.ts';
import { createGroupLabels } from './group-labels.ts';
import { localDays } from './local-day.ts';
import { isOfAll } from './usage-filter.ts';
import { sumOfNumbers, type UsageNumbers } from './usage-numbers.ts';
import { createUsageReader, type UsageCell, type UsageTime } from './usage-reader.ts';

const minuteMs = 60_000;

export type ReportQuery = {
  readonly since: number;
  readonly until: number;
  readonly by: UsageGroup;
  readonly filter?: UsageFilter;
};

/** A function that adds up what was received from `since` to `until`, both included, epoch ms. */
export function createUsageReport(db: DatabaseSync): (query: ReportQuery) => UsageReport {
  const reader = createUsageReader(db);
  const labelOf = createGroupLabels(db);

  function linesBy(by: Exclude<UsageGroup, 'day'>, time: UsageTime, filter: UsageFilter): UsageLine[] {
    return reader
      .cells({ times: [time], by, filter })
      .map((cell) => lineOf(cell, cell.group, labelOf(cell.group, by)))
      .sort((a, b) => b.requests - a.requests || (a.label < b.label ? -1 : 1));
  }

  // Only days in which something happened can have a line; "since ever" must not count from 1970.
  function linesByDay(time: UsageTime, filter: UsageFilter): UsageLine[] {
    const bounds = reader.bounds(time);
    if (bounds === undefined) return [];
    const days = localDays(bounds.from, bounds.to - 1);
    const times = days.map(({ from, to }) => ({ from: Math.max(from, time.from), to: Math.min(to, time.to) }));
    return reader
      .cells({ times, by: 'none', filter })
      .sort((a, b) => a.time - b.time)
      .map((cell) => lineOf(cell, days[cell.time]?.date ?? '', days[cell.time]?.date ?? ''));
  }

  return ({ since, until, by, filter = {} }) => {
    const time = { from: since, to: until + 1 };
    const lines = by === 'day' ? linesByDay(time, filter) : linesBy(by, time, filter);
    // The minute in which the time begins counts whole, because strangers are counted by the minute.
    const whole = { from: Math.max(0, since - minuteMs + 1), to: until + 1 };
    const strangers = isOfAll(filter) ? reader.strangers(whole) : [];
    return {
      since,
      until,
      by,
      lines,
      total: totalOf(lines),
      strangers: [...strangers]
        .map(([code, count]) => ({ code, count }))
        .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
    };
  };
}

function lineOf(
  { time: _time, group: _group, model: _model, ...sums }: UsageCell,
  group: string | null,
  label: string,
): UsageLine {
  return { group, label, ...sums };
}

/** All lines together. */
export function totalOf(lines: Iterable<UsageNumbers>): UsageLine {
  return { group: null, label: 'total', ...sumOfNumbers(lines) };
}
