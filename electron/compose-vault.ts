// The part of composing that joins the vault: which one it is, and the door that opens when it can. Used by compose.ts alone.

import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
import type { VerifierStore } from './vault/verifier-store.ts';

export type JoinedVault = {
  readonly vault: ProfileVault;
  /** Locked until `open` has been called and has worked. */
  readonly vaultDoor: VaultDoor;
  /** A key under the vault's root for one purpose; undefined before it has opened. */
  readonly derive: (purpose: string) => KeyObject | undefined;
  /** See WatchedVaultDoor. */
  readonly closedFor: WatchedVaultDoor['closedFor'];
  /** Resolves once it has opened or could not be, and after a second in any case: a keychain may wait for a person. */
  readonly looked: () => Promise<void>;
  /** Does something each time it has opened. */
  readonly whenOpen: (work: () => Promise<void>) => void;
  /** Tries, and goes on trying; resolves after the first time, with what was to be done then. */
  readonly open: (onOpen: () => void) => Promise<void>;
};

/** Whoever knocks in the first moment finds their key; nobody waits longer than this for a gate that says why it is shut. */
const lookMs = 1_000;

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
  let store: VerifierStore | undefined;
  const works: (() => Promise<void>)[] = [];
  let working: Promise<unknown> = Promise.resolve();
  const look = Promise.withResolvers<void>();
  return {
    vault,
    derive: (purpose) => store?.derive(purpose),
    vaultDoor: doorTo(() => door),
    async closedFor(work) {
      if (!door)
        throw new KeyhatchError('vault_locked', { details: { vault: 'the vault', reason: 'it is being opened' } });
      await door.closedFor(work);
    },
    looked: () => Promise.race([look.promise, sleep(lookMs, undefined, { ref: false })]),
    whenOpen: (work) => void works.push(work),
    async open(onOpen) {
      await createVaultDoor({
        async open() {
          store = await vault.open();
          return store;
        },
        knownKeyIds,
        onOpen() {
          look.resolve();
          working = Promise.all(works.map((work) => work()));
          onOpen();
        },
        onCreated(created) {
          door = created;
          lifetime.own('vault', created.stop);
        },
        log,
      });
      look.resolve();
      await working;
    },
  };
}
