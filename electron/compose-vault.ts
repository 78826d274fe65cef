// The part of composing that joins the vault: which one it is, and the door that opens when it can. Used by compose.ts alone.

import { KeyhatchError } from '../shared/errors.ts';
import type { Ledger } from './compose-ledger.ts';
import type { VaultDoor } from './core/key-registry.ts';
import { createVaultDoor, doorTo, type WatchedVaultDoor } from './core/vault-door.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';
import type { Shell } from './shell.ts';
import { closedVault } from './vault/closed-vault.ts';
import { openProfileVault, type ProfileVault } from './vault/profile-vault.ts';

export type JoinedVault = {
  readonly vault: ProfileVault;
  /** Locked until `open` has been called and has worked. */
  readonly vaultDoor: VaultDoor;
  /** See WatchedVaultDoor. */
  readonly closedFor: WatchedVaultDoor['closedFor'];
  /** Tries, and goes on trying; resolves after the first time. */
  readonly open: (onOpen: () => void) => Promise<void>;
};

export function joinVault(options: {
  readonly shell: Pick<Shell, 'vault' | 'dataDir' | 'env'>;
  readonly ledger: Pick<Ledger, 'meta' | 'keyTable' | 'wayTable' | 'keysDamaged'>;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly log: Log;
}): JoinedVault {
  const { shell, ledger, lifetime, clock, log } = options;
  const { dataDir, env } = shell;
  // Path tokens are checked as keys are.
  const knownKeyIds = () => [...ledger.keyTable.list(), ...ledger.wayTable.list()].map(({ id }) => id);
  const { vault: wanted } = shell;
  const vault = ledger.keysDamaged
    ? closedVault(wanted)
    : openProfileVault({ wanted, meta: ledger.meta, knownKeyIds, dataDir, env, log, clock });
  let door: WatchedVaultDoor | undefined;
  return {
    vault,
    vaultDoor: doorTo(() => door),
    async closedFor(work) {
      if (!door)
        throw new KeyhatchError('vault_locked', { details: { vault: 'the vault', reason: 'it is being opened' } });
      await door.closedFor(work);
    },
    open: (onOpen) =>
      createVaultDoor({
        open: vault.open,
        knownKeyIds,
        onOpen,
        onCreated(created) {
          door = created;
          lifetime.own('vault', created.stop);
        },
        log,
      }),
  };
}
