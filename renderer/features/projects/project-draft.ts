// A project while it is being filled in, what is wrong with it, and what it becomes. Pure.

import type { ProjectColour, ProjectEnvironment, ProjectFacts } from '../../../shared/project-model.ts';
import { projectTexts } from '../../texts/project-texts.ts';
import {
  type BudgetDraft,
  budgetDrafts,
  budgetOf,
  changedPolicyInput,
  type PolicyDraft,
  type PolicySource,
  policyDraftOf,
  type Wrong,
  wrongBudgets,
  wrongWithPolicy,
} from '../keys/policy-draft.ts';
import { sourceIn } from '../keys/project-source.ts';

const { form: texts } = projectTexts;

export type AliasDraft = { readonly id: string; readonly name: string; readonly model: string };
export type Lifetime = 'keep' | keyof typeof texts.lifetimes;

export type ProjectDraft = {
  readonly name: string;
  readonly colour: ProjectColour;
  readonly environment: ProjectEnvironment;
  readonly echo: boolean;
  readonly models: readonly string[];
  readonly aliases: readonly AliasDraft[];
  readonly upstreamId: string | null;
  /** Over all its keys together. */
  readonly budgets: readonly BudgetDraft[];
  readonly lifetime: Lifetime;
  readonly defaults: PolicyDraft;
};

const dayMs = 86_400_000;
const lifetimeDays = { day: 1, week: 7, month: 30, quarter: 90, year: 365 } as const;

/** @param usual what a new key begins with outside of projects */
export function projectDraftOf(project: ProjectFacts | undefined, usual: PolicySource): ProjectDraft {
  const aliases = Object.entries(project?.aliases ?? {});
  return {
    name: project?.name ?? '',
    colour: project?.colour ?? 'blue',
    environment: project?.environment ?? 'production',
    echo: project?.echo ?? false,
    models: project?.models ?? [],
    aliases: aliases.map(([name, model], at) => ({ id: `alias-${at}`, name, model })),
    upstreamId: project?.upstreamId ?? null,
    budgets: (project?.budgets ?? []).flatMap((budget, at) => budgetDrafts(budget, at, 'all-')),
    lifetime: lifetimeOf(project?.defaults.expiresInMs),
    defaults: policyDraftOf(sourceIn(usual, project?.defaults)),
  };
}

export function wrongWithProject(draft: ProjectDraft): Wrong {
  const names = draft.aliases.map(({ name }) => name.trim());
  const half = draft.aliases.some(({ name, model }) => name.trim() === '' || model.trim() === '');
  return {
    ...wrongWithPolicy(draft.defaults),
    ...wrongBudgets(draft.budgets),
    ...(draft.name.trim() === '' ? { name: texts.wrongName } : {}),
    ...(half || new Set(names).size < names.length ? { aliases: texts.wrongAlias } : {}),
  };
}

/** What it says of keys to come is only what differs from the settings, which it follows in everything else. */
export function projectInputOf(draft: ProjectDraft, before: ProjectFacts | undefined, usual: PolicySource) {
  const expiresInMs = lifetimeMs(draft.lifetime, before);
  return {
    name: draft.name.trim(),
    colour: draft.colour,
    environment: draft.environment,
    echo: draft.environment === 'test' && draft.echo,
    models: draft.models.length === 0 ? null : [...draft.models],
    aliases: Object.fromEntries(draft.aliases.map(({ name, model }) => [name.trim(), model.trim()])),
    upstream: draft.upstreamId,
    budgets: draft.budgets.map(budgetOf),
    defaults: {
      ...changedPolicyInput(policyDraftOf(usual), draft.defaults),
      ...(expiresInMs === null ? {} : { expiresInMs }),
    },
  };
}

function lifetimeOf(expiresInMs: number | null | undefined): Lifetime {
  if (expiresInMs === null || expiresInMs === undefined) return 'never';
  const known = Object.entries(lifetimeDays).find(([, days]) => days * dayMs === expiresInMs);
  return (known?.[0] as Lifetime | undefined) ?? 'keep';
}

function lifetimeMs(lifetime: Lifetime, before: ProjectFacts | undefined): number | null {
  if (lifetime === 'keep') return before?.defaults.expiresInMs ?? null;
  return lifetime === 'never' ? null : lifetimeDays[lifetime] * dayMs;
}
