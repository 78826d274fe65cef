// A small line of numbers over time, to be seen beside the number it ends in. The library's own would bring all of its charts
// along, which are half as large again as the first screen.

type SparklineProps = {
  readonly values: readonly number[];
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly color: string;
};

const widthPx = 64;
const heightPx = 22;
const edgePx = 1.5;

export function Sparkline({ values, label, color }: SparklineProps) {
  const most = Math.max(1, ...values);
  const x = (at: number) => (at / Math.max(1, values.length - 1)) * widthPx;
  const y = (value: number) => heightPx - edgePx - (value / most) * (heightPx - 2 * edgePx);
  const line = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <svg width={widthPx} height={heightPx} role="img" aria-label={label} style={{ color, flex: 'none' }}>
      <title>{label}</title>
      <polygon points={`0,${heightPx} ${line} ${widthPx},${heightPx}`} fill="currentColor" fillOpacity={0.18} />
      <polyline points={line} fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinejoin="round" />
    </svg>
  );
}
