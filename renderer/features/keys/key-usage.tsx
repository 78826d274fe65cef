// What one key used in the last two weeks: tokens by day and model.

import { IconChartBar } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCalls } from '../../api/api-context.tsx';
import { keysTexts } from '../../texts/keys-texts.ts';
import { usageTexts } from '../../texts/usage-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Panel } from '../../ui/page.tsx';
import { shownGroups } from '../usage/usage-groups.ts';
import { UsageOverTime } from '../usage/usage-over-time.tsx';

const { page: texts } = keysTexts;
const shown = {
  show: 'tokens',
  nameOf: (group: string | null, label: string) => (group === null ? usageTexts.groups.model : label),
} as const;

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
            <UsageOverTime series={data} groups={shownGroups(data, shown)} title={texts.usage} />
          )
        }
      </Answer>
    </Panel>
  );
}
