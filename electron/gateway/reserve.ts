// Stage 8: holds what the request may use at most, of tokens a minute and of budgets, and a place at an upstream that serves
// it, waiting in line for one. Only for what occupies a model: listings pass. What was held is settled with the real
// numbers when the request is over; a request that is refused for tokens or budgets has used nothing, and is no request to its limits either.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Forwarded } from './attempt.ts';
import { unreadableAmount } from './body-amounts.ts';
import type { BudgetCalendar } from './budget-calendar.ts';
import type { Authorized, Reserved } from './exchange.ts';
import type { BudgetPlan, KeyLimits } from './key-limits.ts';
import type { Claim, LimitCounters } from './limit-counters.ts';
import { blocked, limitRefusal } from './limit-refusals.ts';
import type { Entered, Places } from './places.ts';
import type { GatewayKey, PricePort } from './ports.ts';
import { costOfRequest, type RequestCost } from './request-cost.ts';
import type { Operation } from './route-table.ts';

export type ReservePorts = {
  readonly limits: KeyLimits;
  readonly counters: LimitCounters;
  readonly prices: PricePort;
  readonly calendar: BudgetCalendar;
  readonly places: Places;
};

export type Reservation = {
  /** Counts what was used instead of what was held. Once; later calls do nothing. */
  readonly settle: (end: Forwarded | KeyhatchError | undefined) => void;
};

/** How many tokens a request used, or was taken to use. */
type Used = { readonly tokensIn: number; readonly tokensCached: number; readonly tokensOut: number };

/** One claim, and what of a request's tokens counts against it. */
type Item = { readonly claim: Claim; readonly plan?: BudgetPlan; readonly amountOf: (used: Used) => number };

const modelOperations: ReadonlySet<Operation> = new Set(['chat', 'embeddings', 'audio', 'images']);

export function createReserve(ports: ReservePorts): (authorized: Authorized) => Promise<Reserved> {
  return async (authorized) => {
    if (!occupiesModel(authorized)) return { ...authorized, place: undefined, reservation: undefined };
    const { caller } = authorized;
    const reservation = caller.kind === 'key' ? await holdOrUncount(authorized, caller.key, ports) : undefined;
    try {
      const entered = await ports.places.enter(authorized);
      return { ...authorized, ...placed(authorized, entered), reservation };
    } catch (error) {
      reservation?.settle(undefined);
      throw error;
    }
  };
}

function occupiesModel({ route, operation }: Authorized): boolean {
  return route.metered && route.methods.includes('POST') && modelOperations.has(operation);
}

function placed(authorized: Authorized, { upstream, place, queuedMs }: Entered) {
  const others = authorized.candidates.filter(({ id }) => id !== upstream.id);
  return { candidates: [upstream, ...others], place, queuedMs } as const satisfies Partial<Reserved>;
}

// Who is over its tokens or its budget does not use up its requests as well by asking.
async function holdOrUncount(authorized: Authorized, key: GatewayKey, ports: ReservePorts) {
  checkAmounts(authorized, key, ports);
  try {
    return await hold(authorized, key, ports);
  } catch (error) {
    authorized.uncount();
    throw error;
  }
}

async function hold(authorized: Authorized, key: GatewayKey, ports: ReservePorts): Promise<Reservation | undefined> {
  const cost = costOfRequest(authorized.body.facts, authorized.operation, key.policy.caps.maxTokens, key.policy.tpm);
  const items = [
    ...answerItems(cost, key, ports),
    ...tokenItems(key, cost, ports),
    ...budgetItems(authorized, key, cost, ports),
  ];
  if (items.length === 0) return undefined;
  const claims = items.map(({ claim }) => claim);
  const taken = await ports.counters.take(claims);
  if (!taken.ok) throw limitRefusal(key, items[taken.at], taken, ports.calendar);
  return {
    settle(end) {
      const used = usedBy(end, cost, authorized.body.facts.background);
      taken.settle(items.map(({ amountOf }) => amountOf(used)));
    },
  };
}

// Would count as if it were not there, though a lax server reads "5" as 5.
function checkAmounts({ body, operation }: Authorized, key: GatewayKey, { limits }: ReservePorts): void {
  const unreadable = operation === 'chat' ? body.facts.amounts.filter(({ value }) => Number.isNaN(value)) : [];
  if (unreadable.length === 0) return;
  const tokens = key.policy.tpm !== null || limits.budgets(key).length > 0;
  const answers = tokens || limits.requests(key, 1).length > 0;
  for (const { cap, field } of unreadable)
    if (cap === 'maxTokens' ? tokens : cap === 'choices' && answers) throw unreadableAmount(field);
}

