// Opens the vault that was asked for, and no other: falling back from one kind to another without a word would move
// secrets to a place that the owner did not choose.

import type { VaultKind } from '../../shared/model.ts';
import { createKeychainVault, type Keytar } from './keychain-vault.ts';
import { createMemoryVault } from './memory-vault.ts';
import { createSealedFileVault } from './sealed-file-vault.ts';
import { type Environment, readSealingKey } from './sealing-key.ts';
import { type Vault, vaultDeadlineMs, vaultLocked } from './vault.ts';

export type OpenVaultOptions = {
  readonly dataDir: string;
  readonly profileId: string;
  /** What names the passphrase or key file is taken out of it. */
  readonly env: Environment;
  readonly deadlineMs?: number;
  /** How to get at the native module; a test hands in one that cannot be loaded. */
  readonly loadKeytar?: () => Promise<Keytar>;
};

/**
 * Opens a vault without touching what is in it: that the keychain is locked or the passphrase wrong shows at the first
 * call. Open it once and keep it.
 * @throws `vault_locked` when keytar cannot be loaded, or nothing unlocks the sealed file
 */
export async function openVault(kind: VaultKind, options: OpenVaultOptions): Promise<Vault> {
  const { dataDir, profileId, env, deadlineMs = vaultDeadlineMs, loadKeytar = importKeytar } = options;
  switch (kind) {
    case 'keychain':
      return createKeychainVault({ keytar: await loadOrExplain(loadKeytar), profileId, deadlineMs });
    case 'file':
      return createSealedFileVault({ dataDir, sealingKey: await readSealingKey({ env, dataDir }), deadlineMs });
    case 'memory':
      return createMemoryVault();
  }
}

// Imported only here: on a machine without libsecret the import itself throws.
async function importKeytar(): Promise<Keytar> {
  const loaded: Keytar & { readonly default?: Keytar } = await import('keytar');
  return loaded.default ?? loaded;
}

async function loadOrExplain(loadKeytar: () => Promise<Keytar>): Promise<Keytar> {
  try {
    return await loadKeytar();
  } catch (error) {
    const cure =
      process.platform === 'linux'
        ? 'install libsecret (Debian and Ubuntu: apt install libsecret-1-0)'
        : 'install Keyhatch again';
    const reason = `the library that reaches it cannot be loaded: ${cure}, or start with --vault file`;
    throw vaultLocked('keychain', reason, error);
  }
}
