// How busy the server is: the last whole minute in numbers, the last hour as two small lines.

import { Group, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { UsageSeries } from '../../../shared/usage-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { serverTexts as texts } from '../../texts/server-texts.ts';
import { formatCount, formatRate } from '../../ui/format.ts';
import { Sparkline } from '../../ui/sparkline.tsx';

const hourMs = 3_600_000;

export function Pulse() {
  const calls = useCalls();
  const { data } = useQuery({
    ...calls.usage.series.queryOptions({ input: { sinceMs: hourMs, by: 'none' } }),
    // Minutes pass without anything happening, too.
    refetchInterval: 20_000,
  });
  if (!data) return null;
  const { requests, tokens } = minutesOf(data);
  const whole = requests.length - 2;
  return (
    <Group gap="xs" wrap="nowrap">
      <Sparkline values={requests} label={texts.requestsAMinute} color="var(--kh-accent-text)" />
      <Sparkline values={tokens} label={texts.tokensAMinute} color="var(--kh-good)" />
      <Tooltip label={texts.rateTitle}>
        <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {texts.rate(formatCount(requests[whole] ?? 0), formatRate((tokens[whole] ?? 0) / 60))}
        </Text>
      </Tooltip>
    </Group>
  );
}

function minutesOf({ buckets, groups }: UsageSeries): { requests: number[]; tokens: number[] } {
  const sum = (pick: 'requests' | 'tokensOut') =>
    buckets.map((_, at) => groups.reduce((all, group) => all + (group[pick][at] ?? 0), 0));
  return { requests: sum('requests'), tokens: sum('tokensOut') };
}
