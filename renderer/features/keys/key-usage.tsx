// What a key or a project used in the last two weeks: tokens by day, split by model or by key.

import { IconChartBar } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { UsageFilter } from '../../../shared/usage-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { usageTexts } from '../../texts/usage-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Panel } from '../../ui/page.tsx';
import { shownGroups } from '../usage/usage-groups.ts';
import { UsageOverTime } from '../usage/usage-over-time.tsx';

type RecentUsageProps = {
  readonly narrow: UsageFilter;
  readonly by: 'model' | 'key';
  readonly title: string;
  readonly empty: string;
  readonly hint: string;
};

export function RecentUsage({ narrow, by, title, empty, hint }: RecentUsageProps) {
  const series = useQuery(useCalls().usage.series.queryOptions({ input: { sinceMs: 13 * 86_400_000, by, ...narrow } }));
  const shown = {
    show: 'tokens' as const,
    nameOf: (group: string | null, label: string) => (group === null ? usageTexts.groups[by] : label),
  };
  return (
    <Panel title={title}>
      <Answer query={series} lines={6}>
        {(data) =>
          data.total.requests === 0 ? (
            <Empty icon={IconChartBar} title={empty}>
              {hint}
            </Empty>
          ) : (
            <UsageOverTime series={data} groups={shownGroups(data, shown)} title={title} />
          )
        }
      </Answer>
    </Panel>
  );
}
