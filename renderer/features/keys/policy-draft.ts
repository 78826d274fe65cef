// What a key may do and how much, while it is being filled in: read from a key or from the defaults, looked through for
// what is wrong, and made into what a call takes. Pure.

import { type BodyCap, noCaps } from '../../../shared/body-caps.ts';
import type { KeyOperation, KeyPolicy, KeyPolicyPatch } from '../../../shared/key-policy.ts';
import type { Budget, BudgetPeriod, Priority } from '../../../shared/limit-model.ts';
import type { KeyLimits } from '../../../shared/model.ts';
import { readNetwork } from '../../../shared/networks.ts';
import { keyFormTexts } from '../../texts/key-form-texts.ts';

const { wrong: words } = keyFormTexts;

/** A number, or empty for no limit. */
export type Amount = number | '';

export type BudgetDraft = {
  /** For the list on screen alone. */
  readonly id: string;
  readonly period: BudgetPeriod;
  readonly unit: 'tokens' | 'cost';
  /** Tokens, or whole units of the currency. */
  readonly amount: Amount;
  readonly currency: string;
  /** From which share on its owner is warned, in per cent. */
  readonly softPercent: Amount;
  readonly strict: boolean;
};

/** Where from: one of the words, or a list of one's own. */
export type Place = 'this-computer' | 'my-network' | 'anywhere' | 'own';

export type PolicyDraft = {
  readonly operations: readonly KeyOperation[];
  readonly models: readonly string[];
  readonly denied: readonly string[];
  readonly place: Place;
  readonly networks: readonly string[];
  readonly rpm: Amount;
  readonly rph: Amount;
  readonly tpm: Amount;
  readonly parallel: Amount;
  readonly priority: Priority;
  readonly budgets: readonly BudgetDraft[];
  readonly caps: Readonly<Record<BodyCap, Amount>>;
  /** After how many days with one secret its owner is reminded. */
  readonly rotateEveryDays: Amount;
};

export type PolicySource = {
  readonly limits: KeyLimits;
  readonly models: readonly string[] | null;
  readonly policy: KeyPolicy;
};

/** What is wrong, by the field it is said beside: `operations`, `networks`, `models`, or the id of a budget. */
export type Wrong = Readonly<Record<string, string>>;

export type PolicyInput = {
  readonly rpm: number | null;
  readonly parallel: number | null;
  readonly models: string[] | null;
  readonly policy: KeyPolicyPatch;
};

const microsPerUnit = 1_000_000;

export function policyDraftOf({ limits, models, policy }: PolicySource): PolicyDraft {
  return {
    operations: policy.operations,
    models: models ?? [],
    denied: policy.deniedModels,
    ...placeOfNetworks(policy.networks),
    rpm: limits.rpm ?? '',
    rph: policy.rph ?? '',
    tpm: policy.tpm ?? '',
    parallel: limits.parallel ?? '',
    priority: policy.priority,
    budgets: policy.budgets.flatMap((budget, at) => budgetDrafts(budget, at)),
    caps: mapCaps((cap) => policy.caps[cap] ?? ''),
    rotateEveryDays: policy.rotateEveryDays ?? '',
  };
}

export function newBudgetDraft(id: string): BudgetDraft {
  return { id, period: 'day', unit: 'tokens', amount: '', currency: 'USD', softPercent: 80, strict: false };
}

export function wrongWithPolicy(draft: PolicyDraft): Wrong {
  const wrong: Record<string, string> = {};
  if (draft.operations.length === 0) wrong['operations'] = words.operations;
  if ([...draft.models, ...draft.denied].some((model) => model.length > 200)) wrong['models'] = words.models;
  const networks = draft.place === 'own' ? wrongNetworks(draft.networks) : undefined;
  if (networks !== undefined) wrong['networks'] = networks;
  return { ...wrong, ...wrongBudgets(draft.budgets) };
}

/** By the id of the budget that it is said beside. */
export function wrongBudgets(budgets: readonly BudgetDraft[]): Wrong {
  const wrong: Record<string, string> = {};
  for (const { id, unit, amount, currency } of budgets) {
    if (amount === '') wrong[id] = words.amount;
    else if (unit === 'cost' && !/^[A-Z]{3}$/.test(currency)) wrong[id] = words.currency;
  }
  return wrong;
}

