// A series as a chart, with the chart library fetched when there is something to draw, and a sentence where there is not.

import { Skeleton, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { UsageSeries } from '../../../shared/usage-model.ts';
import { usageTexts as texts } from '../../texts/usage-texts.ts';
import type { ShownGroup } from './usage-groups.ts';

const UsageChart = lazy(() => import('./usage-chart.tsx').then(({ UsageChart: chart }) => ({ default: chart })));

type UsageOverTimeProps = {
  readonly series: Pick<UsageSeries, 'buckets' | 'bucketMs'>;
  readonly groups: readonly ShownGroup[];
  readonly title: string;
  /** For those who do not see the chart: where its numbers are. */
  readonly hint?: string;
};

export function UsageOverTime({ series: { buckets, bucketMs }, groups, title, hint = '' }: UsageOverTimeProps) {
  if (!groups.some(({ values }) => values.some((value) => value > 0))) {
    return (
      <Text size="sm" c="dimmed" ta="center" py={90}>
        {texts.chart.noTokens}
      </Text>
    );
  }
  return (
    <Suspense fallback={<Skeleton height={270} />}>
      <UsageChart title={title} hint={hint} buckets={buckets} bucketMs={bucketMs} groups={groups} />
    </Suspense>
  );
}
