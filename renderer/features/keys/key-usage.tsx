// What one key used in the last two weeks: tokens by day and model.

import { Skeleton } from '@mantine/core';
import { IconChartBar } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import type { UsageSeries } from '../../../shared/usage-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { keysTexts } from '../../texts/keys-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatCompact, formatDay } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';

const BarChart = lazy(() => import('../../ui/charts.tsx').then((charts) => ({ default: charts.BarChart })));

const { page: texts } = keysTexts;
const chartPx = 220;
const colors = [
  'accent.5',
  'teal.5',
  'grape.5',
  'yellow.6',
  'pink.5',
  'cyan.5',
  'lime.6',
  'orange.6',
  'gray.5',
] as const;

export function KeyUsage({ keyId }: { readonly keyId: string }) {
  const series = useQuery(
    useCalls().usage.series.queryOptions({ input: { sinceMs: 13 * 86_400_000, by: 'model', keyId } }),
  );
  return (
    <Panel title={texts.usage}>
      <Answer query={series} lines={6}>
        {(data) =>
          data.total.requests === 0 ? (
            <Empty icon={IconChartBar} title={texts.nothingUsed}>
              {texts.nothingUsedHint}
            </Empty>
          ) : (
            <Suspense fallback={<Skeleton height={chartPx} />}>
              <BarChart
                h={chartPx}
                data={barsOf(data)}
                dataKey="day"
                type="stacked"
                withLegend
                series={data.groups.map(({ label }, at) => ({
                  name: label,
                  color: colors[at % colors.length] ?? 'gray.5',
                }))}
                valueFormatter={formatCompact}
                tickLine="none"
                strokeDasharray="0"
                yAxisProps={{ allowDecimals: false }}
              />
            </Suspense>
          )
        }
      </Answer>
    </Panel>
  );
}

function barsOf({ buckets, groups }: UsageSeries): Record<string, string | number>[] {
  return buckets.map((start, at) => ({
    day: formatDay(start),
    ...Object.fromEntries(
      groups.map(({ label, tokensIn, tokensOut }) => [label, (tokensIn[at] ?? 0) + (tokensOut[at] ?? 0)]),
    ),
  }));
}
