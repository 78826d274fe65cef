// All keys of the profile in memory, joined from what storage keeps (facts) and what the vault keeps (verifiers). The
// gateway asks it on every request; only keys.ts changes it. Holds no credential.

import { KeyhatchError } from '../../shared/errors.ts';
import type { BudgetState } from '../../shared/limit-model.ts';
import type { KeyFacts, KeyStatus } from '../../shared/model.ts';
import type { PersonBar } from '../../shared/people-model.ts';
import type { Clock } from '../lib/clock.ts';

/** What follows from other things and is kept nowhere. */
type DerivedFact = 'status' | 'usable' | 'today' | 'budgets' | 'project' | 'person';

/** A key as storage keeps it. */
export type KeptKey = Readonly<Omit<KeyFacts, DerivedFact>> & {
  readonly paused: boolean;
  /** Somebody else than whose key it is paused it. */
  readonly pausedByOther: boolean;
  /** Somebody else than whose key it is made it, or said what it may do. */
  readonly setByOther: boolean;
};

export type KeyStore = {
  readonly list: () => readonly KeptKey[];
  readonly get: (id: string) => KeptKey | undefined;
  readonly insert: (key: KeptKey) => void;
  readonly update: (id: string, patch: Partial<KeptKey>) => boolean;
  readonly remove: (id: string, nowMs: number) => boolean;
};

/** The verifiers in the vault, once it is open. */
export type Verifiers = {
  /** These three do not look at budgets: none of them is `exhausted`. */
  readonly find: (
    credential: string,
    now: number,
  ) => { readonly keyId: string /** When it ends, for an old secret. */; readonly until: number | null } | undefined;
  readonly has: (keyId: string) => boolean;
  readonly put: (keyId: string, credential: string, previousUntil: number | null) => Promise<void>;
  readonly remove: (keyId: string) => Promise<void>;
  /** Ends the secret before the last rotation. */
  readonly endGrace: (keyId: string) => Promise<void>;
  readonly expire: (now: number) => Promise<void>;
  readonly settled: () => Promise<void>;
  readonly ids: () => readonly string[];
};

/** Why no key can be checked. */
export type Locked = {
  readonly code: 'vault_locked' | 'keys_damaged';
  readonly vault: string;
  readonly reason: string;
};

export type VaultDoor = {
  /** The verifiers, or why they cannot be had. */
  readonly verifiers: () => Verifiers | undefined;
  readonly locked: () => Locked | undefined;
};

export type RegisteredKey = KeptKey & {
  readonly status: KeyStatus;
  /** Why whose key it is may not use it: paused or not there any more, or a viewer. */
  readonly personBar: PersonBar | null;
};

export type KeyRegistry = {
  readonly locked: VaultDoor['locked'];
  readonly find: (
    credential: string,
  ) =>
    | (RegisteredKey & { /** It was the secret before the last rotation. */ readonly byOldSecret: boolean })
    | undefined;
  readonly get: (id: string) => RegisteredKey | undefined;
  readonly all: () => readonly RegisteredKey[];
  /** How each of them stands, with budgets looked at. */
  readonly states: () => readonly Pick<KeyFacts, 'id' | 'status' | 'usable'>[];
  readonly budgets: (key: KeptKey) => readonly BudgetState[];
  readonly facts: (key: KeptKey) => KeyFacts;
  /** Whether the vault holds its verifier, as far as can be told. */
  readonly isUsable: (id: string) => boolean;
  /** Takes over what storage now says of a key. */
  readonly reload: (id: string) => void;
  /** The same of all of them. @returns the ids of those that were there or are */
  readonly reloadAll: () => readonly string[];
};

