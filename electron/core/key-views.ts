// Which keys the owner, managers, viewers and programs may change, asked before every call that changes one. What members
// may do with theirs stands in member-keys.ts. Review this file hardest when there is a new call about keys.

import { KeyhatchError } from '../../shared/errors.ts';
import type { KeyFacts } from '../../shared/model.ts';
import type { Caller, Role } from '../../shared/people-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Keys } from './keys.ts';
import { mayTouch } from './people.ts';
import { checkProved } from './permissions.ts';

/** What the contract does with keys, but for what makes many of nobody's or reads all. */
export type SeenKeys = Pick<
  Keys,
  | 'create'
  | 'list'
  | 'get'
  | 'edit'
  | 'setPaused'
  | 'revoke'
  | 'delete'
  | 'topUp'
  | 'rotate'
  | 'resetCounters'
  | 'endOldSecret'
  | 'acceptWeak'
>;

export type KeyViewPorts = {
  readonly keys: SeenKeys;
  /** @throws KeyhatchError `person_not_found` */
  readonly person: (ref: string) => { readonly id: string; readonly role: Role };
  /** Undefined once they are removed. */
  readonly roleOf: (personId: string) => Role | undefined;
  readonly clock: Clock;
};

type Touched = Pick<KeyFacts, 'kind' | 'personId'>;

/** All keys, as whoever is no member may change them. */
export function keysFor(caller: Caller, ports: KeyViewPorts): SeenKeys {
  const { keys } = ports;
  const check = (key: Touched, tellsSecret = false) => checkTouch(caller, key, { ...ports, tellsSecret });
  const idOf = (ref: string, tellsSecret = false) => {
    const key = keys.get(ref);
    check(key, tellsSecret);
    return key.id;
  };
  return {
    list: keys.list,
    get: keys.get,
    async create(input) {
      const holder = input.person === undefined ? undefined : ports.person(input.person).id;
      check({ kind: input.kind ?? 'inference', personId: holder ?? null }, true);
      return keys.create({ ...input, person: holder });
    },
    edit: (input) => keys.edit({ ...input, ref: idOf(input.ref) }),
    setPaused: (ref, paused) => keys.setPaused(idOf(ref), paused),
    revoke: (ref) => keys.revoke(idOf(ref)),
    delete: async (ref) => keys.delete(idOf(ref)),
    topUp: (ref, add) => keys.topUp(idOf(ref), add),
    rotate: async (ref, graceMs) => keys.rotate(idOf(ref, true), graceMs),
    resetCounters: async (ref) => keys.resetCounters(idOf(ref)),
    endOldSecret: async (ref) => keys.endOldSecret(idOf(ref)),
    acceptWeak: (ref) => keys.acceptWeak(idOf(ref)),
  };
}

/**
 * Admin keys manage as the owner does: they are the owner's own to change, and no program makes more of itself. Managers
 * touch keys of nobody, their own, and those of whom they may touch.
 * @throws KeyhatchError `not_permitted`, `owner_session_required`, `proof_required`
 */
function checkTouch(
  caller: Caller,
  { kind, personId }: Touched,
  { roleOf, clock, tellsSecret }: Pick<KeyViewPorts, 'roleOf' | 'clock'> & { readonly tellsSecret: boolean },
): void {
  const { role, way } = caller;
  if (role !== 'owner' && role !== 'manager') throw new KeyhatchError('not_permitted');
  if (kind === 'admin') {
    if (role !== 'owner') throw new KeyhatchError('not_permitted');
    if (way === 'admin_key') throw new KeyhatchError('owner_session_required');
    if (tellsSecret) checkProved(caller, clock.now());
    return;
  }
  const holder = personId === null || personId === caller.personId ? undefined : roleOf(personId);
  if (role !== 'owner' && holder !== undefined) mayTouch(caller, holder, undefined);
}
