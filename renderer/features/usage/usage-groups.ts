// The groups of a series as the page names, colours and sums them: the same everywhere on it. Pure.

import type { Costs } from '../../../shared/prices.ts';
import type { UsageSeries } from '../../../shared/usage-model.ts';
import { usageTexts as texts } from '../../texts/usage-texts.ts';
import type { ShowName } from './usage-query.ts';

export type ShownGroup = {
  /** Unique within the series. */
  readonly id: string;
  readonly group: string | null;
  readonly name: string;
  readonly color: string;
  readonly requests: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly tokensCached: number;
  readonly costs: Costs;
  /** One a bucket. */
  readonly values: readonly number[];
};

/** As the contract names the rest. */
const other = 'other';
const colors = 9;
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Greatest first, the rest last. */
export function shownGroups(
  { groups }: Pick<UsageSeries, 'groups'>,
  {
    show,
    nameOf,
  }: {
    readonly show: ShowName;
    readonly nameOf: (group: string | null, label: string) => string;
  },
): readonly ShownGroup[] {
  const shown = groups.map((one, index) => ({
    id: `g${index}`,
    group: one.group,
    name: one.group === other ? texts.groups.other : nameOf(one.group, one.label),
    // By rank in the series and not as shown, so that a group keeps its colour whatever is looked at.
    color: one.group === other ? 'var(--kh-chart-other)' : `var(--kh-chart-${(index % colors) + 1})`,
    requests: sum(one.requests),
    tokensIn: sum(one.tokensIn),
    tokensOut: sum(one.tokensOut),
    tokensCached: one.tokensCached,
    costs: one.costs,
    values: show === 'requests' ? one.requests : one.tokensIn.map((tokens, at) => tokens + (one.tokensOut[at] ?? 0)),
  }));
  return shown.sort((a, b) => Number(a.group === other) - Number(b.group === other) || sum(b.values) - sum(a.values));
}
