// What a request claims of the limits of its key, and of every budget that it counts against: one claim for each limit there
// is. Turns policies into claims, and how counters stand into what people are told; counts nothing itself.

import type { Budget, BudgetPeriod, BudgetState, LimitStates, TopUp, WindowState } from '../../shared/limit-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { BudgetCalendar } from './budget-calendar.ts';
import type { BudgetClaim, LimitCounters, LimitOwner, Standing, WindowClaim } from './limit-counters.ts';
import type { GatewayKey, GatewayPerson, GatewayProject, ProjectRegistry } from './ports.ts';

/** Somebody whose budgets a request counts against: its key, that key's project, or the person whose key it is. */
export type BudgetOwner = {
  readonly owner: LimitOwner;
  /** As a refusal names it: `the API key "laptop"`. */
  readonly name: string;
  /** The name of the project that it is; null for a key. */
  readonly project: string | null;
  /** The name of the person that it is. */
  readonly person?: string;
  readonly budgets: readonly Budget[];
  readonly topUps: readonly TopUp[];
};

/** One counter of one owner's budget, and the smallest limit on it. */
export type BudgetPlan = {
  readonly owner: BudgetOwner;
  readonly period: BudgetPeriod;
  /** Null: tokens. */
  readonly currency: string | null;
  /** With what tops it up. */
  readonly limit: number;
  readonly topUp: number;
  readonly soft: number;
  readonly strict: boolean;
  /** What it counts in, and what it counts beside that. */
  readonly counter: string;
  readonly unpricedCounter: string;
};

/** What of its limits every answer tells a key. */
export type ShownLimits = {
  readonly requestsPerMinute: WindowState | null;
  readonly requestsPerHour: WindowState | null;
  readonly tokensPerMinute: WindowState | null;
  readonly budgets: readonly Pick<BudgetState, 'period' | 'currency' | 'project' | 'remaining'>[];
};

export type KeyLimits = {
  readonly requests: (key: GatewayKey, amount: number) => readonly WindowClaim[];
  readonly tokens: (key: GatewayKey, amount: number) => readonly WindowClaim[];
  readonly budgets: (key: GatewayKey) => readonly BudgetPlan[];
  readonly budgetClaim: (plan: BudgetPlan, amount: number) => BudgetClaim;
  /** Counts, beside a budget of money, the requests that it could not count. */
  readonly unpricedClaim: (plan: BudgetPlan) => BudgetClaim;
  readonly shown: (key: GatewayKey) => ShownLimits;
  readonly states: (key: GatewayKey) => Omit<LimitStates, 'parallel' | 'waiting'>;
  readonly budgetStates: (owner: BudgetOwner) => BudgetState[];
};

export type KeyLimitPorts = {
  readonly counters: Pick<LimitCounters, 'look'>;
  readonly calendar: BudgetCalendar;
  readonly budgetOwners: (key: GatewayKey) => readonly BudgetOwner[];
  readonly clock: Clock;
};

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** The budgets of a key's own. */
function ownBudgets({ id, name, policy }: GatewayKey): BudgetOwner {
  const { budgets, topUps } = policy;
  return { owner: { kind: 'key', id }, name: `the API key "${name}"`, project: null, budgets, topUps };
}

/** The budgets that all keys of a project have together. */
export function projectBudgets({ id, name, budgets, topUps }: GatewayProject): BudgetOwner {
  return { owner: { kind: 'project', id }, name: `the project "${name}"`, project: name, budgets, topUps };
}

/** The budgets that all keys of a person have together. */
function personBudgets({ id, name, budgets }: GatewayPerson): BudgetOwner {
  return {
    owner: { kind: 'person', id },
    name: `the person "${name}"`,
    project: null,
    person: name,
    budgets,
    topUps: [],
  };
}

/** All budgets that a request of this key counts against. */
export function budgetOwnersOf(
  key: GatewayKey,
  projects: Pick<ProjectRegistry, 'get'>,
  person: (id: string) => GatewayPerson | undefined = () => undefined,
): BudgetOwner[] {
  const project = key.projectId === null ? undefined : projects.get(key.projectId);
  const holder = key.personId === null ? undefined : person(key.personId);
  return [ownBudgets(key), ...(project ? [projectBudgets(project)] : []), ...(holder ? [personBudgets(holder)] : [])];
}

