// Use over time as stacked bars. The one file that brings the chart library along: load it lazily.

import '@mantine/charts/styles.css';
import './usage.css';
import { BarChart } from '@mantine/charts';
import { usageTexts as texts } from '../../texts/usage-texts.ts';
import { formatCompact, formatDay, formatMoment, formatShortTime } from '../../ui/format.ts';
import type { ShownGroup } from './usage-groups.ts';

type UsageChartProps = {
  readonly title: string;
  readonly hint: string;
  readonly buckets: readonly number[];
  readonly bucketMs: number;
  readonly groups: readonly ShownGroup[];
};

const dayMs = 86_400_000;

export function UsageChart({ title, hint, buckets, bucketMs, groups }: UsageChartProps) {
  const data = buckets.map((at, index) => ({
    at,
    ...Object.fromEntries(groups.map(({ id, values }) => [id, values[index] ?? 0])),
  }));
  const label = texts.chart.label(title, formatMoment(buckets[0] ?? 0), formatMoment(buckets.at(-1) ?? 0));
  return (
    <figure aria-label={`${label} ${hint}`.trim()} style={{ margin: 0 }}>
      {/* One alone is named by its title and the table, where there is one. */}
      {(groups.length > 1 || hint === '') && (
        <ul className="kh-legend">
          {groups.map(({ id, name, color }) => (
            <li key={id}>
              <span className="kh-swatch" style={{ background: color }} aria-hidden="true" />
              <span className="kh-clip">{name}</span>
            </li>
          ))}
        </ul>
      )}
      <BarChart
        h={250}
        data={data}
        dataKey="at"
        type="stacked"
        series={groups.map(({ id, name, color }) => ({ name: id, label: name, color }))}
        valueFormatter={formatCompact}
        gridAxis="x"
        strokeDasharray="0"
        tickLine="none"
        maxBarWidth={34}
        gridColor="var(--mantine-color-default-border)"
        xAxisProps={{
          interval: 'equidistantPreserveStart',
          tickFormatter: (at: number) => tickOf(at, bucketMs),
          minTickGap: 24,
        }}
        yAxisProps={{ width: 52, allowDecimals: false }}
        tooltipProps={{
          labelFormatter: (at) => momentOf(Number(at), bucketMs),
          allowEscapeViewBox: { x: false, y: true },
        }}
        barProps={{ stroke: 'var(--kh-surface)', strokeWidth: 1, strokeOpacity: 1, radius: 2 }}
        barChartProps={{ barCategoryGap: '18%' }}
        accessibilityLayer={false}
      />
    </figure>
  );
}

function tickOf(at: number, bucketMs: number): string {
  const midnight = new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
  return bucketMs >= dayMs || (midnight && bucketMs > 60_000) ? formatDay(at) : formatShortTime(at);
}

// Asked without a value too, while the pointer is between bars.
function momentOf(at: number, bucketMs: number): string {
  if (!Number.isFinite(at)) return '';
  return bucketMs >= dayMs ? formatDay(at) : `${formatDay(at)}, ${formatShortTime(at)}`;
}
