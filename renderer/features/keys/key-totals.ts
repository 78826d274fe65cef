// What a key has used since ever, and since its counters were last reset, as rows of facts.

import { useQuery } from '@tanstack/react-query';
import type { LifetimeSums } from '../../../shared/usage-questions.ts';
import { useCalls } from '../../api/api-context.tsx';
import { keysTexts } from '../../texts/keys-texts.ts';
import { formatCompact, formatCosts, formatCount, formatDate } from '../../ui/format.ts';

const { page: texts } = keysTexts;

/** None before it was used. */
export function useKeyTotals(keyId: string): readonly (readonly [name: string, value: string])[] {
  const { data } = useQuery(useCalls().usage.lifetime.queryOptions({ input: { by: 'key', keyId } }));
  const line = data?.lines.find(({ group }) => group === keyId);
  if (!line) return [];
  const { countedSince, counted, ever } = line;
  return [
    ...(countedSince === null ? [] : [[texts.counted(formatDate(countedSince)), words(counted)] as const]),
    [texts.ever, words(ever)],
  ];
}

function words({ requests, tokensIn, tokensOut, costs }: LifetimeSums): string {
  const used = texts.todayText(formatCount(requests), formatCompact(tokensIn + tokensOut));
  if (costs.sums.length === 0) return costs.unpricedTokens > 0 ? `${used} · ${texts.noPrice}` : used;
  return `${used} · ${texts.wouldHaveCost(formatCosts(costs, texts.noPrice))}`;
}
