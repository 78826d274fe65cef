// What the page Usage asks for, kept in the address so that a reload and a link show the same: the range, what it is split
// by and narrowed to.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { UsageFilter } from '../../../shared/usage-model.ts';
import type { UsageRange } from '../../../shared/usage-questions.ts';
import { useCalls } from '../../api/api-context.tsx';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export const rangeNames = ['1h', '24h', '7d', '14d', '30d', '90d', 'custom'] as const;
export type RangeName = (typeof rangeNames)[number];
export const splitNames = ['key', 'person', 'project', 'model', 'client', 'upstream'] as const;
export type SplitName = (typeof splitNames)[number];
/** What there is in every house: people and projects are not. */
const usualSplits = splitNames.filter((name) => name !== 'person' && name !== 'project');
export const showNames = ['tokens', 'requests'] as const;
export type ShowName = (typeof showNames)[number];

/** Days as a date field has them: `2026-11-21`, both included. */
export type CustomDays = { readonly from: string; readonly to: string };

export type UsageChoice = {
  readonly range: RangeName;
  readonly days: CustomDays;
  readonly by: SplitName;
  readonly show: ShowName;
  readonly filter: UsageFilter;
};

// A series begins with the whole quarter or day in which its beginning lies, so that one less is asked for.
const sinceMs: Readonly<Record<Exclude<RangeName, 'custom'>, number>> = {
  '1h': hourMs,
  '24h': dayMs,
  '7d': 7 * dayMs - 6 * hourMs,
  '14d': 13 * dayMs,
  '30d': 29 * dayMs,
  '90d': 89 * dayMs,
};
const standard = { range: '14d', by: 'key', show: 'tokens' } as const;

/** Under which name a filter stands in the address; empty there stands for those without one. */
export const filterFields = {
  key: 'keyId',
  person: 'personId',
  project: 'project',
  model: 'model',
  client: 'client',
  upstream: 'upstreamId',
} as const satisfies Record<SplitName, keyof UsageFilter>;

export type UsageChoiceHandle = {
  readonly choice: UsageChoice;
  readonly choose: (part: Partial<UsageChoice>) => void;
  /** The address of the same page, narrowed to one group of a split. */
  readonly narrowedTo: (name: SplitName, group: string | null) => string;
  readonly widen: (name: SplitName) => void;
};

export function useUsageChoice(): UsageChoiceHandle {
  const [search, setSearch] = useSearchParams();
  const choice = choiceOf(search);
  return {
    choice,
    choose: (part) => setSearch(searchOf({ ...choice, ...part }), { replace: true }),
    narrowedTo(name, group) {
      const filter = { ...choice.filter, [filterFields[name]]: group };
      // What is narrowed to one has nothing left to be split by it.
      const by = usualSplits.find((split) => filter[filterFields[split]] === undefined) ?? 'key';
      return `/usage?${searchOf({ ...choice, filter, by: choice.by === name ? by : choice.by })}`;
    },
    widen(name) {
      const { [filterFields[name]]: _gone, ...filter } = choice.filter;
      setSearch(searchOf({ ...choice, filter }), { replace: true });
    },
  };
}

function choiceOf(search: URLSearchParams): UsageChoice {
  const pick = <Name extends string>(name: string, names: readonly Name[], otherwise: Name): Name =>
    names.find((one) => one === search.get(name)) ?? otherwise;
  const day = (name: string, otherwise: string) => {
    const text = search.get(name) ?? '';
    return /^\d{4}-\d\d-\d\d$/.test(text) && Number.isFinite(startOf(text)) ? text : otherwise;
  };
  return {
    range: pick('range', rangeNames, standard.range),
    days: { from: day('from', dayOf(Date.now() - 6 * dayMs)), to: day('to', dayOf(Date.now())) },
    by: pick('by', splitNames, standard.by),
    show: pick('show', showNames, standard.show),
    filter: Object.fromEntries(
      splitNames.flatMap((name) => {
        const value = search.get(name)?.slice(0, name === 'model' ? 300 : 80);
        if (value === undefined || (value === '' && name === 'client')) return [];
        return [[filterFields[name], value === '' ? null : value]];
      }),
    ),
  };
}

function searchOf({ range, days, by, show, filter }: UsageChoice): URLSearchParams {
  const chosen = { range, by, show };
  const names = Object.keys(chosen) as (keyof typeof chosen)[];
  return new URLSearchParams([
    ...names.filter((name) => chosen[name] !== standard[name]).map((name) => [name, chosen[name]]),
    ...(range === 'custom' ? Object.entries(days) : []),
    ...splitNames.flatMap((name) => {
      const value = filter[filterFields[name]];
      return value === undefined ? [] : [[name, value ?? '']];
    }),
  ]);
}

const startOf = (day: string) => new Date(`${day}T00:00`).getTime();

/** The local day of a moment, as a date field has it. */
export function dayOf(atMs: number): string {
  const at = new Date(atMs);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}

/** Undefined while the days make no range: the wrong way round, ahead of us, or more than a year. */
export function rangeOf({ range, days }: Pick<UsageChoice, 'range' | 'days'>): UsageRange | undefined {
  if (range !== 'custom') return { sinceMs: sinceMs[range] };
  const from = startOf(days.from);
  const next = new Date(startOf(days.to));
  const until = next.setDate(next.getDate() + 1) - 1;
  const isRange = from < until && from < Date.now() && until - from <= 366 * dayMs;
  return isRange ? { from, until } : undefined;
}

// Time goes on without requests too; with them, live.ts asks anew.
const often = { placeholderData: keepPreviousData, refetchInterval: minuteMs } as const;

export function useUsageSeries(choice: UsageChoice) {
  const range = rangeOf(choice);
  const input = { ...range, ...choice.filter, by: choice.by };
  return useQuery(useCalls().usage.series.queryOptions({ input, ...often, enabled: range !== undefined }));
}

export function useUsageDetails(choice: UsageChoice) {
  const range = rangeOf(choice);
  const input = { ...range, ...choice.filter };
  return useQuery(useCalls().usage.details.queryOptions({ input, ...often, enabled: range !== undefined }));
}
