// What was used over time: sums with what they were before, a chart split by key, model or server, who used most, when in
// the week, who was turned away and why, and totals since ever.

import { Button, SegmentedControl } from '@mantine/core';
import { IconChartBar, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { UsageSeries } from '../../../shared/usage-model.ts';
import { usageTexts as texts } from '../../texts/usage-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { UnmeteredLine } from './unmetered-line.tsx';
import { UsageControls, UsageDays, UsageFilters } from './usage-controls.tsx';
import { UsageExport } from './usage-export.tsx';
import { shownGroups } from './usage-groups.ts';
import { UsageLifetime } from './usage-lifetime.tsx';
import { UsageModelsByKey } from './usage-models.tsx';
import { type NameOf, useGroupNames, useSplits } from './usage-names.ts';
import { UsageOverTime } from './usage-over-time.tsx';
import {
  rangeOf,
  showNames,
  type UsageChoice,
  type UsageChoiceHandle,
  useUsageChoice,
  useUsageDetails,
  useUsageSeries,
} from './usage-query.ts';
import { UsageRanking, UsageRefusals } from './usage-ranking.tsx';
import { UsageSources } from './usage-sources.tsx';
import { UsageTiles } from './usage-tiles.tsx';
import { UsageWeek } from './usage-week.tsx';

export function UsagePage() {
  const handle = useUsageChoice();
  const [exporting, setExporting] = useState(false);
  const query = useUsageSeries(handle.choice);
  const nameOf = useGroupNames(handle.choice.filter.personId);
  const splits = useSplits(handle.choice.by);
  const asked = rangeOf(handle.choice) !== undefined;
  return (
    <Page
      title={texts.title}
      actions={
        <>
          <UsageControls {...handle} splits={splits} />
          <Button
            variant="default"
            leftSection={<IconDownload size={15} />}
            disabled={!asked}
            onClick={() => setExporting(true)}
          >
            {texts.export.open}
          </Button>
        </>
      }
    >
      <UsageDays {...handle} />
      <UsageFilters {...handle} nameOf={nameOf} />
      {asked && (
        <Answer query={query} lines={10}>
          {(series) => <Report series={series} nameOf={nameOf} handle={handle} />}
        </Answer>
      )}
      <UsageLifetime />
      {exporting && <UsageExport choice={handle.choice} onClose={() => setExporting(false)} />}
    </Page>
  );
}

type ReportProps = {
  readonly series: UsageSeries;
  readonly nameOf: NameOf;
  readonly handle: UsageChoiceHandle;
};

function Report({ series, nameOf, handle }: ReportProps) {
  const { choice, choose, narrowedTo } = handle;
  const { by, show } = choice;
  const details = useUsageDetails(choice);
  const groups = shownGroups(series, {
    show,
    nameOf: (group, label) => ((by === 'key' || by === 'person') && group !== null ? label : nameOf(by, group)),
  });
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
        <UsageSources total={series.total} />
        {isWhole(choice) && <UnmeteredLine series={series} />}
      </Panel>
      {groups.length > 0 && (
        <Panel flush>
          <UsageRanking groups={groups} by={by} show={show} narrowedTo={narrowedTo} />
        </Panel>
      )}
      <div className="kh-halves">
        <Panel title={texts.week.title}>
          <Answer query={details} lines={7}>
            {({ week }) => <UsageWeek week={week[show]} show={show} />}
          </Answer>
        </Panel>
        <Panel title={texts.refusals}>
          <UsageRefusals refusals={series.refusals} />
        </Panel>
      </div>
      <Panel title={texts.models.title}>
        <Answer query={details} lines={5}>
          {({ modelsByKey }) => <UsageModelsByKey keys={modelsByKey} show={show} narrowedTo={narrowedTo} />}
        </Answer>
      </Panel>
    </>
  );
}

// Of a part, or of a time that is over, it is not known.
const isWhole = ({ range, filter }: UsageChoice) => range !== 'custom' && Object.keys(filter).length === 0;

function NothingUsed() {
  return (
    <Panel>
      <Empty
        icon={IconChartBar}
        title={texts.empty}
        action={
          <Button component={Link} href="/connect">
            {texts.emptyAction}
          </Button>
        }
      >
        {texts.emptyHint}
      </Empty>
    </Panel>
  );
}
