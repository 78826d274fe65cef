// Who is signed in here, and what they may do.

import { useQuery } from '@tanstack/react-query';
import { type Abilities, abilitiesOf } from './abilities.ts';
import { useCalls } from './api-context.tsx';

export function useMe() {
  return useQuery({ ...useCalls().me.get.queryOptions(), staleTime: 60_000 });
}

export function useAbilities(): Abilities {
  return abilitiesOf(useMe().data);
}
