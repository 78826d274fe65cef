// Who or what used how much of it, greatest first; and why requests were refused, in words.

import { ActionIcon, Anchor, Table, Text } from '@mantine/core';
import { IconArrowUpRight } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { UsageSeries } from '../../../shared/usage-model.ts';
import { refusalText } from '../../texts/refusal-texts.ts';
import { usageTexts as texts } from '../../texts/usage-texts.ts';
import { formatCosts, formatCount, formatPercent } from '../../ui/format.ts';
import { UsageCells, UsageHeads } from './usage-columns.tsx';
import type { ShownGroup } from './usage-groups.ts';
import type { ShowName, SplitName, UsageChoiceHandle } from './usage-query.ts';

type UsageRankingProps = {
  readonly groups: readonly ShownGroup[];
  readonly by: SplitName;
  readonly show: ShowName;
  readonly narrowedTo: UsageChoiceHandle['narrowedTo'];
};

export function UsageRanking({ groups, by, show, narrowedTo }: UsageRankingProps) {
  const weight = (group: ShownGroup) => (show === 'requests' ? group.requests : group.tokensIn + group.tokensOut);
  const all = Math.max(
    1,
    groups.reduce((sum, group) => sum + weight(group), 0),
  );
  const { ranking } = texts;
  return (
    <Table.ScrollContainer minWidth={600} type="native">
      <Table className="kh-table" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <UsageHeads by={by} />
            <Table.Th className="kh-number">{ranking.cost}</Table.Th>
            <Table.Th className="kh-number" pr={16}>
              {ranking.share}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {groups.map((group) => (
            <Table.Tr key={group.id}>
              <Table.Td pl={16} maw={260}>
                <GroupName group={group} by={by} narrowedTo={narrowedTo} />
              </Table.Td>
              <UsageCells used={group} />
              <Table.Td className="kh-number">{formatCosts(group.costs, ranking.noPrice)}</Table.Td>
              <Table.Td className="kh-number" pr={16}>
                <Share share={weight(group) / all} color={group.color} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

type GroupNameProps = Pick<UsageRankingProps, 'by' | 'narrowedTo'> & { readonly group: ShownGroup };

function GroupName({ group, by, narrowedTo }: GroupNameProps) {
  const elsewhere = addressOf(group, by);
  // The rest is many, and cannot be asked about as one.
  const isRest = group.group === 'other' || (by === 'client' && group.group === null);
  return (
    <span className="kh-group-name">
      <span className="kh-swatch" style={{ background: group.color }} aria-hidden="true" />
      {isRest ? (
        <Text component="span" inherit c="dimmed" className="kh-clip">
          {group.name}
        </Text>
      ) : (
        <Anchor
          component={Link}
          href={narrowedTo(by, group.group)}
          inherit
          c={group.group === null ? 'dimmed' : 'inherit'}
          className={by === 'model' ? 'kh-clip kh-mono' : 'kh-clip'}
          title={texts.ranking.narrow(group.name)}
        >
          {group.name}
        </Anchor>
      )}
      {elsewhere && (
        <ActionIcon
          component={Link}
          href={elsewhere.href}
          variant="subtle"
          color="gray"
          size="xs"
          aria-label={`${elsewhere.words}: ${group.name}`}
          title={elsewhere.words}
        >
          <IconArrowUpRight size={13} />
        </ActionIcon>
      )}
    </span>
  );
}

function addressOf(
  { group }: ShownGroup,
  by: SplitName,
): { readonly href: string; readonly words: string } | undefined {
  if (group === null || group === 'other') return undefined;
  // Requests cannot be looked for by person, project or client.
  if (by === 'person' || by === 'project' || by === 'client') return undefined;
  const id = encodeURIComponent(group);
  return { href: by === 'key' ? `/keys/${id}` : `/requests?${by}=${id}`, words: texts.ranking.open[by] };
}

function Share({ share, color }: { readonly share: number; readonly color: string }) {
  return (
    <span className="kh-share">
      <span className="kh-share-bar" aria-hidden="true">
        <span style={{ width: `${share * 100}%`, background: color }} />
      </span>
      <span style={{ minWidth: '2.6rem' }}>{formatPercent(share)}</span>
    </span>
  );
}

export function UsageRefusals({ refusals }: Pick<UsageSeries, 'refusals'>) {
  if (refusals.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {texts.refusalsEmpty}
      </Text>
    );
  }
  return (
    <ul className="kh-reasons">
      {refusals.map(({ code, count }) => {
        const { why, cure } = refusalText(code);
        return (
          <li key={code}>
            <span>{why}</span>
            <span className="kh-number">{formatCount(count)}</span>
            <small>{cure}</small>
          </li>
        );
      })}
    </ul>
  );
}
