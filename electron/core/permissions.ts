// Who may make which call of the contract. One function, asked before every call, whichever way it came; what a member
// sees of what is not theirs alone is narrowed where that is answered. Without a caller nothing is allowed.

import type { CallMeta } from '../../shared/contract.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import { type Caller, provedForMs, type Role } from '../../shared/people-model.ts';
import { settingAccess } from '../../shared/setting-access.ts';

const rolesFor: Readonly<Record<'view' | 'manage' | 'owner', readonly Role[]>> = {
  view: ['owner', 'manager', 'viewer'],
  manage: ['owner', 'manager'],
  owner: ['owner'],
};

/**
 * Returns when this caller may make a call that is marked so.
 * @throws KeyhatchError `not_permitted`; `totp_setup_required`; `owner_session_required` for an admin key;
 * `proof_required` where a session must first prove again who it is
 */
export function checkPermission(meta: CallMeta, caller: Caller | undefined, nowMs: number): Caller {
  if (!caller || !mayCall(meta, caller)) throw new KeyhatchError('not_permitted');
  if (caller.owesTotp === true && meta.access !== 'self') throw new KeyhatchError('totp_setup_required');
  if (meta.proved !== true || caller.way === 'machine') return caller;
  if (caller.way === 'admin_key') throw new KeyhatchError('owner_session_required');
  checkProved(caller, nowMs);
  return caller;
}

/**
 * Returns when this caller may change a setting.
 * @throws KeyhatchError `not_permitted`, `owner_session_required`, `proof_required`
 */
export function checkSetting(name: string, caller: Caller, nowMs: number): void {
  if (settingAccess(name) === 'owner') checkPermission({ access: 'owner', proved: true }, caller, nowMs);
}

/** @throws KeyhatchError `proof_required` unless a session has proved who it is a moment ago */
export function checkProved(caller: Caller, nowMs: number): void {
  const sinceMs = nowMs - (caller.provedAt ?? Number.NEGATIVE_INFINITY);
  if (caller.way === 'session' && !(sinceMs >= 0 && sinceMs < provedForMs)) throw new KeyhatchError('proof_required');
}

function mayCall({ access, own }: CallMeta, { role, way, personId }: Caller): boolean {
  if (access === 'machine') return way === 'machine';
  if (access === 'self') return way !== 'admin_key';
  if (own === true && role === 'member' && personId !== null) return true;
  return rolesFor[access].includes(role);
}
