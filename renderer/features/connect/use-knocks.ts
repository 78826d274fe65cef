// Whether something was refused without a known key while we wait. Such refusals are only counted, so it asks for the
// counts again and again, and compares them with those at the beginning.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { type Counts, newKnock } from './knock-counts.ts';

const everyMs = 2_500;
const minuteMs = 60_000;

/** @returns the error code of what was refused most since `sinceMs`; undefined: nothing, or nobody waits */
export function useKnocks(sinceMs: number | undefined): string | undefined {
  const { client } = useApi();
  const [first, setFirst] = useState<{ readonly sinceMs: number; readonly counts: Counts }>();
  const { data } = useQuery({
    queryKey: ['knocks', sinceMs],
    queryFn: async () => {
      // Counted by the minute: the same minutes each time, so that none falls out of the window while we look.
      const from = Math.floor((sinceMs ?? 0) / minuteMs) * minuteMs - minuteMs / 2;
      const report = await client.usage.report({ sinceMs: Math.max(1, Date.now() - from), by: 'key' });
      return report.strangers;
    },
    enabled: sinceMs !== undefined,
    refetchInterval: everyMs,
    gcTime: 0,
    meta: { quiet: true },
  });
  if (sinceMs === undefined || data === undefined) return undefined;
  if (first?.sinceMs !== sinceMs) {
    setFirst({ sinceMs, counts: data });
    return undefined;
  }
  return newKnock(first.counts, data);
}
