// Who is signed in here and what that means for the pages: which of them to show, and which buttons would only fail.

import { useQuery } from '@tanstack/react-query';
import type { OwnFacts, Role } from '../../shared/people-model.ts';
import { useCalls } from './api-context.tsx';

export function useMe() {
  return useQuery({ ...useCalls().me.get.queryOptions(), staleTime: 60_000 });
}

export type Abilities = {
  readonly role: Role;
  /** Null where it is nobody in particular. */
  readonly personId: string | null;
  readonly atMachine: boolean;
  readonly owns: boolean;
  /** Changes keys, projects and models: owner and managers. */
  readonly manages: boolean;
  /** Sees what is everybody's: all but members. */
  readonly sees: boolean;
  /** Makes keys, of their own at least. */
  readonly makesKeys: boolean;
};

const nobody: Pick<OwnFacts, 'role' | 'person' | 'way'> = { role: 'viewer', person: null, way: 'session' };

/** Those of a viewer until it is known. */
export function useAbilities(): Abilities {
  const { role, person, way } = useMe().data ?? nobody;
  const manages = role === 'owner' || role === 'manager';
  return {
    role,
    personId: person?.id ?? null,
    atMachine: way === 'machine',
    owns: role === 'owner',
    manages,
    sees: role !== 'member',
    makesKeys: manages || role === 'member',
  };
}
