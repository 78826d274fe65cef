// The vault of a profile whose database is damaged: which keys there are is not known, so nothing is read, and above all
// nothing is cleared away as a leftover. Everything fails with `keys_damaged` until the next start.

import { KeyhatchError } from '../../shared/errors.ts';
import type { VaultKind } from '../../shared/model.ts';
import type { ProfileVault } from './profile-vault.ts';

export function closedVault(wanted: VaultKind | undefined): ProfileVault {
  const refuse = async (): Promise<never> => {
    const details = { vault: 'the vault', reason: 'the database that says whose they are is damaged' };
    throw new KeyhatchError('keys_damaged', { details });
  };
  return {
    kind: () => wanted ?? 'keychain',
    open: refuse,
    secrets: { get: refuse, set: refuse, delete: refuse },
    content: refuse,
    stage: refuse,
  };
}
