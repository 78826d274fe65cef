// Who may read the metrics: a key with the operation `metrics`, always, also from this computer. Every credential costs the
// same look-up, whether it is known or not. What a known key may do is judged as at the gateway. Raises trust.

import { KeyhatchError } from '../../shared/errors.ts';
import { isAdminKey } from '../../shared/key-format.ts';

export type MetricsKeys<Key, Source> = {
  readonly locked: () =>
    | { readonly code: 'vault_locked' | 'keys_damaged'; readonly vault: string; readonly reason: string }
    | undefined;
  readonly find: (credential: string) => Key | undefined;
  /** @throws KeyhatchError unless this key may read the metrics now, from there */
  readonly judge: (key: Key, source: Source) => void;
};

/**
 * Returns when this credential may read.
 * @throws KeyhatchError `vault_locked`, `keys_damaged`, `key_unknown`, `key_wrong_kind`, and what `judge` throws
 */
export function admitReader<Key, Source>(
  credential: string,
  source: Source,
  { locked, find, judge }: MetricsKeys<Key, Source>,
): void {
  const why = locked();
  if (why) throw new KeyhatchError(why.code, { details: { vault: why.vault, reason: why.reason } });
  const key = find(credential);
  // By its spelling alone, so that nobody learns here whether there is such an admin key.
  if (isAdminKey(credential)) throw new KeyhatchError('key_wrong_kind');
  if (!key) throw new KeyhatchError('key_unknown');
  judge(key, source);
}
