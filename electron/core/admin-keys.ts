// Admin keys: what makes them different when they are made or changed, and the one way to tell whether a credential is one
// that may act now. They open the contract and never the gateway.

import { KeyhatchError } from '../../shared/errors.ts';
import { parseKey } from '../../shared/key-format.ts';
import type { Clock } from '../lib/clock.ts';
import type { KeyRegistry, RegisteredKey } from './key-registry.ts';

const dayMs = 86_400_000;
const usualDays = 30;
const mostDays = 365;

/** Fields that only a key for the gateway can have. */
type GatewayFields = {
  readonly rpm?: unknown;
  readonly parallel?: unknown;
  readonly models?: unknown;
  readonly policy?: unknown;
  readonly value?: unknown;
};

export type AdminKeys = {
  /**
   * The admin key that this credential is, if it may act now. Unknown and wrong ones take the same work.
   * @throws KeyhatchError `vault_locked` while nobody can tell
   */
  readonly verify: (credential: string) => RegisteredKey | undefined;
};

export function createAdminKeys(ports: { readonly registry: KeyRegistry; readonly clock: Clock }): AdminKeys {
  return {
    verify(credential) {
      const locked = ports.registry.locked();
      if (locked) throw new KeyhatchError('vault_locked', { details: locked });
      const key = ports.registry.find(credential);
      const parsed = parseKey(credential);
      const isAdmin = parsed.kind === 'key' && parsed.prefix === 'kha';
      return isAdmin && key && mayAct(key, ports.clock.now()) ? key : undefined;
    },
  };
}

/** Whether this is an admin key that has neither ended nor been stopped. */
export function mayAct({ kind, status, expiresAt }: RegisteredKey, now: number): boolean {
  return kind === 'admin' && status === 'active' && (expiresAt ?? 0) > now;
}

/**
 * When a new or changed admin key ends: always, and within a year.
 * @param wanted epoch milliseconds; 30 days from now where nobody says
 * @throws KeyhatchError `input_invalid`
 */
export function endOfAdminKey(wanted: number | null | undefined, now: number): number {
  const end = wanted === undefined ? now + usualDays * dayMs : wanted;
  if (end !== null && end <= now + mostDays * dayMs) return end;
  throw invalid(`An admin key always has an end, at most ${mostDays} days from now`);
}

/** @throws KeyhatchError `input_invalid` for what an admin key cannot have */
export function checkAdminFields(fields: GatewayFields): void {
  const { rpm, parallel, models, policy, value } = fields;
  if (value !== undefined) throw invalid('The value of an admin key is always made by Keyhatch');
  if ([rpm, parallel, models, policy].some((field) => field !== undefined)) {
    throw invalid('An admin key has no limits, models or rights of its own: it manages Keyhatch and opens no models');
  }
}

function invalid(reason: string): KeyhatchError {
  return new KeyhatchError('input_invalid', { details: { reason } });
}