// The request itself was counted when it was admitted; each further answer that it asks for counts as one more.
function answerItems({ answers }: RequestCost, key: GatewayKey, { limits }: ReservePorts): Item[] {
  const more = answers - 1;
  return more <= 0 ? [] : limits.requests(key, more).map((claim) => ({ claim, amountOf: () => more }));
}

// Who asks for more than a whole minute's tokens may be answered has the minute to itself, if its prompt alone fits.
function tokenItems(key: GatewayKey, { tokensIn, tokensOut }: RequestCost, { limits }: ReservePorts): Item[] {
  const { tpm } = key.policy;
  if (tpm === null) return [];
  if (tpm === 0) throw blocked(key, 'tpm');
  const amount = Math.min(Math.max(tokensIn, tpm), tokensIn + tokensOut);
  return limits.tokens(key, amount).map((claim) => ({ claim, amountOf: allTokens }));
}

function budgetItems(
  { model }: Authorized,
  key: GatewayKey,
  cost: RequestCost,
  { limits, prices }: ReservePorts,
): Item[] {
  return limits.budgets(key).map((plan) => {
    const { currency } = plan;
    const amountOf = currency === null ? allTokens : (used: Used) => prices.costOf(model, used, currency) ?? 0;
    const held = { ...cost, tokensCached: 0 };
    const isPriced = currency === null || prices.costOf(model, held, currency) !== undefined;
    if (isPriced) return { plan, claim: limits.budgetClaim(plan, amountOf(held)), amountOf };
    if (plan.strict) throw unpriced(plan, model);
    return { plan, claim: limits.unpricedClaim(plan), amountOf: () => 1 };
  });
}

function unpriced({ owner, currency }: BudgetPlan, model: string | undefined): KeyhatchError {
  const details = { owner: owner.name, model: (model ?? '(none named)').slice(0, 120), currency: currency ?? '' };
  return new KeyhatchError('model_unpriced', { details });
}

const nothing = { tokensIn: 0, tokensCached: 0, tokensOut: 0 };

/**
 * What holding the smallest request would meet now, of tokens a minute and of budgets; holds nothing.
 * @throws KeyhatchError `key_blocked`, `tokens_limited`, `budget_spent`, `model_unpriced`
 */
export function checkHoldings(
  key: GatewayKey,
  model: string | undefined,
  { limits, counters, prices, calendar }: Omit<ReservePorts, 'places'>,
): void {
  if (key.policy.tpm === 0) throw blocked(key, 'tpm');
  const plans = limits.budgets(key);
  for (const plan of plans) {
    const isPriced = plan.currency === null || prices.costOf(model, nothing, plan.currency) !== undefined;
    if (plan.strict && !isPriced) throw unpriced(plan, model);
  }
  const items = [
    ...limits.tokens(key, 1).map((claim) => ({ claim })),
    ...plans.map((plan) => ({ plan, claim: limits.budgetClaim(plan, 0) })),
  ];
  const standings = counters.look(items.map(({ claim }) => claim));
  const at = standings.findIndex(({ resetMs }) => resetMs > 0);
  const waitMs = standings[at]?.resetMs ?? 0;
  if (at >= 0) throw limitRefusal(key, items[at], { ok: false, at, waitMs, standings }, calendar);
}

const allTokens = ({ tokensIn, tokensOut }: Used) => tokensIn + tokensOut;

// What was answered but not counted is taken to have used all that was held for it. So is what goes on in the background, of
// which an answer tells only where it ends.
function usedBy(end: Forwarded | KeyhatchError | undefined, held: RequestCost, background: boolean): Used {
  // The model had it to read, as where a client leaves while it does.
  if (end instanceof Error && end.code === 'upstream_timeout') return { ...nothing, tokensIn: held.tokensIn };
  const tallied = end instanceof Error ? undefined : end?.tallied;
  const source = tallied?.source;
  if (source === 'unknown' || (background && (source === 'estimated' || source === 'counted')))
    return { ...held, tokensCached: 0 };
  return {
    tokensIn: tallied?.tokensIn ?? 0,
    tokensCached: tallied?.tokensCached ?? 0,
    tokensOut: tallied?.tokensOut ?? 0,
  };
}