/** The first entry that cannot be read, and why. */
export function wrongNetworks(networks: readonly string[]): string | undefined {
  if (networks.length === 0) return words.noNetwork;
  for (const entry of networks) {
    const read = readNetwork(entry);
    if (!read.ok) return `“${entry}” ${read.reason}.`;
  }
  return undefined;
}

export function policyInputOf(draft: PolicyDraft): PolicyInput {
  return {
    rpm: limitOf(draft.rpm),
    parallel: limitOf(draft.parallel),
    models: draft.models.length === 0 ? null : [...draft.models],
    policy: {
      operations: [...draft.operations],
      deniedModels: [...draft.denied],
      networks: networksOf(draft),
      caps: mapCaps((cap) => limitOf(draft.caps[cap])),
      rph: limitOf(draft.rph),
      tpm: limitOf(draft.tpm),
      priority: draft.priority,
      budgets: draft.budgets.map(budgetOf),
      rotateEveryDays: limitOf(draft.rotateEveryDays),
    },
  };
}

/** Only what is other than it was, so that what somebody else changed meanwhile stays. */
export function changedPolicyInput(before: PolicyDraft, now: PolicyDraft): Partial<PolicyInput> {
  const [old, next] = [policyInputOf(before), policyInputOf(now)];
  const policy = changed(old.policy, next.policy);
  const { policy: _, ...rest } = changed(old, next);
  return Object.keys(policy).length === 0 ? rest : { ...rest, policy };
}

/** Defaults that changed beneath a draft take the place of those that nobody touched. */
export function onNewBase(draft: PolicyDraft, before: PolicyDraft, base: PolicyDraft): PolicyDraft {
  return { ...base, ...changed(before, draft) };
}

function changed<Value extends object>(before: Value, now: Value): Partial<Value> {
  const entries = Object.entries(now) as [keyof Value, unknown][];
  return Object.fromEntries(
    entries.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  ) as Partial<Value>;
}

function placeOfNetworks(networks: readonly string[] | null): Pick<PolicyDraft, 'place' | 'networks'> {
  if (networks === null) return { place: 'anywhere', networks: [] };
  const [only] = networks;
  const isWord = only === 'this-computer' || only === 'my-network' || only === 'anywhere';
  return networks.length === 1 && isWord ? { place: only, networks: [] } : { place: 'own', networks };
}

function networksOf({ place, networks }: PolicyDraft): string[] | null {
  if (place === 'anywhere') return null;
  return place === 'own' ? [...networks] : [place];
}

// One of ours is of tokens or of money; a budget of both is the same as two.
export function budgetDrafts(budget: Budget, at: number, ids = ''): readonly BudgetDraft[] {
  const { period, tokens, cost, soft, strict } = budget;
  const common = { period, softPercent: Math.round(soft * 100), strict };
  const drafts: BudgetDraft[] = [];
  if (tokens !== null)
    drafts.push({ ...common, id: `${ids}tokens-${at}`, unit: 'tokens', amount: tokens, currency: 'USD' });
  if (cost !== null) {
    const { currency, micros } = cost;
    drafts.push({ ...common, id: `${ids}cost-${at}`, unit: 'cost', amount: micros / microsPerUnit, currency });
  }
  return drafts;
}

export function budgetOf({ period, unit, amount, currency, softPercent, strict }: BudgetDraft): Budget {
  return {
    period,
    tokens: unit === 'tokens' ? Number(amount) : null,
    cost: unit === 'cost' ? { currency, micros: Math.round(Number(amount) * microsPerUnit) } : null,
    soft: softPercent === '' ? 1 : softPercent / 100,
    strict: unit === 'cost' && strict,
  };
}

function limitOf(amount: Amount): number | null {
  return amount === '' ? null : amount;
}

function mapCaps<Value>(value: (cap: BodyCap) => Value): Record<BodyCap, Value> {
  const caps = Object.keys(noCaps) as BodyCap[];
  return Object.fromEntries(caps.map((cap) => [cap, value(cap)])) as Record<BodyCap, Value>;
}
