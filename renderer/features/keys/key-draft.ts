// A key while it is being filled in: its name, project and end besides its policy, and what they become. Pure.

import type { KeyFacts, KeyKind, NewKeyInput } from '../../../shared/model.ts';
import type { ProjectDefaults } from '../../../shared/project-model.ts';
import { keyFormTexts } from '../../texts/key-form-texts.ts';
import { changedPolicyInput, type PolicyDraft, policyInputOf, type Wrong, wrongWithPolicy } from './policy-draft.ts';

const { wrong: words, copyOf } = keyFormTexts;

export type Expiry = keyof typeof keyFormTexts.expiry;

export type KeyDraft = {
  readonly name: string;
  readonly project: string;
  readonly expiry: Expiry;
  /** Its last day, as `2026-11-21`, where that was chosen. */
  readonly expiresOn: string;
  readonly policy: PolicyDraft;
};

const dayMs = 86_400_000;
const expiryDays: Readonly<Partial<Record<Expiry, number>>> = { day: 1, week: 7, month: 30, quarter: 90, year: 365 };

type DraftSource = {
  readonly edited?: KeyFacts | undefined;
  readonly like?: KeyFacts | undefined;
  readonly policy: PolicyDraft;
  /** How a new one ends where nobody says. */
  readonly usual: Expiry;
};

/**
 * How a new key ends where nobody says.
 * @param expiresInMs how long one lives then; null: it has no end
 */
export function usualExpiry(kind: KeyKind, expiresInMs: number | null): Expiry {
  if (kind === 'admin') return 'month';
  return expiresInMs === null ? 'never' : 'usual';
}

export function keyDraftOf({ edited, like, policy, usual }: DraftSource): KeyDraft {
  const from = edited ?? like;
  return {
    name: edited?.name ?? (like ? copyOf(like.name) : ''),
    project: from?.project ?? '',
    expiry: edited ? (edited.expiresAt === null ? 'never' : 'keep') : usual,
    expiresOn: '',
    policy,
  };
}

/**
 * An admin key always has an end, within a year.
 * @param limited whether the owner gave an end that no key of theirs outlives
 */
export function expiryChoices(
  { kind, usual, chosen, limited = false }: ExpiryRules,
  edited: Pick<KeyFacts, 'expiresAt'> | undefined,
): readonly Expiry[] {
  const near = ['day', 'week', 'month', 'quarter'] as const;
  const first: readonly Expiry[] = edited
    ? edited.expiresAt === null
      ? []
      : ['keep']
    : chosen === 'project'
      ? ['project']
      : usual === 'usual'
        ? ['usual']
        : [];
  if (kind === 'admin') return [...first, ...near, 'own'];
  return limited ? [...first, ...near, 'own'] : [...first, 'never', ...near, 'year', 'own'];
}

type ExpiryRules = {
  readonly kind: KeyKind;
  readonly usual: Expiry;
  readonly chosen: Expiry;
  readonly limited?: boolean;
};

/** The end that a new key begins with in a project, where nobody chose another. */
export function expiryIn(chosen: Expiry, usual: Expiry, defaults: ProjectDefaults | undefined): Expiry {
  if (chosen !== usual && chosen !== 'project') return chosen;
  const lifeMs = defaults?.expiresInMs;
  if (lifeMs === undefined) return usual;
  // A project says of its keys that they have no end, whatever is usual.
  return lifeMs === null && usual === 'never' ? 'never' : 'project';
}

export function wrongWith(draft: KeyDraft, kind: KeyKind): Wrong {
  const name = draft.name.trim();
  return {
    ...(kind === 'admin' ? {} : wrongWithPolicy(draft.policy)),
    ...(name === '' ? { name: words.name } : name.length > 80 ? { name: words.nameLong } : {}),
    ...(draft.expiry === 'own' && (endOfDay(draft.expiresOn) ?? 0) <= Date.now() ? { expires: words.day } : {}),
  };
}

/** @returns undefined where it stays as it is, or is as its project or the house says, null for never */
function expiresAtOf({ expiry, expiresOn }: KeyDraft): number | null | undefined {
  if (expiry === 'keep' || expiry === 'project' || expiry === 'usual') return undefined;
  if (expiry === 'own') return endOfDay(expiresOn) ?? null;
  const days = expiryDays[expiry];
  return days === undefined ? null : Date.now() + days * dayMs;
}

// The whole of its last day, by the clock of whoever chose it.
function endOfDay(day: string): number | undefined {
  const at = new Date(`${day}T23:59:59`).getTime();
  return Number.isFinite(at) ? at : undefined;
}

export function newInputOf(draft: KeyDraft, kind: KeyKind): NewKeyInput {
  const expiresAt = expiresAtOf(draft);
  const end = expiresAt === undefined ? {} : { expiresAt };
  if (kind === 'admin') return { kind, name: draft.name.trim(), ...end };
  const project = draft.project.trim();
  return {
    name: draft.name.trim(),
    // A name that is not there yet makes its project.
    ...(project === '' ? {} : { project, newProject: true }),
    ...end,
    ...policyInputOf(draft.policy),
  };
}

/** Only what was changed. */
export function editInputOf(before: KeyDraft, now: KeyDraft, kind: KeyKind) {
  const [name, project, expiresAt] = [now.name.trim(), now.project.trim(), expiresAtOf(now)];
  return {
    ...(name === before.name ? {} : { name }),
    ...(expiresAt === undefined || (now.expiry === before.expiry && expiresAt === null) ? {} : { expiresAt }),
    ...(kind === 'admin' || project === before.project ? {} : projectInput(project)),
    ...(kind === 'admin' ? {} : changedPolicyInput(before.policy, now.policy)),
  };
}

function projectInput(project: string) {
  return project === '' ? { project: null } : { project, newProject: true };
}
