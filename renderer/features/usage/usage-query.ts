// What the page Usage asks for, kept in the address so that a reload and a link show the same.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { useCalls } from '../../api/api-context.tsx';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export const rangeNames = ['1h', '24h', '7d', '14d', '30d', '90d'] as const;
export type RangeName = (typeof rangeNames)[number];
export const splitNames = ['key', 'project', 'model', 'client', 'upstream'] as const;
export type SplitName = (typeof splitNames)[number];
export const showNames = ['tokens', 'requests'] as const;
export type ShowName = (typeof showNames)[number];

export type UsageChoice = { readonly range: RangeName; readonly by: SplitName; readonly show: ShowName };

// A series begins with the whole quarter or day in which its beginning lies, so that one less is asked for.
const sinceMs: Readonly<Record<RangeName, number>> = {
  '1h': hourMs,
  '24h': dayMs,
  '7d': 7 * dayMs - 6 * hourMs,
  '14d': 13 * dayMs,
  '30d': 29 * dayMs,
  '90d': 89 * dayMs,
};

const standard: UsageChoice = { range: '14d', by: 'key', show: 'tokens' };

export function useUsageChoice() {
  const [search, setSearch] = useSearchParams();
  const pick = <Name extends string>(name: string, names: readonly Name[], otherwise: Name): Name =>
    names.find((one) => one === search.get(name)) ?? otherwise;
  const choice: UsageChoice = {
    range: pick('range', rangeNames, standard.range),
    by: pick('by', splitNames, standard.by),
    show: pick('show', showNames, standard.show),
  };
  function choose(part: Partial<UsageChoice>): void {
    const next = Object.entries({ ...choice, ...part }).filter(
      ([name, value]) => standard[name as keyof UsageChoice] !== value,
    );
    setSearch(new URLSearchParams(next), { replace: true });
  }
  return { choice, choose };
}

export function useUsageSeries({ range, by }: Pick<UsageChoice, 'range' | 'by'>) {
  return useQuery(
    useCalls().usage.series.queryOptions({
      input: { sinceMs: sinceMs[range], by },
      placeholderData: keepPreviousData,
      // Time goes on without requests too; with them, live.ts asks anew.
      refetchInterval: minuteMs,
    }),
  );
}