export function createKeyLimits(ports: KeyLimitPorts): KeyLimits {
  const { counters, calendar, clock } = ports;

  function requests(key: GatewayKey, amount: number): WindowClaim[] {
    return [
      ...windowClaim(key, 'rpm', key.limits.rpm, minuteMs, amount, false),
      ...windowClaim(key, 'rph', key.policy.rph, hourMs, amount, false),
    ];
  }

  const tokens = (key: GatewayKey, amount: number) => windowClaim(key, 'tpm', key.policy.tpm, minuteMs, amount, true);

  // Worked out once for each list of budgets: this is on the way of every request.
  const plans = new WeakMap<readonly Budget[], readonly BudgetPlan[]>();

  function plansFor(owner: BudgetOwner): readonly BudgetPlan[] {
    if (owner.topUps.length > 0) return plansOf(owner, clock.now());
    const known = plans.get(owner.budgets);
    const of = known?.[0]?.owner;
    const isHis = of?.owner.kind === owner.owner.kind && of.owner.id === owner.owner.id;
    // A project that is renamed keeps its list.
    if (known && isHis && of.name === owner.name) return known;
    const fresh = plansOf(owner, clock.now());
    plans.set(owner.budgets, fresh);
    return fresh;
  }

  function budgets(key: GatewayKey): readonly BudgetPlan[] {
    const owners = ports.budgetOwners(key).filter((owner) => owner.budgets.length > 0);
    const [only, ...others] = owners;
    if (only === undefined) return [];
    return others.length === 0 ? plansFor(only) : owners.flatMap(plansFor);
  }

  function claimOf(plan: BudgetPlan, counter: string, limit: number, amount: number): BudgetClaim {
    const span = calendar.spanAt(plan.period, clock.now());
    return { kind: 'budget', owner: plan.owner.owner, counter, limit, amount, span };
  }

  const budgetClaim = (plan: BudgetPlan, amount: number) => claimOf(plan, plan.counter, plan.limit, amount);
  const unpricedClaim = (plan: BudgetPlan) => claimOf(plan, plan.unpricedCounter, Number.POSITIVE_INFINITY, 0);

  function budgetState(plan: BudgetPlan): BudgetState {
    const isMoney = plan.currency !== null;
    const [standing, unpriced] = counters.look([budgetClaim(plan, 0), ...(isMoney ? [unpricedClaim(plan)] : [])]);
    return stateOf(plan, standing, unpriced);
  }

  function shown(key: GatewayKey): ShownLimits {
    const windows = [...requests(key, 1), ...tokens(key, 1)];
    const due = budgets(key);
    // All at once: this is on the way of every request.
    const standings = counters.look([...windows, ...due.map((plan) => budgetClaim(plan, 0))]);
    const windowAt = (counter: string): WindowState | null => {
      const index = windows.findIndex((claim) => claim.counter === counter);
      const [claim, standing] = [windows[index], standings[index]];
      return claim && standing ? windowStateOf(claim, standing) : null;
    };
    return {
      requestsPerMinute: windowAt('rpm'),
      requestsPerHour: windowAt('rph'),
      tokensPerMinute: windowAt('tpm'),
      budgets: due.map((plan, index) => stateOf(plan, standings[windows.length + index], undefined)),
    };
  }

  return {
    requests,
    tokens,
    budgets,
    budgetClaim,
    unpricedClaim,
    shown,
    budgetStates: (owner) => plansFor(owner).map(budgetState),
    states: (key) => ({ ...shown(key), priority: key.policy.priority, budgets: budgets(key).map(budgetState) }),
  };
}

function stateOf(plan: BudgetPlan, standing: Standing | undefined, unpriced: Standing | undefined): BudgetState {
  const { period, currency, limit, topUp, soft, strict } = plan;
  const { used = 0, held: reserved = 0, span } = standing ?? {};
  const endsAt = span?.endsAt ?? Number.POSITIVE_INFINITY;
  return {
    period,
    currency,
    project: plan.owner.project,
    ...(plan.owner.person === undefined ? {} : { person: plan.owner.person }),
    limit,
    topUp,
    used,
    reserved,
    remaining: Math.max(0, limit - used - reserved),
    soft,
    strict,
    state: used >= limit ? 'spent' : used >= limit * soft ? 'warned' : 'fine',
    startsAt: span?.startsAt ?? 0,
    endsAt: Number.isFinite(endsAt) ? endsAt : null,
    unpriced: unpriced?.used ?? 0,
  };
}

function windowClaim(
  { id }: GatewayKey,
  counter: string,
  limit: number | null,
  windowMs: number,
  amount: number,
  settles: boolean,
): WindowClaim[] {
  if (limit === null) return [];
  return [{ kind: 'window', owner: { kind: 'key', id }, counter, limit, windowMs, amount, settles }];
}

function windowStateOf({ limit }: WindowClaim, { used, held, resetMs }: Standing): WindowState {
  const reset = Number.isFinite(resetMs) ? Math.ceil(resetMs) : 1000;
  return { limit, used: used + held, remaining: Math.max(0, limit - used - held), resetMs: reset };
}

/** Budgets of the same period and unit share a counter: the smallest of them counts. */
function plansOf(owner: BudgetOwner, nowMs: number): BudgetPlan[] {
  const plans = new Map<string, BudgetPlan>();
  for (const { period, soft, strict, tokens, cost } of owner.budgets) {
    const amounts: (readonly [string | null, number])[] = [
      ...(tokens === null ? [] : [[null, tokens] as const]),
      ...(cost === null ? [] : [[cost.currency, cost.micros] as const]),
    ];
    for (const [currency, amount] of amounts) {
      const name = `${period}/${currency}`;
      const topUp = toppedUp(owner.topUps, period, currency, nowMs);
      const counters = {
        counter: `budget/${period}/${currency ?? 'tokens'}`,
        unpricedCounter: `unpriced/${period}/${currency}`,
      };
      const plan = { owner, period, currency, limit: amount + topUp, topUp, soft, strict, ...counters };
      const other = plans.get(name);
      const smallest = other && other.limit < plan.limit ? other : plan;
      plans.set(name, { ...smallest, strict: strict || (other?.strict ?? false) });
    }
  }
  return [...plans.values()];
}

function toppedUp(topUps: readonly TopUp[], period: BudgetPeriod, currency: string | null, nowMs: number): number {
  return topUps
    .filter((one) => one.period === period && one.endsAt > nowMs)
    .map(({ tokens, cost }) => (currency === null ? (tokens ?? 0) : cost?.currency === currency ? cost.micros : 0))
    .reduce((sum, amount) => sum + amount, 0);
}
