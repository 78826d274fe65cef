// A member's own keys, within what the owner gave them: found among theirs alone, and made no more of than they may have.

import { KeyhatchError } from '../../shared/errors.ts';
import type { KeyFacts } from '../../shared/model.ts';
import type { MemberLimits } from '../../shared/people-model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import type { SeenKeys } from './key-views.ts';
import { checkMemberEdit, memberKey } from './member-limits.ts';

export type MemberKeyPorts = {
  readonly keys: SeenKeys;
  readonly limitsOf: (personId: string) => MemberLimits;
  readonly settings: () => Settings;
  readonly clock: Clock;
};

/** Whatever belongs to somebody else is answered as if it were not there. */
export function createMemberKeys({ keys, limitsOf, settings, clock }: MemberKeyPorts): (personId: string) => SeenKeys {
  return (personId) => {
    const list = () => keys.list().filter((key) => key.personId === personId);

    /** Theirs by its id or its name, or none. */
    function mine(ref: string): KeyFacts {
      const all = list();
      const named = all.filter(({ name }) => name.toLowerCase() === ref.toLowerCase());
      const key = all.find(({ id }) => id === ref) ?? named.find(({ revokedAt }) => revokedAt === null) ?? named[0];
      if (!key) throw new KeyhatchError('key_not_found', { details: { ref } });
      return key;
    }

    return {
      list,
      get: mine,
      async create(input) {
        const living = list().filter(({ status }) => status !== 'revoked' && status !== 'expired').length;
        const limits = limitsOf(personId);
        const asked = memberKey(input, { limits, settings: settings(), living, now: clock.now() });
        return keys.create({ ...asked, personId });
      },
      edit({ ref, newProject: _newProject, ...input }) {
        const { id, createdAt } = mine(ref);
        checkMemberEdit(input, limitsOf(personId), createdAt);
        return keys.edit({ ...input, ref: id });
      },
      setPaused: (ref, paused) => keys.setPaused(mine(ref).id, paused),
      revoke: (ref) => keys.revoke(mine(ref).id),
      rotate: async (ref, graceMs) => keys.rotate(mine(ref).id, graceMs),
      endOldSecret: async (ref) => keys.endOldSecret(mine(ref).id),
      delete: refused,
      topUp: refused,
      resetCounters: refused,
      acceptWeak: refused,
    };
  };
}

function refused(): never {
  throw new KeyhatchError('not_permitted');
}
