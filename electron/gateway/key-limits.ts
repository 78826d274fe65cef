// What a request claims of the limits of its key, and of every budget that it counts against: one claim for each limit there
// is. Turns policies into claims, and how counters stand into what people are told; counts nothing itself.

import type { Budget, BudgetPeriod, BudgetState, LimitStates, TopUp, WindowState } from '../../shared/limit-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { BudgetCalendar } from './budget-calendar.ts';
import type { BudgetClaim, LimitCounters, LimitOwner, Standing, WindowClaim } from './limit-counters.ts';
import type { GatewayKey } from './ports.ts';

/** Somebody whose budgets a request counts against: its key, or that key's project. */
export type BudgetOwner = {
  readonly owner: LimitOwner;
  /** As a refusal names it: `the API key "laptop"`. */
  readonly name: string;
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
};

export type KeyLimits = {
  readonly requests: (key: GatewayKey, amount: number) => readonly WindowClaim[];
  readonly tokens: (key: GatewayKey, amount: number) => readonly WindowClaim[];
  readonly budgets: (key: GatewayKey) => readonly BudgetPlan[];
  readonly budgetClaim: (plan: BudgetPlan, amount: number) => BudgetClaim;
  /** Counts, beside a budget of money, the requests that it could not count. */
  readonly unpricedClaim: (plan: BudgetPlan) => BudgetClaim;
  readonly states: (key: GatewayKey) => Omit<LimitStates, 'parallel' | 'waiting'>;
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
export function ownBudgets({ id, name, policy }: GatewayKey): BudgetOwner {
  const { budgets, topUps } = policy;
  return { owner: { kind: 'key', id }, name: `the API key "${name}"`, budgets, topUps };
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

  function budgets(key: GatewayKey): BudgetPlan[] {
    const now = clock.now();
    return ports.budgetOwners(key).flatMap((owner) => (owner.budgets.length === 0 ? [] : plansOf(owner, now)));
  }

  function claimOf(plan: BudgetPlan, counter: string, limit: number, amount: number): BudgetClaim {
    const span = calendar.spanAt(plan.period, clock.now());
    return { kind: 'budget', owner: plan.owner.owner, counter, limit, amount, span };
  }

  const budgetClaim = (plan: BudgetPlan, amount: number) =>
    claimOf(plan, `budget/${plan.period}/${plan.currency ?? 'tokens'}`, plan.limit, amount);
  const unpricedClaim = (plan: BudgetPlan) =>
    claimOf(plan, `unpriced/${plan.period}/${plan.currency}`, Number.POSITIVE_INFINITY, 0);

  function budgetState(plan: BudgetPlan): BudgetState {
    const [standing, unpriced] = counters.look([
      budgetClaim(plan, 0),
      ...(plan.currency === null ? [] : [unpricedClaim(plan)]),
    ]);
    const { period, currency, limit, topUp, soft, strict } = plan;
    const { used = 0, held: reserved = 0, span } = standing ?? {};
    const endsAt = span?.endsAt ?? Number.POSITIVE_INFINITY;
    return {
      period,
      currency,
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

  function windowState(claim: WindowClaim | undefined): WindowState | null {
    if (!claim) return null;
    const [standing] = counters.look([claim]);
    return standing ? windowStateOf(claim, standing) : null;
  }

  return {
    requests,
    tokens,
    budgets,
    budgetClaim,
    unpricedClaim,
    states(key) {
      const claims = requests(key, 1);
      return {
        requestsPerMinute: windowState(claims.find(({ counter }) => counter === 'rpm')),
        requestsPerHour: windowState(claims.find(({ counter }) => counter === 'rph')),
        tokensPerMinute: windowState(tokens(key, 1)[0]),
        priority: key.policy.priority,
        budgets: budgets(key).map(budgetState),
      };
    },
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
      const plan = { owner, period, currency, limit: amount + topUp, topUp, soft, strict };
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
