// A member's own keys, within what the owner gave them: found among theirs alone, and made no more of than they may have.

import { KeyhatchError } from '../../shared/errors.ts';
import type { KeyFacts } from '../../shared/model.ts';
import type { MemberLimits } from '../../shared/people-model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import { saysMore } from './key-record.ts';
import type { KeptKey } from './key-registry.ts';
import type { SeenKeys } from './key-views.ts';
import { checkCount, checkMemberEdit, memberKey, over } from './member-limits.ts';

export type MemberKeyPorts = {
  readonly keys: SeenKeys;
  readonly kept: (keyId: string) => Pick<KeptKey, 'pausedByOther' | 'setByOther'> | undefined;
  readonly limitsOf: (personId: string) => MemberLimits;
  readonly settings: () => Settings;
  readonly clock: Clock;
};

/** So many keys may one person make in an hour: revoked ones stay in the vault and in the record. */
const mostMade = 20;
const hourMs = 3_600_000;

/** Whatever belongs to somebody else is answered as if it were not there. */
export function createMemberKeys(ports: MemberKeyPorts): (personId: string) => SeenKeys {
  const { keys, kept, limitsOf, settings, clock } = ports;
  const making = createCounts();
  const pace = createPace(clock);
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

    /** Those that hold a place, and those on their way. */
    const living = () => making.of(personId) + list().filter(holdsPlace).length;

    /** Their key, if it has a place or there is one for it. */
    function roomFor(key: KeyFacts): void {
      checkCount(living() - (holdsPlace(key) ? 1 : 0), limitsOf(personId));
    }

    return {
      list,
      get: mine,
      async create(input) {
        const limits = limitsOf(personId);
        const asked = memberKey(input, { limits, settings: settings(), living: living(), now: clock.now() });
        pace.take(personId);
        // Counted before anything is waited for, or many at once would all find the same place free.
        making.add(personId, 1);
        try {
          return await keys.create({ ...asked, personId });
        } finally {
          making.add(personId, -1);
        }
      },
      edit({ ref, newProject: _newProject, ...input }) {
        const key = mine(ref);
        checkMemberEdit(input, limitsOf(personId), key.createdAt);
        if (saysMore({ ...input, ref }) && kept(key.id)?.setByOther !== false)
          throw over('somebody else decided what this key may do, so you may rename, rotate, pause and revoke it');
        if (input.expiresAt !== undefined && key.status === 'expired') roomFor(key);
        return keys.edit({ ...input, ref: key.id }, true);
      },
      setPaused(ref, paused) {
        const key = mine(ref);
        if (!paused) roomFor(key);
        if (!paused && kept(key.id)?.pausedByOther !== false) throw over('somebody else paused this key');
        return keys.setPaused(key.id, paused, true);
      },
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

const holdsPlace = ({ status }: KeyFacts) => status !== 'revoked' && status !== 'expired';

function createCounts() {
  const counts = new Map<string, number>();
  const of = (personId: string) => counts.get(personId) ?? 0;
  return {
    of,
    add(personId: string, change: number): void {
      const next = of(personId) + change;
      if (next > 0) counts.set(personId, next);
      else counts.delete(personId);
    },
  };
}

/** When each person made keys within the last hour; forgotten with the process, which is enough to slow somebody down. */
function createPace(clock: Clock) {
  const made = new Map<string, readonly number[]>();
  return {
    take(personId: string): void {
      const now = clock.monotonic();
      const lately = (made.get(personId) ?? []).filter((at) => now - at < hourMs);
      if (lately.length >= mostMade) throw over(`you may make ${mostMade} keys within an hour`);
      made.set(personId, [...lately, now]);
    },
  };
}

function refused(): never {
  throw new KeyhatchError('not_permitted');
}
