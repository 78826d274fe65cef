// Where the token numbers come from: exactly as reported, or in part counted and estimated, and what they leave out.

import { Text } from '@mantine/core';
import type { UsageLine } from '../../../shared/usage-model.ts';
import { usageTexts } from '../../texts/usage-texts.ts';
import { formatCount, formatPercent } from '../../ui/format.ts';
import { Pill } from '../../ui/pill.tsx';

const { sources: texts } = usageTexts;

export function UsageSources({ total }: { readonly total: UsageLine }) {
  const { tokensIn, tokensOut, tokensCounted, tokensEstimated, unmetered } = total;
  const tokens = tokensIn + tokensOut;
  if (tokens === 0 && unmetered === 0) return null;
  const exact = tokensCounted + tokensEstimated === 0 && unmetered === 0;
  const parts = [
    tokensCounted > 0 && texts.counted(shareOf(tokensCounted, tokens)),
    tokensEstimated > 0 && texts.estimated(shareOf(tokensEstimated, tokens)),
    unmetered > 0 && texts.unmetered(unmetered, formatCount(unmetered)),
  ].filter((part) => part !== false);
  return (
    <Text size="xs" c="dimmed" mt={12} component="p" mb={0}>
      <Pill tone={exact ? 'good' : 'limited'}>{exact ? texts.exact : texts.partly}</Pill>{' '}
      {exact ? texts.exactly : parts.join(' ')}
    </Text>
  );
}

// What is there is never told as 0 %.
function shareOf(part: number, all: number): string {
  return part / all < 0.005 ? texts.lessThanOne : formatPercent(part / all);
}
