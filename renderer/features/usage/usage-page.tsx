// What was used over time: sums, a chart split by key, model or server, who used most, and who was turned away and why.

import { Button, Group, SegmentedControl, Select, Text } from '@mantine/core';
import { IconChartBar } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { UsageSeries } from '../../../shared/usage-model.ts';
import { useStatus } from '../../api/api-context.tsx';
import { usageTexts as texts } from '../../texts/usage-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatCount } from '../../ui/format.ts';
import { Page, Panel } from '../../ui/page.tsx';
import { shownGroups } from './usage-groups.ts';
import { UsageOverTime } from './usage-over-time.tsx';
import { rangeNames, showNames, splitNames, type UsageChoice, useUsageChoice, useUsageSeries } from './usage-query.ts';
import { UsageRanking, UsageRefusals } from './usage-ranking.tsx';
import { UsageTiles } from './usage-tiles.tsx';

export type Choose = (part: Partial<UsageChoice>) => void;

export function UsagePage() {
  const { choice, choose } = useUsageChoice();
  const query = useUsageSeries(choice);
  return (
    <Page title={texts.title} actions={<Controls choice={choice} choose={choose} />}>
      <Answer query={query} lines={10}>
        {(series) => <Report series={series} choice={choice} choose={choose} />}
      </Answer>
    </Page>
  );
}

type ChoiceProps = { readonly choice: UsageChoice; readonly choose: Choose };

function Controls({ choice, choose }: ChoiceProps) {
  return (
    <>
      <SegmentedControl
        size="sm"
        aria-label={texts.by}
        value={choice.by}
        onChange={(by) => choose({ by })}
        data={splitNames.map((value) => ({ value, label: texts.splits[value] }))}
      />
      <Select
        aria-label={texts.range}
        w={160}
        value={choice.range}
        onChange={(range) => range && choose({ range })}
        data={rangeNames.map((value) => ({ value, label: texts.ranges[value] }))}
        allowDeselect={false}
      />
    </>
  );
}

function Report({ series, choice, choose }: ChoiceProps & { readonly series: UsageSeries }) {
  const { data: status } = useStatus();
  const { by, show } = choice;
  const upstreamNames = new Map(status?.upstreams.map(({ id, name }) => [id, name]));
  const groups = shownGroups(series, { by, show, upstreamNames });
  if (series.total.requests === 0 && series.refusals.length === 0) return <NothingUsed />;
  return (
    <>
      <UsageTiles series={series} />
      <Panel
        title={texts.chart[show][by]}
        aside={
          <SegmentedControl
            size="xs"
            aria-label={texts.show}
            value={show}
            onChange={(value) => choose({ show: value })}
            data={showNames.map((value) => ({ value, label: texts.shows[value] }))}
          />
        }
      >
        <UsageOverTime series={series} groups={groups} title={texts.chart[show][by]} hint={texts.chart.hint} />
        <Honesty series={series} />
      </Panel>
      {groups.length > 0 && (
        <Panel flush>
          <UsageRanking groups={groups} by={by} show={show} />
        </Panel>
      )}
      <Panel title={texts.refusals}>
        <UsageRefusals refusals={series.refusals} />
      </Panel>
    </>
  );
}

/** Where the numbers come from, and what they leave out. */
function Honesty({ series }: { readonly series: UsageSeries }) {
  const { unmetered } = series.total;
  return (
    <Text size="xs" c="dimmed" mt={10}>
      {texts.reported} {unmetered > 0 && texts.unmetered(unmetered, formatCount(unmetered))}
    </Text>
  );
}

function NothingUsed() {
  return (
    <Panel>
      <Empty
        icon={IconChartBar}
        title={texts.empty}
        action={
          <Group>
            <Button component={Link} href="/connect">
              {texts.emptyAction}
            </Button>
          </Group>
        }
      >
        {texts.emptyHint}
      </Empty>
    </Panel>
  );
}
