// The sums of a range, one figure a tile, each with what it takes to judge it.

import './usage.css';
import type { ReactNode } from 'react';
import type { UsageSeries } from '../../../shared/usage-model.ts';
import { refusalText } from '../../texts/refusal-texts.ts';
import { usageTexts } from '../../texts/usage-texts.ts';
import { formatChange, formatCompact, formatCount, formatLength, formatPercent, formatRate } from '../../ui/format.ts';

const { tiles: texts } = usageTexts;

export function UsageTiles({ series }: { readonly series: UsageSeries }) {
  const { total, firstTokenMs, tokensPerSecond, refusals } = series;
  const refused = refusals.reduce((all, { count }) => all + count, 0);
  return (
    <dl className="kh-tiles">
      <Tile name={texts.requests} value={formatCount(total.requests)}>
        {changeOf(series)}
      </Tile>
      <Tile name={texts.tokens} value={`${formatCompact(total.tokensIn)} / ${formatCompact(total.tokensOut)}`}>
        {total.tokensIn > 0 &&
          (total.tokensCached > 0
            ? texts.cached(formatPercent(total.tokensCached / total.tokensIn))
            : texts.nothingCached)}
      </Tile>
      <Tile name={texts.firstToken} value={lengthsOf(firstTokenMs)}>
        {firstTokenMs.p50 !== null && texts.firstTokenHint}
      </Tile>
      <Tile name={texts.speed} value={tokensPerSecond.p50 === null ? texts.none : formatRate(tokensPerSecond.p50)}>
        {tokensPerSecond.p95 !== null && texts.slowest(formatRate(tokensPerSecond.p95))}
      </Tile>
      <Tile name={texts.refused} value={formatCount(refused)} tone={refused > 0 ? 'limited' : undefined}>
        {refused === 0
          ? texts.nobodyRefused
          : refusals
              .slice(0, 2)
              .map(({ code, count }) => texts.reason(formatCount(count), refusalText(code).short))
              .join(' · ')}
      </Tile>
      <Tile name={texts.failed} value={formatCount(total.failed)} tone={total.failed > 0 ? 'bad' : undefined}>
        {total.failed === 0 ? texts.noneFailed : texts.failedShare(formatPercent(total.failed / total.requests))}
      </Tile>
    </dl>
  );
}

type TileProps = {
  readonly name: string;
  readonly value: string;
  readonly tone?: 'limited' | 'bad' | undefined;
  readonly children: ReactNode;
};

function Tile({ name, value, tone, children }: TileProps) {
  return (
    <div className="kh-panel kh-tile">
      <dt>{name}</dt>
      <dd>{value}</dd>
      <dd data-tone={tone}>{children}</dd>
    </div>
  );
}

function changeOf({ total, before }: UsageSeries): string | false {
  if (before.requests === 0) return false;
  const share = total.requests / before.requests - 1;
  return Math.abs(share) < 0.005 ? texts.noChange : texts.change(formatChange(share));
}

function lengthsOf({ p50, p95 }: UsageSeries['firstTokenMs']): string {
  if (p50 === null || p95 === null) return texts.none;
  // One unit for both where they share it.
  const short =
    p95 < 1000 ? formatCount(Math.round(p50)) : p50 >= 1000 && p95 < 60_000 ? formatRate(p50 / 1000) : undefined;
  return `${short ?? formatLength(p50)} / ${formatLength(p95)}`;
}
