// The columns that every table of usage has: requests and tokens.

import { Table } from '@mantine/core';
import type { UsageLine } from '../../../shared/usage-model.ts';
import { usageTexts } from '../../texts/usage-texts.ts';
import { formatCompact, formatCount } from '../../ui/format.ts';
import type { SplitName } from './usage-query.ts';

const { ranking } = usageTexts;

/** The heads of the name and of `UsageCells`. */
export function UsageHeads({ by }: { readonly by: SplitName }) {
  return (
    <>
      <Table.Th pl={16}>{ranking.heads[by]}</Table.Th>
      <Table.Th className="kh-number">{ranking.requests}</Table.Th>
      <Table.Th className="kh-number">{ranking.tokensIn}</Table.Th>
      <Table.Th className="kh-number">{ranking.cached}</Table.Th>
      <Table.Th className="kh-number">{ranking.tokensOut}</Table.Th>
    </>
  );
}

type Used = Pick<UsageLine, 'requests' | 'tokensIn' | 'tokensCached' | 'tokensOut'>;

export function UsageCells({ used }: { readonly used: Used }) {
  return (
    <>
      <Table.Td className="kh-number">{formatCount(used.requests)}</Table.Td>
      <Table.Td className="kh-number">{formatCompact(used.tokensIn)}</Table.Td>
      <Table.Td className="kh-number">{formatCompact(used.tokensCached)}</Table.Td>
      <Table.Td className="kh-number">{formatCompact(used.tokensOut)}</Table.Td>
    </>
  );
}