export function createKeyRegistry(ports: {
  readonly store: KeyStore;
  readonly vault: VaultDoor;
  readonly clock: Clock;
  readonly today: (keyId: string) => KeyFacts['today'];
  /** A key's own budgets as they stand. */
  readonly budgets: (key: KeptKey) => readonly BudgetState[];
  readonly projectName: (projectId: string) => string;
  /** Whose keys they are. Somebody who is not known may not act. */
  readonly person: (personId: string) => { readonly name: string; readonly bar: PersonBar | null };
}): KeyRegistry {
  const keys = new Map(ports.store.list().map((key) => [key.id, key]));
  const personBar = ({ personId }: KeptKey) => (personId === null ? null : ports.person(personId).bar);
  const present = (key: KeptKey): KeyStatus => {
    const status = statusOf(key, ports.clock.now());
    return status === 'active' && personBar(key) !== null ? 'paused' : status;
  };
  const withStatus = (key: KeptKey): RegisteredKey => ({
    ...key,
    status: present(key),
    personBar: personBar(key),
  });

  function get(id: string): RegisteredKey | undefined {
    const key = keys.get(id);
    return key && withStatus(key);
  }

  // A locked vault says nothing about a single key, least of all that it has to be made anew.
  const isUsable = (id: string) => ports.vault.verifiers()?.has(id) ?? true;

  return {
    locked: ports.vault.locked,
    isUsable,
    find(credential) {
      const found = ports.vault.verifiers()?.find(credential, ports.clock.now());
      const key = found && get(found.keyId);
      return key && { ...key, byOldSecret: found.until !== null };
    },
    get,
    all: () => [...keys.values()].map(withStatus),
    facts(key) {
      const budgets = ports.budgets(key);
      const { paused: _, pausedByOther: _pausedByOther, setByOther: _setByOther, ...kept } = key;
      const facts = { ...kept, ...lastUseOf(ports.store, key) };
      return {
        ...facts,
        status: withBudgets(present(key), budgets),
        budgets: [...budgets],
        project: key.projectId === null ? null : ports.projectName(key.projectId),
        person: key.personId === null ? null : ports.person(key.personId).name,
        usable: isUsable(key.id),
        today: ports.today(key.id),
      };
    },
    budgets: ports.budgets,
    states: () =>
      [...keys.values()].map(withStatus).map((key) => ({
        id: key.id,
        status: withBudgets(key.status, ports.budgets(key)),
        usable: isUsable(key.id),
      })),
    reload(id) {
      const key = ports.store.get(id);
      if (key) keys.set(id, key);
      else keys.delete(id);
    },
    reloadAll() {
      const before = [...keys.keys()];
      keys.clear();
      for (const key of ports.store.list()) keys.set(key.id, key);
      return [...new Set([...before, ...keys.keys()])];
    },
  };
}

function statusOf(key: KeptKey, now: number): KeyStatus {
  if (key.revokedAt !== null) return 'revoked';
  if (key.expiresAt !== null && key.expiresAt <= now) return 'expired';
  return key.paused ? 'paused' : 'active';
}

function withBudgets(status: KeyStatus, budgets: readonly BudgetState[]): KeyStatus {
  return status === 'active' && budgets.some(({ state }) => state === 'spent') ? 'exhausted' : status;
}

// Written by the usage recorder, behind the registry's back.
function lastUseOf(store: KeyStore, key: KeptKey): Partial<KeptKey> {
  const kept = store.get(key.id);
  if (!kept) return {};
  const { lastUsedAt, lastUsedFrom, lastUsedBy, oldSecretUsedAt, oldSecretUsedFrom, oldSecretUsedBy } = kept;
  return { lastUsedAt, lastUsedFrom, lastUsedBy, oldSecretUsedAt, oldSecretUsedFrom, oldSecretUsedBy };
}

/**
 * The one key that people mean by an id or a name. An id is nobody else's, whatever keys are called; a revoked key leaves its
 * name to one that is not.
 * @throws KeyhatchError `key_not_found`, `name_ambiguous`
 */
export function resolveKey(registry: KeyRegistry, ref: string): RegisteredKey {
  const exact = registry.get(ref);
  if (exact) return exact;
  const all = registry.all().filter(({ name }) => name.toLowerCase() === ref.toLowerCase());
  const living = all.filter(({ revokedAt }) => revokedAt === null);
  const fits = living.length > 0 ? living : all;
  // What people call theirs makes no name of the house ambiguous.
  const ofHouse = fits.filter(({ personId }) => personId === null);
  const [only, ...others] = ofHouse.length > 0 ? ofHouse : fits;
  if (!only) throw new KeyhatchError('key_not_found', { details: { ref } });
  if (others.length > 0) {
    throw new KeyhatchError('name_ambiguous', { details: { ref, ids: fits.map(({ id }) => id).join(', ') } });
  }
  return only;
}
