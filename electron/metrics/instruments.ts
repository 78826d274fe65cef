// What metrics are counted with: counters and histograms by labels, each bounded in how many series it holds. Begin at
// nothing when they are made; readers such as Prometheus expect that after a restart. Cost a map's look-up a count.

import { type Family, labelText, numberText, type Sample } from './exposition.ts';

/** What stands for everything that has no room of its own. */
export const otherLabel = 'other';

type Instrument<Label extends string> = {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  /** Series beyond this many are added up with `other` as their `folded` label. */
  readonly mostSeries: number;
  readonly folded: Label;
};

export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

export type Counter<Label extends string> = {
  readonly add: (labels: LabelValues<Label>, by?: number) => void;
  readonly family: () => Family;
};

export type Histogram<Label extends string> = {
  readonly observe: (labels: LabelValues<Label>, value: number) => void;
  readonly family: () => Family;
};

export function createCounter<Label extends string>(instrument: Instrument<Label>): Counter<Label> {
  const { name, help } = instrument;
  const series = createSeries(instrument, () => ({ total: 0 }));
  return {
    add(labels, by = 1) {
      if (by > 0) series.at(labels).total += by;
    },
    family: () => ({
      ...{ name, help, type: 'counter' },
      samples: series.all().map(([labels, { total }]) => ({ suffix: '', labels, value: total })),
    }),
  };
}

/** @param bounds upper ends of the buckets, ascending, in the metric's own unit; one without an end is added */
export function createHistogram<Label extends string>(
  instrument: Instrument<Label> & { readonly bounds: readonly number[] },
): Histogram<Label> {
  const { name, help } = instrument;
  const bounds = [...instrument.bounds, Number.POSITIVE_INFINITY];
  const series = createSeries(instrument, () => ({ buckets: bounds.map(() => 0), sum: 0, count: 0 }));
  return {
    observe(labels, value) {
      // A clock that was set back in the middle of a request.
      const counted = Math.max(0, value);
      const one = series.at(labels);
      const bucket = bounds.findIndex((bound) => counted <= bound);
      one.buckets[bucket] = (one.buckets[bucket] ?? 0) + 1;
      one.sum += counted;
      one.count += 1;
    },
    family: () => ({
      ...{ name, help, type: 'histogram' },
      samples: series.all().flatMap(([labels, one]) => histogramSamples(labels, bounds, one)),
    }),
  };
}

function histogramSamples(
  labels: string,
  bounds: readonly number[],
  { buckets, sum, count }: { readonly buckets: readonly number[]; readonly sum: number; readonly count: number },
): Sample[] {
  let below = 0;
  const cumulative = bounds.map((bound, at): Sample => {
    below += buckets[at] ?? 0;
    return { suffix: '_bucket', labels: `${labels}${labels && ','}le="${numberText(bound)}"`, value: below };
  });
  return [...cumulative, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }];
}

function createSeries<Label extends string, Value>(
  { labels: names, mostSeries, folded }: Instrument<Label>,
  make: () => Value,
) {
  const series = new Map<string, { readonly labels: string; readonly value: Value }>();

  function at(labels: LabelValues<Label>): Value {
    const id = JSON.stringify(names.map((name) => labels[name]));
    const known = series.get(id);
    if (known) return known.value;
    // What `other` stands for may go past the bound: as far as the remaining labels differ, which are few.
    if (series.size >= mostSeries && labels[folded] !== otherLabel) return at({ ...labels, [folded]: otherLabel });
    const fresh = { labels: labelText(names.map((name) => [name, labels[name]])), value: make() };
    series.set(id, fresh);
    return fresh.value;
  }

  return { at, all: () => [...series.values()].map(({ labels, value }) => [labels, value] as const) };
}

/** Lets the first `most` names through as they are, and says `other` for those that come later. */
export function createNameLimit(most: number): (name: string) => string {
  const names = new Set<string>();
  return (name) => {
    if (names.has(name)) return name;
    if (names.size >= most) return otherLabel;
    names.add(name);
    return name;
  };
}
