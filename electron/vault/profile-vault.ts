// The vault of one profile: which kind it is, remembered so that it is never another one by accident, and what is read
// from it at the start. Opens lazily, because a locked vault must not keep Keyhatch from starting.

import { randomBytes } from 'node:crypto';
import type { VaultKind } from '../../shared/model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { openVault } from './open-vault.ts';
import { plannedStage, type Staged, stage, takeOver, unstage, type VaultContent } from './restore-stage.ts';
import type { Environment } from './sealing-key.ts';
import { type Vault, vaultLocked } from './vault.ts';
import { openVerifierShelf } from './verifier-shelf.ts';
import { openVerifierStore, rootName, type VerifierStore } from './verifier-store.ts';

export type ProfileVault = {
  readonly kind: () => VaultKind;
  /** Opens it and reads the verifiers. @throws KeyhatchError `vault_locked` */
  readonly open: () => Promise<VerifierStore>;
  /** Credentials and other secrets under a name. @throws KeyhatchError `vault_locked` */
  readonly secrets: Pick<Vault, 'get' | 'set' | 'delete'>;
  /** What keys are checked with, for a backup. @throws KeyhatchError `vault_locked` */
  readonly content: () => Promise<Pick<VaultContent, 'root' | 'verifiers'>>;
  /**
   * Lays the vault's part of a backup beside what counts. It counts once `restoreFact` names what this returns, and the
   * vault is opened anew. @throws KeyhatchError `vault_locked`, and nothing changed
   */
  readonly stage: (content: VaultContent) => Promise<Staged>;
};

/** Name of the fact that decides over a restore: with it, the next opening puts in place what was staged. */
export const restoreFact = 'restore';
const stagingFact = 'restore_staging';

export type ProfileVaultOptions = {
  readonly wanted: VaultKind | undefined;
  /** Where the profile remembers its id and its vault. */
  readonly meta: {
    readonly get: (name: string) => string | undefined;
    readonly set: (name: string, value: string) => void;
    readonly remove: (name: string) => void;
  };
  readonly knownKeyIds: () => readonly string[];
  readonly dataDir: string;
  readonly env: Environment;
  readonly log: Log;
  readonly clock: Clock;
};

const vaultFact = 'vault';
const idFact = 'profile_id';

export function openProfileVault(options: ProfileVaultOptions): ProfileVault {
  const { meta, knownKeyIds } = options;
  const remembered = meta.get(vaultFact) as VaultKind | undefined;
  const kind = options.wanted ?? remembered ?? 'keychain';
  const profileId = meta.get(idFact) ?? newProfileId(meta);
  // What was kept in memory ended with the run that kept it: nothing of it can be found, here or in another vault.
  const forgotten = kind === 'memory' || remembered === 'memory';
  let opened: Promise<Vault> | undefined;
  // Reading a passphrase takes it out of the environment it is read from: each attempt gets a copy, because the first one
  // may fail, and the process's own loses them for good.
  let environment: Environment | undefined = takeVaultVariables(options.env);

  // A failed opening is tried anew: the keychain may have been unlocked, the passphrase been put in place.
  function vault(): Promise<Vault> {
    opened ??= openVault(kind, { dataDir: options.dataDir, profileId, env: { ...environment } }).catch(
      (error: unknown) => {
        opened = undefined;
        throw error;
      },
    );
    return opened;
  }

  async function open(): Promise<VerifierStore> {
    const elsewhere = remembered !== undefined && remembered !== 'memory' && remembered !== kind;
    if (elsewhere && knownKeyIds().length > 0) {
      throw vaultLocked(kind, `the keys of this profile lie in another vault; start with --vault ${remembered}`);
    }
    const { log, clock } = options;
    await finishRestore(await vault(), meta);
    const store = await openVerifierStore({
      vault: await vault(),
      knownKeyIds: forgotten ? [] : knownKeyIds(),
      log,
      clock,
    }).catch((error: unknown) => {
      // A wrong passphrase shows only now; it may be another one at the next attempt.
      opened = undefined;
      throw error;
    });
    environment = undefined;
    if (remembered !== kind) meta.set(vaultFact, kind);
    return store;
  }

  return {
    kind: () => kind,
    open,
    secrets: {
      get: async (name) => (await vault()).get(name),
      set: async (name, value) => (await vault()).set(name, value),
      delete: async (name) => (await vault()).delete(name),
    },
    async content() {
      const shelf = await openVerifierShelf(await vault(), options.log);
      const root = await (await vault()).get(rootName);
      if (root === null) throw vaultLocked(kind, 'its entry "root" is missing');
      return { root, verifiers: shelf.entries().flat() };
    },
    async stage(content) {
      const opened = await vault();
      await clearStage(opened, meta);
      const staged = plannedStage(content);
      meta.set(stagingFact, JSON.stringify(staged));
      await stage(opened, content);
      return staged;
    },
  };
}

// Decided is what the profile's own file says: staged and named there, it takes its place, however often that is cut off;
// staged alone, it is cleared away.
async function finishRestore(vault: Vault, meta: ProfileVaultOptions['meta']): Promise<void> {
  const decided = meta.get(restoreFact);
  if (decided !== undefined) {
    const whole = await takeOver(vault, JSON.parse(decided) as Staged);
    // What was staged in memory ended with the run; anywhere else it must be there.
    if (!whole && vault.kind !== 'memory')
      throw vaultLocked(vault.kind, 'a part of the backup that was being restored is missing. Restore it again');
    meta.remove(restoreFact);
  }
  await clearStage(vault, meta);
}

async function clearStage(vault: Vault, meta: ProfileVaultOptions['meta']): Promise<void> {
  const left = meta.get(stagingFact);
  if (left === undefined) return;
  await unstage(vault, JSON.parse(left) as Staged);
  meta.remove(stagingFact);
}

function takeVaultVariables(env: Environment): Environment {
  const taken: Environment = { CREDENTIALS_DIRECTORY: env['CREDENTIALS_DIRECTORY'] };
  for (const name of Object.keys(env).filter((one) => one.startsWith('KEYHATCH_VAULT_'))) {
    taken[name] = env[name];
    delete env[name];
  }
  return taken;
}

function newProfileId(meta: ProfileVaultOptions['meta']): string {
  const id = randomBytes(8).toString('hex');
  meta.set(idFact, id);
  return id;
}
