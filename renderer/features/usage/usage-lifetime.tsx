// What each key and each model has used since ever; a key whose counters were reset counts from then on.

import { Anchor, SegmentedControl, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { UsageLifetime as Lifetime } from '../../../shared/usage-questions.ts';
import { useCalls } from '../../api/api-context.tsx';
import { usageTexts } from '../../texts/usage-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { formatCosts, formatCount, formatDate } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';
import { UsageCells, UsageHeads } from './usage-columns.tsx';

const { lifetime: texts, groups: groupTexts, ranking } = usageTexts;
type By = 'key' | 'model';

export function UsageLifetime() {
  const [by, setBy] = useState<By>('key');
  const query = useQuery(useCalls().usage.lifetime.queryOptions({ input: { by } }));
  return (
    <Panel
      flush
      title={texts.title}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={texts.by}
          value={by}
          onChange={setBy}
          data={(['key', 'model'] as const).map((value) => ({ value, label: ranking.heads[value] }))}
        />
      }
    >
      <Answer query={query} lines={4}>
        {(data) =>
          data.lines.length === 0 ? (
            <Text size="sm" c="dimmed" px={16} pb={14}>
              {texts.none}
            </Text>
          ) : (
            <LifetimeTable data={data} by={by} />
          )
        }
      </Answer>
    </Panel>
  );
}

function LifetimeTable({ data, by }: { readonly data: Lifetime; readonly by: By }) {
  return (
    <Table.ScrollContainer minWidth={560} type="native">
      <Table className="kh-table" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <UsageHeads by={by} />
            <Table.Th className="kh-number" pr={16}>
              {ranking.cost}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.lines.map((line) => (
            <Table.Tr key={line.group ?? ''}>
              <Table.Td pl={16} maw={280}>
                <LineName line={line} by={by} />
              </Table.Td>
              <UsageCells used={line.counted} />
              <Table.Td className="kh-number" pr={16}>
                {formatCosts(line.counted.costs, ranking.noPrice)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function LineName({ line, by }: { readonly line: Lifetime['lines'][number]; readonly by: By }) {
  const { group, label, countedSince, ever } = line;
  if (group === null)
    return (
      <Text inherit c="dimmed">
        {groupTexts[by]}
      </Text>
    );
  const href =
    by === 'key' ? `/keys/${encodeURIComponent(group)}` : `/usage?model=${encodeURIComponent(group)}&range=90d`;
  return (
    <div className="kh-clip">
      <Anchor component={Link} href={href} inherit c="inherit" className={by === 'model' ? 'kh-mono' : undefined}>
        {label}
      </Anchor>
      {countedSince !== null && (
        <Text size="xs" c="dimmed" className="kh-clip">
          {texts.since(formatDate(countedSince), formatCount(ever.requests))}
        </Text>
      )}
    </div>
  );
}
