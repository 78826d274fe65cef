// What people do with keys: make, change, pause, revoke, delete, rotate. The vault is written before storage where a key
// comes into being and after it where one goes, so that a crash in between never leaves a usable key nobody sees.

import { KeyhatchError } from '../../shared/errors.ts';
import { type FillRandom, type KeyPrefix, makeId, makeKey, unsuitableAsKey } from '../../shared/key-format.ts';
import type { TopUp } from '../../shared/limit-model.ts';
import type { CreatedKey, KeyFacts, KeyKind } from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Acting } from '../lib/acting.ts';
import type { Clock } from '../lib/clock.ts';
import { checkAdminFields } from './admin-keys.ts';
import type { RecordHistory } from './history.ts';
import {
  editedRecord,
  freshSecret,
  type KeyEdit,
  type KeyProject,
  type NewKey,
  newRecord,
  saysMore,
} from './key-record.ts';
import { type KeptKey, type KeyRegistry, type KeyStore, resolveKey, type VaultDoor } from './key-registry.ts';
import { withTopUp } from './top-ups.ts';
import { openVerifiers } from './vault-door.ts';

export type KeyPorts = {
  readonly registry: KeyRegistry;
  readonly store: KeyStore;
  readonly vault: VaultDoor;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly fillRandom: FillRandom;
  readonly projects: {
    /** @throws KeyhatchError `project_not_found`, `name_ambiguous` */
    readonly get: (ref: string) => KeyProject;
    readonly find: (id: string) => KeyProject | undefined;
    readonly create: (input: { readonly name: string }) => KeyProject;
  };
  /** The id of the person whom people call so. @throws KeyhatchError `person_not_found` */
  readonly personId: (ref: string) => string;
  /** The key as its person's limits let it be; the same where it is nobody's. */
  readonly within: (key: KeptKey) => KeptKey;
  readonly record: RecordHistory;
  readonly acting: Acting;
  readonly counters: {
    /** What a key has used until now, as it is kept with it. */
    readonly countedBy: (keyId: string) => string | Promise<string>;
    readonly reset: (keyId: string, sinceMs: number, countedBefore: string) => void;
  };
  /** Told after every change, so that running requests are looked at and windows hear of it. */
  readonly onChange: (keyId: string, projectIds: readonly string[]) => void;
};

export type Keys = {
  readonly create: (input: NewKey) => Promise<CreatedKey>;
  readonly list: () => KeyFacts[];
  readonly get: (ref: string) => KeyFacts;
  /** @param byHolder it is done by whose key it is; for anybody else it is noted that somebody else did it, here and below */
  readonly edit: (input: KeyEdit, byHolder?: boolean) => KeyFacts;
  readonly setPaused: (ref: string, paused: boolean, byHolder?: boolean) => KeyFacts;
  readonly revoke: (ref: string) => KeyFacts;
  readonly delete: (ref: string) => Promise<KeyFacts>;
  /** Adds to a budget until the top-up ends. @throws KeyhatchError `budget_missing` */
  readonly topUp: (ref: string, add: TopUp) => KeyFacts;
  /** @param graceMs how long the present secret goes on working beside the new one, in milliseconds */
  readonly rotate: (ref: string, graceMs: number) => Promise<CreatedKey>;
  readonly resetCounters: (ref: string) => Promise<KeyFacts>;
  /** Ends the secret before the last rotation now. @throws KeyhatchError `old_secret_gone`, `vault_locked` */
  readonly endOldSecret: (ref: string) => Promise<KeyFacts>;
  /** Lets a weak key be used from elsewhere too. */
  readonly acceptWeak: (ref: string) => KeyFacts;
  /** Whether a key that has not been revoked is called so, of the house or of one person: nobody learns names of others. */
  readonly isTaken: (name: string, personId?: string | null) => boolean;
  /** Sees to it that this value opens the gateway as the key of that name, making or changing it where needed. */
  readonly ensure: (name: string, value: string) => Promise<KeyFacts>;
};

