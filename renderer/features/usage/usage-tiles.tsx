// The sums of a range, one figure a tile, each with what it takes to judge it and how it was in the time before.

import './usage.css';
import { ActionIcon } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Costs } from '../../../shared/prices.ts';
import type { UsageSeries } from '../../../shared/usage-model.ts';
import { useAbilities } from '../../api/me.ts';
import { refusalText } from '../../texts/refusal-texts.ts';
import { usageTexts } from '../../texts/usage-texts.ts';
import {
  formatCompact,
  formatCount,
  formatDay,
  formatLength,
  formatMoney,
  formatPercent,
  formatRate,
  formatShortTime,
} from '../../ui/format.ts';
import { PricesDialog } from '../prices/prices-dialog.tsx';
import { changeInMs, changeInRate, changeInShare } from './usage-change.tsx';

const { tiles: texts } = usageTexts;

export function UsageTiles({ series }: { readonly series: UsageSeries }) {
  const { total, before, firstTokenMs, tokensPerSecond, refusals } = series;
  const refused = refusals.reduce((all, { count }) => all + count, 0);
  const none = before.requests === 0 && before.refusals === 0;
  const share = (now: number, then: number, good?: 'more' | 'less') => !none && changeInShare(now, then, good);
  return (
    <div>
      <dl className="kh-tiles">
        <Tile
          name={texts.requests}
          value={formatCount(total.requests)}
          change={share(total.requests, before.requests)}
        />
        <Tile
          name={texts.tokens}
          value={`${formatCompact(total.tokensIn)} / ${formatCompact(total.tokensOut)}`}
          change={share(total.tokensIn + total.tokensOut, before.tokensIn + before.tokensOut)}
        />
        <Tile
          name={texts.cached}
          value={formatCompact(total.tokensCached)}
          change={share(total.tokensCached, before.tokensCached)}
        >
          {total.tokensIn > 0 && texts.cachedShare(formatPercent(total.tokensCached / total.tokensIn))}
        </Tile>
        <CostTile costs={series.costs} before={before.costs} tokens={total.tokensIn + total.tokensOut} />
        <Tile
          name={texts.firstToken}
          value={lengthsOf(firstTokenMs)}
          change={changeInMs(firstTokenMs.p50, before.firstTokenMs.p50)}
        />
        <Tile
          name={texts.speed}
          value={tokensPerSecond.p50 === null ? texts.none : formatRate(tokensPerSecond.p50)}
          change={changeInRate(tokensPerSecond.p50, before.tokensPerSecond.p50)}
        />
        <Tile
          name={texts.refused}
          value={formatCount(refused)}
          tone={refused > 0 ? 'limited' : undefined}
          change={share(refused, before.refusals, 'less')}
        >
          {refusals
            .slice(0, 1)
            .map(({ code, count }) => texts.reason(formatCount(count), refusalText(code).short))
            .join()}
        </Tile>
        <Tile
          name={texts.failed}
          value={formatCount(total.failed)}
          tone={total.failed > 0 ? 'bad' : undefined}
          change={share(total.failed, before.failed, 'less')}
        >
          {total.failed > 0 && texts.failedShare(formatPercent(total.failed / total.requests))}
        </Tile>
      </dl>
      <p className="kh-compared">{none ? texts.nothingBefore : texts.compared(timeBefore(series))}</p>
    </div>
  );
}

function timeBefore({ since, until, bucketMs }: UsageSeries): string {
  const from = since - (until - since);
  const words = bucketMs < 3_600_000 * 6 ? (at: number) => `${formatDay(at)}, ${formatShortTime(at)}` : formatDay;
  return `${words(from)} – ${words(since - 1)}`;
}

type TileProps = {
  readonly name: string;
  readonly value: string;
  readonly tone?: 'limited' | 'bad' | undefined;
  readonly change: ReactNode;
  /** On the right of its name. */
  readonly aside?: ReactNode;
  readonly children?: ReactNode;
};

function Tile({ name, value, tone, change, aside, children }: TileProps) {
  return (
    <div className="kh-panel kh-tile">
      <dt>
        {name} {aside}
      </dt>
      <dd>{value}</dd>
      <dd data-tone={tone}>
        {change}
        {change && children ? ' · ' : ''}
        {children}
      </dd>
    </div>
  );
}

type CostTileProps = { readonly costs: Costs; readonly before: Costs; readonly tokens: number };

function CostTile({ costs, before, tokens }: CostTileProps) {
  const { manages } = useAbilities();
  const [editing, setEditing] = useState(false);
  const { sums, unpricedTokens } = costs;
  const [sum] = sums;
  const [then] = before.sums;
  const comparable = sum && then && sums.length === 1 && before.sums.length === 1 && sum.currency === then.currency;
  const value = sums.length > 0 ? sums.map(formatMoney).join(' + ') : tokens > 0 ? texts.noPrice : texts.none;
  return (
    <Tile
      name={texts.cost}
      value={value}
      change={comparable ? changeInShare(sum.micros, then.micros) : undefined}
      aside={
        manages && (
          <>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={texts.prices}
              title={texts.prices}
              onClick={() => setEditing(true)}
            >
              <IconPencil size={14} />
            </ActionIcon>
            {editing && <PricesDialog onClose={() => setEditing(false)} />}
          </>
        )
      }
    >
      {sums.length > 0 && unpricedTokens > 0 && texts.unpriced(formatPercent(unpricedTokens / tokens))}
    </Tile>
  );
}

function lengthsOf({ p50, p95 }: UsageSeries['firstTokenMs']): string {
  if (p50 === null || p95 === null) return texts.none;
  // One unit for both where they share it.
  const short =
    p95 < 1000 ? formatCount(Math.round(p50)) : p50 >= 1000 && p95 < 60_000 ? formatRate(p50 / 1000) : undefined;
  return `${short ?? formatLength(p50)} / ${formatLength(p95)}`;
}
