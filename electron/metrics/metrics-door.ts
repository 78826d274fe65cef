// Who may read the metrics: a key with the operation `metrics`, always, also from this computer. Every credential costs the
// same look-up, whether it is known or not. Raises trust.

import { KeyhatchError } from '../../shared/errors.ts';
import { parseKey } from '../../shared/key-format.ts';
import { type KeyPolicy, mayDo } from '../../shared/key-policy.ts';
import type { KeyStatus } from '../../shared/model.ts';

type Reader = {
  readonly id: string;
  readonly name: string;
  readonly status: KeyStatus;
  readonly policy: KeyPolicy;
};

export type MetricsKeys = {
  readonly locked: () =>
    | { readonly code: 'vault_locked' | 'keys_damaged'; readonly vault: string; readonly reason: string }
    | undefined;
  readonly find: (credential: string) => Reader | undefined;
};

/**
 * Returns when this credential may read.
 * @throws KeyhatchError `vault_locked`, `keys_damaged`, `key_unknown`, `key_wrong_kind`, `key_revoked`, `key_expired`, `key_paused`,
 *   `metrics_not_allowed`
 */
export function admitReader(credential: string, keys: MetricsKeys): void {
  const locked = keys.locked();
  if (locked) throw new KeyhatchError(locked.code, { details: { vault: locked.vault, reason: locked.reason } });
  const key = keys.find(credential);
  if (isAdminKey(credential)) throw new KeyhatchError('key_wrong_kind');
  if (!key) throw new KeyhatchError('key_unknown');
  const { id, name, status, policy } = key;
  // A budget that is used up does not matter: reading costs nothing.
  if (status !== 'active' && status !== 'exhausted') throw new KeyhatchError(`key_${status}`, { details: { name } });
  if (!mayDo(policy, 'metrics')) throw new KeyhatchError('metrics_not_allowed', { details: { name, id } });
}

function isAdminKey(credential: string): boolean {
  const parsed = parseKey(credential);
  return parsed.kind !== 'foreign' && parsed.prefix === 'kha';
}
