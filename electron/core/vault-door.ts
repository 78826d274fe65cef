// Opens the vault and keeps trying while it is locked, so that unlocking the keychain is all that a person has to do: the
// gateway recovers by itself. Until then every key is unknown and says so honestly.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Locked, VaultDoor, Verifiers } from './key-registry.ts';

export type WatchedVaultDoor = VaultDoor & {
  /** Tries once more at once, if it is locked. Never rejects. */
  readonly retry: () => Promise<void>;
  /**
   * Does work that changes what the vault holds while nobody uses it, and opens it anew. Where the work fails, all is as it
   * was; where only the opening fails, it is locked and tried again.
   * @throws KeyhatchError `vault_locked`, or whatever the work throws
   */
  readonly closedFor: (work: () => Promise<void>) => Promise<void>;
  readonly stop: () => void;
};

export type VaultDoorPorts = {
  /** Opens the vault and reads what it keeps. @throws KeyhatchError `vault_locked`, `keys_damaged` */
  readonly open: () => Promise<Verifiers>;
  /** Ids of all keys that are not deleted: a verifier of any other is a leftover. */
  readonly knownKeyIds: () => readonly string[];
  readonly onOpen: () => void;
  /** Gets the door at once, while the first attempt may still take its time. */
  readonly onCreated: (door: WatchedVaultDoor) => void;
  readonly log: Log;
};

const retryMs = 3_000;

/** Resolves once it has tried to open; a locked vault is a state, not a failure. */
export async function createVaultDoor(ports: VaultDoorPorts): Promise<void> {
  let verifiers: Verifiers | undefined;
  let locked: Locked | undefined = { code: 'vault_locked', vault: 'the vault', reason: 'it is not open yet' };
  let timer: NodeJS.Timeout | undefined;
  let trying: Promise<void> | undefined;
  let stopped = false;
  // While work goes on behind the closed door, nobody may open it.
  let closed = false;

  async function attempt(): Promise<void> {
    try {
      const opened = await ports.open();
      await clearLeftovers(opened, ports);
      verifiers = opened;
      if (timer) ports.log.info('the vault is open again');
      locked = undefined;
      ports.onOpen();
    } catch (error) {
      const before = locked?.reason;
      locked = lockedBy(error);
      if (locked.reason !== before) ports.log.warn('the vault cannot be read; keys are refused until it can', locked);
      if (!stopped) timer = setTimeout(retry, retryMs).unref();
    }
  }

  function retry(): Promise<void> {
    if (!locked || stopped || closed) return Promise.resolve();
    trying ??= attempt().finally(() => {
      trying = undefined;
    });
    return trying;
  }

  async function closedFor(work: () => Promise<void>): Promise<void> {
    await trying;
    const before = verifiers;
    if (!before || locked || closed)
      throw new KeyhatchError(locked?.code ?? 'vault_locked', {
        details: { vault: locked?.vault ?? 'the vault', reason: locked?.reason ?? 'it is in use' },
      });
    closed = true;
    verifiers = undefined;
    locked = { code: 'vault_locked', vault: 'the vault', reason: 'a backup is being restored' };
    try {
      await before.settled();
      await work();
    } catch (error) {
      verifiers = before;
      locked = undefined;
      throw error;
    } finally {
      closed = false;
    }
    trying = attempt().finally(() => {
      trying = undefined;
    });
    await trying;
  }

  ports.onCreated({
    verifiers: () => verifiers,
    locked: () => locked,
    retry,
    closedFor,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  });
  await retry();
}

/** A door for those who are built before it is: locked until it is there. */
export function doorTo(current: () => WatchedVaultDoor | undefined): VaultDoor {
  return {
    verifiers: () => current()?.verifiers(),
    locked() {
      const door = current();
      return door ? door.locked() : { code: 'vault_locked', vault: 'the vault', reason: 'it is being opened' };
    },
  };
}

function lockedBy(error: unknown): Locked {
  if (error instanceof KeyhatchError && (error.code === 'vault_locked' || error.code === 'keys_damaged')) {
    return { code: error.code, vault: String(error.details['vault']), reason: String(error.details['reason']) };
  }
  return { code: 'vault_locked', vault: 'the vault', reason: error instanceof Error ? error.message : 'it failed' };
}

// A key deleted while the vault was locked, or a crash between vault and storage: nobody can use or see these.
async function clearLeftovers(verifiers: Verifiers, ports: VaultDoorPorts): Promise<void> {
  const known = new Set(ports.knownKeyIds());
  for (const id of verifiers.ids()) if (!known.has(id)) await verifiers.remove(id);
}

/** @throws KeyhatchError `vault_locked`, `keys_damaged` */
export function openVerifiers(vault: VaultDoor): Verifiers {
  const verifiers = vault.verifiers();
  if (verifiers) return verifiers;
  const { code, ...details } = vault.locked() ?? {
    code: 'vault_locked',
    vault: 'the vault',
    reason: 'it is not open yet',
  };
  throw new KeyhatchError(code, { details });
}
