// How far away a moment is, in one unit, as people say it. The one place where such lengths are rounded, for the pages and
// the command line; how they are spelled stands there. Pure.

const units = [
  { unit: 'second', ms: 1_000, most: 60 },
  { unit: 'minute', ms: 60_000, most: 60 },
  { unit: 'hour', ms: 3_600_000, most: 24 },
  { unit: 'day', ms: 86_400_000, most: Number.POSITIVE_INFINITY },
] as const;

export type TimeUnit = (typeof units)[number]['unit'];

/**
 * What lies ahead in the nearest unit, so that what ends in 30 days ends in 30 days a moment later too; what lies behind in
 * whole units that have passed, so that nothing seems longer ago than it is.
 * @param distanceMs below 0 for what lies behind, and so is `count`
 */
export function inOneUnit(distanceMs: number): { readonly count: number; readonly unit: TimeUnit } {
  const round = distanceMs < 0 ? Math.trunc : Math.round;
  const { unit, ms } = units.find((one) => Math.abs(round(distanceMs / one.ms)) < one.most) ?? units[3];
  return { count: round(distanceMs / ms), unit };
}
