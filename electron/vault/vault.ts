// What every vault is: a small place for secrets by name, the time a call to it may take, and the one way it fails.
// Names look like `root`, `verifiers/3`, `upstream/Ab3…`. Knows no backend and not what the values mean.

import { KeyhatchError } from '../../shared/errors.ts';
import type { VaultKind } from '../../shared/model.ts';

/** A call ends within `vaultDeadlineMs` and fails as `vault_locked`; a call that failed may still have taken effect. */
export type Vault = {
  readonly kind: VaultKind;
  /** The value, or null when there is none under this name. */
  readonly get: (name: string) => Promise<string | null>;
  /** Writes or replaces a value, which must not be empty. */
  readonly set: (name: string, value: string) => Promise<void>;
  /** Removes a value; removing what is not there is no failure. */
  readonly delete: (name: string) => Promise<void>;
};

/** How long one call to a vault may take, its waiting for earlier calls included. */
export const vaultDeadlineMs = 10_000;

const spoken: Readonly<Record<VaultKind, string>> = {
  keychain: 'the OS keychain',
  file: 'the sealed file',
  memory: 'the memory of this run',
};

/** The failure of a vault. `reason` is shown to people: it completes "cannot be read: …" and holds no secret. */
export function vaultLocked(kind: VaultKind, reason: string, cause?: unknown): KeyhatchError {
  return new KeyhatchError('vault_locked', { details: { vault: spoken[kind], reason }, cause });
}
