// Which roles somebody may give, and whose facts they may change. Pure; the house holds to the same rule by itself.

import type { PersonFacts, Role } from '../../../shared/people-model.ts';
import type { Abilities } from '../../api/abilities.ts';

/** Managers touch members and viewers alone. */
export function givenRoles(owns: boolean): readonly Role[] {
  return owns ? ['owner', 'manager', 'member', 'viewer'] : ['member', 'viewer'];
}

export function mayChange({ owns, manages }: Pick<Abilities, 'owns' | 'manages'>, { role }: PersonFacts): boolean {
  return owns || (manages && givenRoles(false).includes(role));
}
