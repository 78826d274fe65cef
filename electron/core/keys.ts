// What people do with keys: make, change, pause, revoke, delete, rotate. The vault is written before storage where a key
// comes into being and after it where one goes, so that a crash in between never leaves a usable key nobody sees.

import { KeyhatchError } from '../../shared/errors.ts';
import { type FillRandom, type KeyPrefix, makeId, makeKey, unsuitableAsKey } from '../../shared/key-format.ts';
import { type KeyPolicyPatch, usualPolicy, withPatch } from '../../shared/key-policy.ts';
import type { TopUp } from '../../shared/limit-model.ts';
import type { CreatedKey, KeyFacts, KeyKind } from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import { checkAdminFields, endOfAdminKey } from './admin-keys.ts';
import {
  type KeptKey,
  type KeyRegistry,
  type KeyStore,
  resolveKey,
  type VaultDoor,
  type Verifiers,
} from './key-registry.ts';
import { withTopUp } from './top-ups.ts';

export type KeyPorts = {
  readonly registry: KeyRegistry;
  readonly store: KeyStore;
  readonly vault: VaultDoor;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly fillRandom: FillRandom;
  readonly counters: {
    /** What a key has used until now, as it is kept with it. */
    readonly countedBy: (keyId: string) => string | Promise<string>;
    readonly reset: (keyId: string, sinceMs: number, countedBefore: string) => void;
  };
  readonly recordHistory?: RecordHistory;
  /** Told after every change, so that running requests are looked at and windows hear of it. */
  readonly onChange: (keyId: string) => void;
};

/** Writes down who changed what; `ref` is the id of what was changed. */
export type RecordHistory = (entry: {
  readonly what: string;
  readonly ref: string;
  readonly by: string;
  readonly detail: Readonly<Record<string, string | number | null>>;
}) => void;

export type NewKey = {
  readonly name: string;
  readonly kind?: KeyKind | undefined;
  readonly project?: string | undefined;
  readonly expiresAt?: number | undefined;
  readonly rpm?: number | null | undefined;
  readonly parallel?: number | null | undefined;
  readonly models?: readonly string[] | undefined;
  readonly policy?: KeyPolicyPatch | undefined;
  readonly value?: string | undefined;
};

export type KeyEdit = { readonly ref: string; readonly policy?: KeyPolicyPatch | undefined } & {
  readonly [Name in 'name' | 'project' | 'expiresAt' | 'rpm' | 'parallel' | 'models']?:
    | (Name extends 'name'
        ? string
        : Name extends 'project'
          ? string | null
          : Name extends 'models'
            ? readonly string[] | null
            : number | null)
    | undefined;
};

export type Keys = {
  readonly create: (input: NewKey) => Promise<CreatedKey>;
  readonly list: () => KeyFacts[];
  readonly get: (ref: string) => KeyFacts;
  readonly edit: (input: KeyEdit) => KeyFacts;
  readonly setPaused: (ref: string, paused: boolean) => KeyFacts;
  readonly revoke: (ref: string) => KeyFacts;
  readonly delete: (ref: string) => Promise<KeyFacts>;
  /** Adds to a budget until the top-up ends. @throws KeyhatchError `budget_missing` */
  readonly topUp: (ref: string, add: TopUp) => KeyFacts;
  /** @param graceMs how long the present secret goes on working beside the new one, in milliseconds */
  readonly rotate: (ref: string, graceMs: number) => Promise<CreatedKey>;
  readonly resetCounters: (ref: string) => Promise<KeyFacts>;
  /** Sees to it that this value opens the gateway as the key of that name, making or changing it where needed. */
  readonly ensure: (name: string, value: string) => Promise<KeyFacts>;
};

