// What groups of usage are called, as far as it is known here, and by what it can be split in this house. Asks nothing that
// whoever looks may not know.

import { useQuery } from '@tanstack/react-query';
import { useCalls, useKeys, useStatus } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { usageTexts as texts } from '../../texts/usage-texts.ts';
import { usePeople } from '../people/use-people.ts';
import { type SplitName, splitNames } from './usage-query.ts';

export type NameOf = (split: SplitName, group: string | null) => string;

const everMs = 20 * 365 * 86_400_000;

/** @param personId to whom it is narrowed, if to anybody */
export function useGroupNames(personId: string | null | undefined): NameOf {
  const { data: keys } = useKeys();
  const { data: status } = useStatus();
  const person = usePersonName(personId);
  return (split, group) => {
    if (group === null) return texts.groups[split];
    if (split === 'person') return (group === personId ? person : undefined) ?? group;
    if (split === 'key') return keys?.find(({ id }) => id === group)?.name ?? group;
    return split === 'upstream' ? (status?.upstreams.find(({ id }) => id === group)?.name ?? group) : group;
  };
}

// Viewers may not list people, and nobody finds those there who were removed; the usage of both has their names.
function usePersonName(personId: string | null | undefined): string | undefined {
  const { data: people } = usePeople();
  const known = people?.find(({ id }) => id === personId)?.name;
  const { data: used } = useQuery({
    ...useCalls().usage.report.queryOptions({ input: { sinceMs: everMs, by: 'person', personId: personId ?? '' } }),
    enabled: typeof personId === 'string' && known === undefined,
  });
  return known ?? used?.lines[0]?.label;
}

/** By person only for who sees more than themself, in a house with people; and where it is so split already. */
export function useSplits(chosen: SplitName): readonly SplitName[] {
  const { sees } = useAbilities();
  const { data: keys } = useKeys();
  const { data: people } = usePeople();
  const several = (people?.length ?? 0) > 1 || keys?.some(({ personId }) => personId !== null);
  return splitNames.filter((split) => split !== 'person' || chosen === split || (sees && several));
}
