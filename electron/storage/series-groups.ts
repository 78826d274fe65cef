// The groups of a series: the greatest apart, the rest together, each with its course over time and its cost. Pure.

import { type Costs, createCostSum, type ModelPrice } from '../../shared/prices.ts';
import type { UsageSeries } from '../../shared/usage-model.ts';
import { otherGroup } from './group-labels.ts';
import type { UsageCell } from './usage-reader.ts';

const mostGroups = 8;

export function costsOf(cells: Iterable<UsageCell>, prices: readonly ModelPrice[]): Costs {
  const sum = createCostSum(prices);
  for (const cell of cells) sum.add(cell.model, cell);
  return sum.costs();
}

export function gatherGroups(options: {
  /** By bucket and group. */
  readonly cells: readonly UsageCell[];
  /** By group and model, over all buckets. */
  readonly models: readonly UsageCell[];
  /** How many buckets there are. */
  readonly length: number;
  readonly labelOf: (group: string | null) => string;
  readonly prices: readonly ModelPrice[];
}): UsageSeries['groups'] {
  const { cells, models, length, labelOf, prices } = options;
  const { ranked, shownAs } = ranking(cells);
  const zeros = () => new Array<number>(length).fill(0);
  const groups = new Map(
    ranked.map(shownAs).map((id) => [
      id,
      {
        group: id,
        label: labelOf(id),
        requests: zeros(),
        tokensIn: zeros(),
        tokensOut: zeros(),
        tokensCached: 0,
        costSum: createCostSum(prices),
      },
    ]),
  );
  for (const cell of cells) {
    const sums = groups.get(shownAs(cell.group));
    if (!sums) continue;
    sums.tokensCached += cell.tokensCached;
    for (const field of ['requests', 'tokensIn', 'tokensOut'] as const) {
      sums[field][cell.time] = (sums[field][cell.time] ?? 0) + cell[field];
    }
  }
  for (const cell of models) groups.get(shownAs(cell.group))?.costSum.add(cell.model, cell);
  return [...groups.values()].map(({ costSum, ...group }) => ({ ...group, costs: costSum.costs() }));
}

function ranking(cells: readonly UsageCell[]) {
  const weights = new Map<string | null, number>();
  for (const cell of cells) {
    const weight = cell.tokensIn + cell.tokensOut + cell.requests / 1000;
    weights.set(cell.group, (weights.get(cell.group) ?? 0) + weight);
  }
  const ranked = [...weights].sort(([, a], [, b]) => b - a).map(([group]) => group);
  // One group more is no longer than the line that would stand for it.
  const few = ranked.length <= mostGroups + 1;
  // A model may be called as the rest is; where there is a rest, it is a part of it.
  const apart = new Set(few ? ranked : ranked.filter((group) => group !== otherGroup).slice(0, mostGroups));
  return { ranked, shownAs: (group: string | null) => (apart.has(group) ? group : otherGroup) };
}
