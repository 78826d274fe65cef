// What the measures say, in tables for people, and whether the targets of the design are met. Pure.

import type { Rounds, ThroughputRound } from './measure-requests.ts';
import type { StreamsRun } from './measure-streams.ts';
import type { LatencyResult } from './messages.ts';
import { median } from './statistics.ts';
import { type Column, shown, tableText } from './table.ts';

export type Absent = { readonly name: string; readonly why: string };
export type TargetCheck = {
  readonly what: string;
  readonly wanted: string;
  readonly got: number;
  readonly reached: boolean;
};

const nameColumn: Column = { title: '', left: true };
const columns = (...titles: string[]): Column[] => [nameColumn, ...titles.map((title) => ({ title }))];
const absentRows = (absent: readonly Absent[]) => absent.map(({ name, why }) => [name, why]);

export function latencyTable(results: readonly Rounds<LatencyResult>[], absent: readonly Absent[]): string {
  const direct = results.find(({ name }) => name === 'direct');
  const rows = results.map((result) => [
    result.name,
    shown(median(result.rounds.map(({ p50Us }) => p50Us))),
    shown(median(result.rounds.map(({ p99Us }) => p99Us))),
    direct && direct !== result ? shown(median(addedUs(result, direct))) : '',
  ]);
  return tableText(columns('p50 µs', 'p99 µs', 'p50 over direct µs'), [...rows, ...absentRows(absent)]);
}

function addedUs(result: Rounds<LatencyResult>, direct: Rounds<LatencyResult>): number[] {
  return result.rounds.map(({ p50Us }, round) => p50Us - (direct.rounds[round]?.p50Us ?? Number.NaN));
}

export function throughputTable(results: readonly Rounds<ThroughputRound>[], absent: readonly Absent[]): string {
  const library = results.find(({ name }) => name === 'library');
  const rows = results.map((result) => [
    result.name,
    shown(median(result.rounds.map(({ perSecond }) => perSecond))),
    library ? shown(median(shareOf(result, library)), 2) : '',
    shown(median(result.rounds.map(({ cpuUsPerRequest }) => cpuUsPerRequest ?? Number.NaN))),
  ]);
  return tableText(columns('requests/s', 'of library', 'CPU µs/request'), [...rows, ...absentRows(absent)]);
}

function shareOf(result: Rounds<ThroughputRound>, of: Rounds<ThroughputRound>): number[] {
  return result.rounds.map(({ perSecond }, round) => perSecond / (of.rounds[round]?.perSecond ?? Number.NaN));
}

export function streamsTable(runs: readonly StreamsRun[], absent: readonly Absent[]): string {
  const groups = Map.groupBy(runs, ({ name, streams }) => `${name} ${streams}`);
  const direct = (streams: number) => groups.get(`direct ${streams}`) ?? [];
  const middle = (group: readonly StreamsRun[], of: (run: StreamsRun) => number | null) =>
    median(group.map((run) => of(run) ?? Number.NaN));
  const sorted = [...groups.values()].sort(([a], [b]) => (a?.streams ?? 0) - (b?.streams ?? 0));
  const rows = sorted.map((group) => {
    const { name = '', streams = 0 } = group[0] ?? {};
    const added = (of: (run: StreamsRun) => number) =>
      name === 'direct' ? '' : shown((middle(group, of) - middle(direct(streams), of)) / 1000, 2);
    return [
      name,
      shown(streams),
      shown(sum(group, ({ lostBytes }) => lostBytes)),
      shown(sum(group, ({ changed }) => changed)),
      shown(sum(group, ({ failed }) => failed)),
      shown(middle(group, ({ delayP50Us }) => delayP50Us) / 1000, 2),
      shown(middle(group, ({ delayP99Us }) => delayP99Us) / 1000, 2),
      added(({ delayP50Us }) => delayP50Us),
      added(({ delayP99Us }) => delayP99Us),
      shown(
        middle(group, (run) => run.cpuSecondsPerMillionEvents),
        1,
      ),
      shown(middle(group, ({ peakRssMib }) => peakRssMib)),
    ];
  });
  return tableText(
    columns(
      'streams',
      'lost bytes',
      'changed',
      'failed',
      'p50 ms',
      'p99 ms',
      'added p50',
      'added p99',
      'CPU s/M events',
      'peak RSS MiB',
    ),
    [...rows, ...absentRows(absent)],
  );
}

function sum(runs: readonly StreamsRun[], of: (run: StreamsRun) => number): number {
  return runs.reduce((total, run) => total + of(run), 0);
}

export function checkLatency(results: readonly Rounds<LatencyResult>[]): TargetCheck[] {
  const [direct, library, keyhatch] = ['direct', 'library', 'keyhatch'].map((wanted) =>
    results.find(({ name }) => name === wanted),
  );
  if (!direct || !library || !keyhatch) return [];
  const ofLibrary = addedUs(library, direct);
  const ratio = median(addedUs(keyhatch, direct).map((us, round) => us / (ofLibrary[round] ?? Number.NaN)));
  const what = 'p50 over direct at 1 connection, Keyhatch ÷ library';
  return [{ what, wanted: 'at most 1.3', got: ratio, reached: ratio <= 1.3 }];
}

export function checkThroughput(results: readonly Rounds<ThroughputRound>[]): TargetCheck[] {
  const library = results.find(({ name }) => name === 'library');
  const keyhatch = results.find(({ name }) => name === 'keyhatch');
  if (!library || !keyhatch) return [];
  const share = median(shareOf(keyhatch, library));
  const what = 'requests/s at 32 connections, Keyhatch ÷ library';
  return [{ what, wanted: 'at least 0.75', got: share, reached: share >= 0.75 }];
}

export function checkStreams(runs: readonly StreamsRun[]): TargetCheck[] {
  const own = runs.filter(({ name }) => name === 'keyhatch');
  if (own.length === 0) return [];
  const broken = sum(own, ({ lostBytes, changed, failed }) => lostBytes + changed + failed);
  const rss = Math.max(...own.map(({ peakRssMib }) => peakRssMib ?? Number.NaN));
  return [
    { what: 'bytes lost, streams changed or failed', wanted: '0', got: broken, reached: broken === 0 },
    { what: 'most memory held with the most streams, MiB', wanted: 'under 300', got: rss, reached: rss < 300 },
  ];
}

export function targetsTable(checks: readonly TargetCheck[]): string {
  const rows = checks.map(({ what, wanted, got, reached }) => [
    what,
    wanted,
    shown(got, Number.isInteger(got) ? 0 : 2),
    reached ? 'yes' : 'NO',
  ]);
  return tableText(columns('target', 'measured', 'reached'), rows);
}