export function createKeys(ports: KeyPorts): Keys {
  const { registry, store, clock } = ports;

  function changed(id: string): KeyFacts {
    registry.reload(id);
    ports.onChange(id);
    const key = registry.get(id);
    if (!key) throw new KeyhatchError('key_not_found', { details: { ref: id } });
    return registry.facts(key);
  }

  function patch(ref: string, change: (key: KeptKey) => Partial<KeptKey>): KeyFacts {
    const key = resolveKey(registry, ref);
    if (key.revokedAt !== null) throw new KeyhatchError('key_revoked_final', { details: { name: key.name } });
    store.update(key.id, change(key));
    return changed(key.id);
  }

  async function create(input: NewKey): Promise<CreatedKey> {
    if (input.kind === 'admin') checkAdminFields(input);
    const verifiers = openVerifiers(ports.vault);
    const prefix = prefixOf(input.kind);
    const { id, key } = input.value === undefined ? makeKey(ports.fillRandom, prefix) : typedKey(input.value, ports);
    await verifiers.put(id, key, null);
    store.insert(newRecord(id, input, ports.settings(), clock.now()));
    return { id, key, facts: changed(id) };
  }

  return {
    create,
    list: () => registry.all().map(registry.facts),
    get: (ref) => registry.facts(resolveKey(registry, ref)),
    edit: (input) =>
      patch(input.ref, (key) => ({
        name: input.name ?? key.name,
        project: input.project === undefined ? key.project : input.project,
        expiresAt: newEnd(key, input, clock.now()),
        limits: {
          rpm: input.rpm === undefined ? key.limits.rpm : input.rpm,
          parallel: input.parallel === undefined ? key.limits.parallel : input.parallel,
        },
        models: input.models === undefined ? key.models : input.models === null ? null : [...input.models],
        policy: input.policy === undefined ? key.policy : withPatch(key.policy, input.policy),
      })),
    setPaused: (ref, paused) => patch(ref, () => ({ paused })),
    topUp: (ref, add) => patch(ref, (key) => ({ policy: withTopUp(key, add, clock.now()) })),
    // The verifier stays, so that whoever still sends the key is told that it was revoked.
    revoke: (ref) => patch(ref, () => ({ revokedAt: clock.now() })),
    async delete(ref) {
      const key = resolveKey(registry, ref);
      const facts = registry.facts(key);
      store.remove(key.id, clock.now());
      registry.reload(key.id);
      ports.onChange(key.id);
      // Gone for the gateway already; what is left in a locked vault is cleared away when it opens.
      await ports.vault
        .verifiers()
        ?.remove(key.id)
        .catch(() => {});
      return facts;
    },
    async rotate(ref, graceMs) {
      const present = resolveKey(registry, ref);
      if (present.revokedAt !== null) throw new KeyhatchError('key_revoked_final', { details: { name: present.name } });
      const { key } = makeKey(ports.fillRandom, prefixOf(present.kind), present.id);
      const now = clock.now();
      const until = graceMs > 0 ? now + graceMs : null;
      await openVerifiers(ports.vault).put(present.id, key, until);
      store.update(present.id, { rotatedAt: now, oldSecretUntil: until, origin: 'generated' });
      return { id: present.id, key, facts: changed(present.id) };
    },
    async resetCounters(ref) {
      const { id, countedSince } = resolveKey(registry, ref);
      const counted = await ports.counters.countedBy(id);
      const now = clock.now();
      ports.counters.reset(id, now, counted);
      ports.recordHistory?.({ what: 'key.counters_reset', ref: id, by: 'owner', detail: { countedSince, now } });
      return changed(id);
    },
    async ensure(name, value) {
      const verifiers = openVerifiers(ports.vault);
      const holder = registry.find(value);
      if (holder) return registry.facts(holder);
      const present = registry
        .all()
        .find((key) => key.name === name && key.revokedAt === null && key.kind === 'inference');
      if (!present) return (await create({ name, value })).facts;
      checkTyped(value);
      await verifiers.put(present.id, value, null);
      store.update(present.id, { origin: 'typed', rotatedAt: clock.now(), oldSecretUntil: null });
      return changed(present.id);
    },
  };
}

function prefixOf(kind: KeyKind | undefined): KeyPrefix {
  return kind === 'admin' ? 'kha' : 'kh';
}

function newEnd(key: KeptKey, input: KeyEdit, now: number): number | null {
  if (key.kind === 'admin') checkAdminFields(input);
  if (input.expiresAt === undefined) return key.expiresAt;
  return key.kind === 'admin' ? endOfAdminKey(input.expiresAt, now) : input.expiresAt;
}

function newRecord(id: string, input: NewKey, settings: Settings, now: number): KeptKey {
  return {
    id,
    name: input.name,
    kind: input.kind ?? 'inference',
    project: input.project ?? null,
    origin: input.value === undefined ? 'generated' : 'typed',
    paused: false,
    createdAt: now,
    expiresAt: input.kind === 'admin' ? endOfAdminKey(input.expiresAt, now) : (input.expiresAt ?? null),
    revokedAt: null,
    rotatedAt: null,
    oldSecretUntil: null,
    lastUsedAt: null,
    lastUsedFrom: null,
    lastUsedBy: null,
    limits: {
      rpm: input.rpm === undefined ? settings['keys.defaultRpm'] : input.rpm,
      parallel: input.parallel === undefined ? settings['keys.defaultParallel'] : input.parallel,
    },
    models: input.models ? [...input.models] : null,
    countedSince: null,
    policy: withPatch(
      {
        ...usualPolicy,
        rph: settings['keys.defaultRph'],
        tpm: settings['keys.defaultTpm'],
        priority: settings['keys.defaultPriority'],
      },
      input.policy ?? {},
    ),
  };
}

function typedKey(value: string, ports: KeyPorts): { id: string; key: string } {
  checkTyped(value);
  if (ports.vault.verifiers()?.find(value, ports.clock.now())) {
    throw new KeyhatchError('key_value_unsuitable', { details: { reason: 'another key has it already' } });
  }
  return { id: makeId(ports.fillRandom), key: value };
}

function checkTyped(value: string): void {
  const reason = unsuitableAsKey(value);
  if (reason !== undefined) throw new KeyhatchError('key_value_unsuitable', { details: { reason } });
}

/** @throws KeyhatchError `vault_locked`, `keys_damaged` */
function openVerifiers(vault: VaultDoor): Verifiers {
  const verifiers = vault.verifiers();
  if (verifiers) return verifiers;
  const { code, ...details } = vault.locked() ?? {
    code: 'vault_locked',
    vault: 'the vault',
    reason: 'it is not open yet',
  };
  throw new KeyhatchError(code, { details });
}
