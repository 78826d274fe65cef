// What a new key is kept as: what was asked for, else what its project gives its keys, else what the settings say. Pure.

import { type KeyPolicy, type KeyPolicyPatch, usualPolicy, withPatch } from '../../shared/key-policy.ts';
import type { KeyKind } from '../../shared/model.ts';
import type { ProjectDefaults } from '../../shared/project-model.ts';
import type { Settings } from '../../shared/settings.ts';
import { checkAdminFields, endOfAdminKey } from './admin-keys.ts';
import type { KeptKey } from './key-registry.ts';

/** What a key must know of its project when it is made. */
export type KeyProject = {
  readonly id: string;
  readonly name: string;
  readonly archivedAt: number | null;
  readonly defaults: ProjectDefaults;
};

export type NewKey = {
  readonly name: string;
  readonly kind?: KeyKind | undefined;
  readonly project?: string | undefined;
  /** Whose key it is, as people name them. */
  readonly person?: string | undefined;
  /** The id of somebody who makes it for themself. */
  readonly personId?: string | undefined;
  /** Makes the project where there is none of that name. */
  readonly newProject?: boolean | undefined;
  /** Epoch milliseconds; null: never, whatever the project says. */
  readonly expiresAt?: number | null | undefined;
  readonly rpm?: number | null | undefined;
  readonly parallel?: number | null | undefined;
  readonly models?: readonly string[] | null | undefined;
  readonly policy?: KeyPolicyPatch | undefined;
  readonly value?: string | undefined;
  /** A value of another program, which may be weak. */
  readonly imported?: { readonly weak: boolean; readonly paused: boolean };
};

/** What is to be another one; what is left out stays as it is. */
export type KeyEdit = {
  readonly ref: string;
  readonly policy?: KeyPolicyPatch | undefined;
  readonly newProject?: boolean | undefined;
} & {
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

/** What is known of the secrets of a key that has just had a new one. */
export const freshSecret = {
  weak: false,
  oldSecretWeak: false,
  oldSecretUsedAt: null,
  oldSecretUsedFrom: null,
  oldSecretUsedBy: null,
} as const;

export function newRecord(
  id: string,
  input: NewKey,
  from: {
    readonly personId: string | null;
    readonly settings: Settings;
    readonly project: KeyProject | undefined;
    readonly now: number;
  },
): KeptKey {
  const { personId, settings, project, now } = from;
  const defaults = project?.defaults ?? {};
  const models = (input.models === undefined ? defaults.models : input.models) ?? null;
  return {
    id,
    name: input.name,
    kind: input.kind ?? 'inference',
    projectId: project?.id ?? null,
    personId,
    origin: input.imported ? 'imported' : input.value === undefined ? 'generated' : 'typed',
    ...freshSecret,
    weak: input.imported?.weak ?? false,
    paused: input.imported?.paused ?? false,
    pausedByOther: input.imported?.paused ?? false,
    setByOther: input.personId === undefined,
    createdAt: now,
    expiresAt: endOf(input, defaults, { settings, now }),
    revokedAt: null,
    rotatedAt: null,
    oldSecretUntil: null,
    lastUsedAt: null,
    lastUsedFrom: null,
    lastUsedBy: null,
    limits: {
      rpm: firstGiven(input.rpm, defaults.rpm, settings['keys.defaultRpm']),
      parallel: firstGiven(input.parallel, defaults.parallel, settings['keys.defaultParallel']),
    },
    models: models === null ? null : [...models],
    countedSince: null,
    policy: withPatch(withPatch(startingPolicy(settings), defaults.policy ?? {}), input.policy ?? {}),
  };
}

/** What an edit makes of a key, but for its project. */
export function editedRecord(key: KeptKey, input: KeyEdit, now: number): Partial<KeptKey> {
  return {
    name: input.name ?? key.name,
    expiresAt: newEnd(key, input, now),
    limits: {
      rpm: input.rpm === undefined ? key.limits.rpm : input.rpm,
      parallel: input.parallel === undefined ? key.limits.parallel : input.parallel,
    },
    models: input.models === undefined ? key.models : input.models === null ? null : [...input.models],
    policy: input.policy === undefined ? key.policy : withPatch(key.policy, input.policy),
  };
}

/** Whether an edit says anything of what a key may do, and not only what it is called. */
export function saysMore({ ref: _ref, name: _name, ...rest }: KeyEdit): boolean {
  return Object.values(rest).some((value) => value !== undefined);
}

/** When a key that is edited ends from then on. */
function newEnd(key: KeptKey, input: KeyEdit, now: number): number | null {
  if (key.kind === 'admin') checkAdminFields(input);
  if (input.expiresAt === undefined) return key.expiresAt;
  return key.kind === 'admin' ? endOfAdminKey(input.expiresAt, now) : input.expiresAt;
}

/** Null is an answer: no limit. */
function firstGiven(...values: readonly (number | null | undefined)[]): number | null {
  return values.find((value) => value !== undefined) ?? null;
}

function startingPolicy(settings: Settings): KeyPolicy {
  return {
    ...usualPolicy,
    operations: [...settings['keys.defaultOperations']],
    rph: settings['keys.defaultRph'],
    tpm: settings['keys.defaultTpm'],
    priority: settings['keys.defaultPriority'],
  };
}

function endOf(
  { kind, expiresAt }: NewKey,
  { expiresInMs }: ProjectDefaults,
  { settings, now }: { readonly settings: Settings; readonly now: number },
): number | null {
  if (kind === 'admin') return endOfAdminKey(expiresAt, now);
  if (expiresAt !== undefined) return expiresAt;
  const lifeMs = expiresInMs === undefined ? usualLifeMs(settings) : expiresInMs;
  return lifeMs === null ? null : now + lifeMs;
}

/** How long a key lives where neither its maker nor its project says; null: it has no end. */
export function usualLifeMs({ 'keys.defaultExpiresDays': days }: Settings): number | null {
  return days === null ? null : days * 86_400_000;
}
