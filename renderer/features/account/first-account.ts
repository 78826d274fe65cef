// An owner who came in by a link and has no password: what tells them so, and the way to choose one.

import type { OwnFacts } from '../../../shared/people-model.ts';

/** Whether only a link lets this owner in. */
export function needsAccount({ way, role, person }: Pick<OwnFacts, 'way' | 'role' | 'person'>): boolean {
  return way === 'session' && role === 'owner' && (person === null || person.passwordSetAt === null);
}
