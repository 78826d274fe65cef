// What whoever is signed in may do, as far as pages must know it: which of them to show, and which buttons would only fail.
// Pure; the house holds to the same rules by itself.

import type { OwnFacts, Role } from '../../shared/people-model.ts';

export type Abilities = {
  readonly role: Role;
  /** Null where it is nobody in particular. */
  readonly personId: string | null;
  readonly owns: boolean;
  /** Changes keys, projects and models: owner and managers. */
  readonly manages: boolean;
  /** Sees what is everybody's: all but members. */
  readonly sees: boolean;
  /** Makes keys, of their own at least. */
  readonly makesKeys: boolean;
};

const nobody: Pick<OwnFacts, 'role' | 'person'> = { role: 'viewer', person: null };

/** Those of a viewer while it is not known. */
export function abilitiesOf(own: Pick<OwnFacts, 'role' | 'person'> = nobody): Abilities {
  const { role, person } = own;
  const manages = role === 'owner' || role === 'manager';
  return {
    role,
    personId: person?.id ?? null,
    owns: role === 'owner',
    manages,
    sees: role !== 'member',
    makesKeys: manages || role === 'member',
  };
}
