// Who may read the metrics: a key with the operation `metrics`, always, also from this computer. Every credential costs the
// same look-up, whether it is known or not. Short ones meet the gateway's brake; what a known key may do, and from where, is
// judged as there. Raises trust.

import { KeyhatchError } from '../../shared/errors.ts';
import { isAdminKey } from '../../shared/key-format.ts';

/** Where a request comes from; `trulyLocal`: from a program of this computer that speaks for itself. */
type From = { readonly trulyLocal: boolean };

export type MetricsKeys<Key, Source extends From> = {
  readonly locked: () =>
    | { readonly code: 'vault_locked' | 'keys_damaged'; readonly vault: string; readonly reason: string }
    | undefined;
  readonly find: (credential: string) => Key | undefined;
  /** Holds guesses at short keys back, those at the gateway among them. */
  readonly brake: {
    readonly refusal: (values: readonly string[]) => KeyhatchError | undefined;
    readonly missed: (value: string) => void;
  };
  /** @throws KeyhatchError unless this key may read the metrics now, and from there */
  readonly judge: (key: Key, from: Source) => void;
};

/**
 * Returns when this credential may read.
 * @throws KeyhatchError `vault_locked`, `keys_damaged`, `short_keys_braked`, `key_unknown`, `key_wrong_kind`, and what `judge` throws
 */
export function admitReader<Key, Source extends From>(
  credential: string,
  from: Source,
  { locked, find, judge, brake }: MetricsKeys<Key, Source>,
): void {
  const why = locked();
  if (why) throw new KeyhatchError(why.code, { details: { vault: why.vault, reason: why.reason } });
  // Before it is looked up: a right one and a wrong one are told the same.
  const held = from.trulyLocal ? undefined : brake.refusal([credential]);
  if (held) throw held;
  const key = find(credential);
  // By its spelling alone, so that nobody learns here whether there is such an admin key.
  if (isAdminKey(credential)) throw new KeyhatchError('key_wrong_kind');
  if (!key) {
    if (!from.trulyLocal) brake.missed(credential);
    throw new KeyhatchError('key_unknown');
  }
  judge(key, from);
}