export function createKeys(ports: KeyPorts): Keys {
  const { registry, store, clock } = ports;
  const inTheMaking = new Set<string>();

  function changed(id: string, action: string): KeyFacts {
    const before = registry.get(id);
    registry.reload(id);
    const key = registry.get(id);
    if (!key) throw new KeyhatchError('key_not_found', { details: { ref: id } });
    ports.record({ action, subject: subjectOf(key), before: before && noted(before), after: noted(key) });
    ports.onChange(
      id,
      [before?.projectId, key.projectId].filter((one) => typeof one === 'string'),
    );
    return registry.facts(key);
  }

  // As people read it: the project by its name.
  function noted({ projectId, ...key }: KeptKey) {
    return { ...key, project: projectId === null ? null : (ports.projects.find(projectId)?.name ?? projectId) };
  }

  function patch(ref: string, action: string, change: (key: KeptKey) => Partial<KeptKey>): KeyFacts {
    const key = living(ref);
    const patch = change(key);
    const { expiresAt, limits, models, policy } = ports.within({ ...key, ...patch });
    store.update(key.id, { ...patch, expiresAt, limits, models, policy });
    return changed(key.id, action);
  }

  function living(ref: string) {
    const key = resolveKey(registry, ref);
    if (key.revokedAt !== null) throw new KeyhatchError('key_revoked_final', { details: { name: key.name } });
    return key;
  }

  function isTaken(name: string, personId: string | null = null): boolean {
    const folded = name.toLowerCase();
    // Nobody may come to mean one key and hit another.
    if (registry.get(name) || inTheMaking.has(making(name, personId))) return true;
    const theirs = registry.all().filter((key) => key.revokedAt === null && key.personId === personId);
    return theirs.some((key) => key.name.toLowerCase() === folded);
  }

  function refuseTaken(name: string, personId: string | null): void {
    if (isTaken(name, personId)) throw new KeyhatchError('name_taken', { details: { name } });
  }

  function projectFor(ref: string, mayMake: boolean | undefined): KeyProject {
    try {
      return ports.projects.get(ref);
    } catch (error) {
      const missing = error instanceof KeyhatchError && error.code === 'project_not_found';
      if (!missing || mayMake !== true) throw error;
      return ports.projects.create({ name: ref });
    }
  }

  async function create(input: NewKey): Promise<CreatedKey> {
    if (input.kind === 'admin') checkAdminFields(input);
    const verifiers = openVerifiers(ports.vault);
    const personId = input.person === undefined ? (input.personId ?? null) : ports.personId(input.person);
    if (personId !== null && input.kind === 'admin') throw new KeyhatchError('not_permitted');
    refuseTaken(input.name, personId);
    const made =
      input.value === undefined
        ? makeKey(ports.fillRandom, prefixOf(input.kind))
        : typedKey(input.value, ports, input.imported?.weak);
    const project = input.project === undefined ? undefined : projectFor(input.project, input.newProject);
    if (project && project.archivedAt !== null)
      throw new KeyhatchError('project_is_archived', { details: { project: project.name } });
    const inMaking = making(input.name, personId);
    inTheMaking.add(inMaking);
    try {
      await verifiers.put(made.id, made.key, null);
      const record = newRecord(made.id, input, { personId, settings: ports.settings(), project, now: clock.now() });
      store.insert(ports.within(record));
    } finally {
      inTheMaking.delete(inMaking);
    }
    return { ...made, facts: changed(made.id, input.imported ? 'imported' : 'created') };
  }

  return {
    create,
    isTaken,
    list: () => registry.all().map(registry.facts),
    get: (ref) => registry.facts(resolveKey(registry, ref)),
    edit(input, byHolder = false) {
      const { id, name, personId } = living(input.ref);
      // Two that had one name before names were unique may keep it.
      if (input.name !== undefined && input.name.toLowerCase() !== name.toLowerCase())
        refuseTaken(input.name, personId);
      return patch(id, 'edited', (key) => ({
        ...editedRecord(key, input, clock.now()),
        setByOther: key.setByOther || (!byHolder && saysMore(input)),
        projectId:
          input.project === undefined
            ? key.projectId
            : input.project === null
              ? null
              : projectFor(input.project, input.newProject).id,
      }));
    },
    setPaused: (ref, paused, byHolder = false) =>
      patch(ref, paused ? 'paused' : 'resumed', (key) => ({
        paused,
        // Once somebody else has paused it, pausing it again makes it nobody's own.
        pausedByOther: paused && (!byHolder || (key.paused && key.pausedByOther)),
      })),
    topUp: (ref, add) =>
      patch(ref, 'topped_up', ({ name, policy }) => ({
        policy: { ...policy, topUps: withTopUp({ kind: 'key', name, ...policy }, add, clock.now()) },
      })),
    // The verifier stays, so that whoever still sends the key is told that it was revoked.
    revoke: (ref) => patch(ref, 'revoked', () => ({ revokedAt: clock.now() })),
    acceptWeak: (ref) => patch(ref, 'weak_accepted', () => ({ weak: false, oldSecretWeak: false })),
    async delete(ref) {
      const key = resolveKey(registry, ref);
      const facts = registry.facts(key);
      store.remove(key.id, clock.now());
      registry.reload(key.id);
      ports.record({ action: 'deleted', subject: subjectOf(key), before: noted(key) });
      ports.onChange(key.id, key.projectId === null ? [] : [key.projectId]);
      // Gone for the gateway already; what is left in a locked vault is cleared away when it opens.
      await ports.vault
        .verifiers()
        ?.remove(key.id)
        .catch(() => {});
      return facts;
    },
    async rotate(ref, graceMs) {
      const present = living(ref);
      const { key } = makeKey(ports.fillRandom, prefixOf(present.kind), present.id);
      const now = clock.now();
      const until = graceMs > 0 ? now + graceMs : null;
      await openVerifiers(ports.vault).put(present.id, key, until);
      const oldSecretWeak = until !== null && present.weak;
      store.update(present.id, {
        ...freshSecret,
        oldSecretWeak,
        rotatedAt: now,
        oldSecretUntil: until,
        origin: 'generated',
      });
      return { id: present.id, key, facts: changed(present.id, 'rotated') };
    },
    async resetCounters(ref) {
      const { id } = resolveKey(registry, ref);
      const counted = await ports.counters.countedBy(id);
      ports.counters.reset(id, clock.now(), counted);
      return changed(id, 'counters_reset');
    },
    async endOldSecret(ref) {
      const key = living(ref);
      if (key.oldSecretUntil === null || key.oldSecretUntil <= clock.now())
        throw new KeyhatchError('old_secret_gone', { details: { name: key.name } });
      await openVerifiers(ports.vault).endGrace(key.id);
      return patch(key.id, 'old_secret_ended', () => ({ oldSecretUntil: null, oldSecretWeak: false }));
    },
    ensure: (name, value) => ports.acting.as({ kind: 'flag', detail: null }, () => ensure(name, value)),
  };

  async function ensure(name: string, value: string): Promise<KeyFacts> {
    const verifiers = openVerifiers(ports.vault);
    const holder = registry.find(value);
    if (holder) return registry.facts(holder);
    const present = registry
      .all()
      .find(
        (key) =>
          key.kind === 'inference' &&
          key.personId === null &&
          key.name.toLowerCase() === name.toLowerCase() &&
          key.revokedAt === null,
      );
    if (!present) return (await create({ name, value })).facts;
    checkTyped(value);
    await verifiers.put(present.id, value, null);
    store.update(present.id, { ...freshSecret, origin: 'typed', rotatedAt: clock.now(), oldSecretUntil: null });
    return changed(present.id, 'rotated');
  }
}

const making = (name: string, personId: string | null) => `${personId} ${name.toLowerCase()}`;

function subjectOf({ id, name }: KeptKey) {
  return { kind: 'key', id, name } as const;
}

function prefixOf(kind: KeyKind | undefined): KeyPrefix {
  return kind === 'admin' ? 'kha' : 'kh';
}

function typedKey(value: string, ports: KeyPorts, weak = false): { id: string; key: string } {
  // Whoever imports a weak one has looked at it.
  if (!weak) checkTyped(value);
  if (ports.vault.verifiers()?.find(value, ports.clock.now())) {
    throw new KeyhatchError('key_value_unsuitable', { details: { reason: 'another key has it already' } });
  }
  return { id: makeId(ports.fillRandom), key: value };
}

function checkTyped(value: string): void {
  const reason = unsuitableAsKey(value);
  if (reason !== undefined) throw new KeyhatchError('key_value_unsuitable', { details: { reason } });
}
