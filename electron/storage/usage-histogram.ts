// How often a measurement was about how great: counts in buckets that grow by the eighth of an octave, so that a value read
// back is at most 4.5 % off. Kept as JSON of bucket to count; only adds up.

export type Histogram = { readonly [bucket: string]: number };

const bucketsPerOctave = 8;
const lastBucket = 400;

/** The bucket of a value; all below 1 share the first. */
export function bucketOf(value: number): number {
  if (!(value >= 1)) return 0;
  return Math.min(lastBucket, 1 + Math.floor(Math.log2(value) * bucketsPerOctave));
}

/** The value in the middle of a bucket. */
export function valueOfBucket(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 0.5) / bucketsPerOctave);
}

export function addToHistogram(counts: Map<number, number>, more: string | null): void {
  if (more === null) return;
  for (const [bucket, count] of Object.entries(JSON.parse(more) as Histogram)) {
    counts.set(Number(bucket), (counts.get(Number(bucket)) ?? 0) + count);
  }
}

/** Null where nothing was counted. */
export function histogramText(counts: ReadonlyMap<number, number>): string | null {
  return counts.size === 0 ? null : JSON.stringify(Object.fromEntries(counts));
}

/** The value that this share of all does not exceed, by nearest rank and as exact as its bucket; null without any. */
export function quantile(counts: ReadonlyMap<number, number>, share: number): number | null {
  const ordered = [...counts].sort(([a], [b]) => a - b);
  const all = ordered.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of ordered) {
    seen += count;
    if (seen >= all * share) return valueOfBucket(bucket);
  }
  return null;
}
