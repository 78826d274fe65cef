// How many answers told no numbers of their own, of which model server and why. Nothing at all while there are none.

import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { UsageSeries } from '../../../shared/usage-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { usageTexts as texts } from '../../texts/usage-texts.ts';
import { formatCount } from '../../ui/format.ts';

const hourMs = 3_600_000;

export function UnmeteredLine({ series: { since, until } }: { readonly series: UsageSeries }) {
  // Whole hours, as they are counted by, so that the same is not asked under a new name each minute.
  const sinceMs = Math.max(hourMs, Math.ceil((until - since) / hourMs) * hourMs);
  const { sees } = useAbilities();
  // They are counted up to now; of days long gone nothing is said rather than something else.
  const enabled = sees && Date.now() - until < hourMs;
  const { data } = useQuery({ ...useCalls().usage.unmetered.queryOptions({ input: { sinceMs } }), enabled });
  if (!data || data.lines.length === 0) return null;
  const total = data.lines.reduce((all, { requests }) => all + requests, 0);
  const causes = data.lines.map(
    ({ upstreamName, upstreamId, reason, requests }) =>
      `${upstreamName ?? upstreamId ?? texts.groups.upstream}: ${texts.unmeteredReasons[reason]} (${formatCount(requests)})`,
  );
  return (
    <Text size="xs" c="dimmed" mt={4}>
      {texts.notTold(total, formatCount(total))} {causes.join(' · ')}
    </Text>
  );
}
