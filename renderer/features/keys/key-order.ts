// In which order keys are listed: by whichever column is asked for, or as they stood.

import type { KeyFacts } from '../../../shared/model.ts';
import { fullestShare } from '../limits/budget-words.ts';

export type SortedBy = 'name' | 'person' | 'project' | 'lastUsed' | 'requests' | 'tokens' | 'limit' | 'expires';
export type Sorting = { readonly by: SortedBy; readonly descending: boolean };

const rank: Readonly<Record<SortedBy, (key: KeyFacts) => string | number>> = {
  name: ({ name }) => name.toLowerCase(),
  person: ({ person }) => person?.toLowerCase() ?? '',
  project: ({ project }) => project?.toLowerCase() ?? '',
  lastUsed: ({ lastUsedAt }) => lastUsedAt ?? 0,
  requests: ({ today }) => today.requests,
  tokens: ({ today }) => today.tokensIn + today.tokensOut,
  limit: ({ budgets, limits }) => fullestShare(budgets) ?? -1 / (limits.rpm ?? Number.POSITIVE_INFINITY),
  expires: ({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY,
};

/** Looked at from A down. */
export const fromA: readonly SortedBy[] = ['name', 'person', 'project'];

export function sortedKeys(keys: readonly KeyFacts[], { by, descending }: Sorting): readonly KeyFacts[] {
  const value = rank[by];
  const direction = descending ? -1 : 1;
  return [...keys].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === right) return a.name.localeCompare(b.name);
    return left < right ? -direction : direction;
  });
}

/** In the order of these ids, each as it is now; keys that are not among them come first. */
export function inOrder(keys: readonly KeyFacts[], ids: readonly string[]): readonly KeyFacts[] {
  const places = new Map(ids.map((id, index) => [id, index]));
  const placeOf = ({ id }: KeyFacts) => places.get(id) ?? -1;
  return [...keys].sort((a, b) => placeOf(a) - placeOf(b));
}
