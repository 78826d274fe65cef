// How often a measurement was about how great: counts in buckets that grow by the eighth of an octave, so that a value read
// back is at most 4.5 % off. Kept as the first bucket and the counts from there on, `56:1,,c`, in base 36: a third of what it
// is as JSON, in which it was kept before and is still read. A day's sums of a busy group fit into their page that way.
// Only adds up.

const bucketsPerOctave = 8;
const lastBucket = 400;
const countBase = 36;
const [digit0, letterA, comma] = ['0', 'a', ','].map((letter) => letter.charCodeAt(0)) as [number, number, number];

/** The bucket of a value; all below 1 share the first. */
export function bucketOf(value: number): number {
  if (!(value >= 1)) return 0;
  return Math.min(lastBucket, 1 + Math.floor(Math.log2(value) * bucketsPerOctave));
}

/** The value in the middle of a bucket. */
function valueOfBucket(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 0.5) / bucketsPerOctave);
}

export function addToHistogram(counts: Map<number, number>, more: string | null): void {
  if (more !== null) eachBucket(more, (bucket, count) => counts.set(bucket, (counts.get(bucket) ?? 0) + count));
}

/** The kept form of what is kept already and what is counted more; null where nothing was counted. */
export function histogramText(before: string | null, counts: ReadonlyMap<number, number>): string | null {
  if (counts.size === 0) return before;
  const all: number[] = [];
  let first = lastBucket;
  const add = (bucket: number, count: number) => {
    all[bucket] = (all[bucket] ?? 0) + count;
    if (bucket < first) first = bucket;
  };
  if (before !== null) eachBucket(before, add);
  for (const [bucket, count] of counts) add(bucket, count);
  let text = `${first}:`;
  for (let bucket = first; bucket < all.length; bucket += 1) {
    const count = all[bucket];
    if (bucket > first) text += ',';
    if (count !== undefined) text += count < 10 ? count : count.toString(countBase);
  }
  return text;
}

// Read and written hundreds of times a batch.
function eachBucket(text: string, take: (bucket: number, count: number) => void): void {
  if (text.startsWith('{')) {
    for (const [bucket, count] of Object.entries(JSON.parse(text) as Record<string, number>)) {
      take(Number(bucket), count);
    }
    return;
  }
  const colon = text.indexOf(':');
  let bucket = Number(text.slice(0, colon));
  let count = 0;
  for (let at = colon + 1; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter === comma) {
      if (count > 0) take(bucket, count);
      bucket += 1;
      count = 0;
    } else count = count * countBase + (letter < letterA ? letter - digit0 : letter - letterA + 10);
  }
  if (count > 0) take(bucket, count);
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
