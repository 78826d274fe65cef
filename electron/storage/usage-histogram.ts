// How often a measurement was about how great: counts in buckets that grow by the eighth of an octave, so that a value read
// back is at most 4.5 % off. Kept as JSON of bucket to count, without a space; only adds up.

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
  if (more !== null) eachBucket(more, (bucket, count) => counts.set(bucket, (counts.get(bucket) ?? 0) + count));
}

/** The kept form of what is kept already and what is counted more; null where nothing was counted. */
export function histogramText(before: string | null, counts: ReadonlyMap<number, number>): string | null {
  if (counts.size === 0) return before;
  let text = '';
  const known = new Set<number>();
  if (before !== null) {
    eachBucket(before, (bucket, count) => {
      text += `,"${bucket}":${count + (counts.get(bucket) ?? 0)}`;
      if (counts.has(bucket)) known.add(bucket);
    });
  }
  for (const [bucket, count] of counts) if (!known.has(bucket)) text += `,"${bucket}":${count}`;
  return `{${text.slice(1)}}`;
}

// Written hundreds of times a batch: JSON.parse takes several times as long, as for it bucket names are indices of an array.
function eachBucket(text: string, take: (bucket: number, count: number) => void): void {
  let bucket = 0;
  let number = 0;
  for (let at = 1; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter >= 48 && letter <= 57) number = number * 10 + letter - 48;
    else if (letter === 58) {
      bucket = number;
      number = 0;
    } else if (letter === 44 || letter === 125) {
      take(bucket, number);
      number = 0;
    }
  }
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
