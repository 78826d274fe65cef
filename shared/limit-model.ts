// The nouns of limits: priority in line, budgets and what tops them up, and how much of each is left. Shapes are JSON only;
// money is whole micro-units of its currency (1,000,000 are 1.00), every time epoch milliseconds.

import * as z from 'zod';

const timeMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/** Who goes first where requests wait for a place at a model server. */
export const priorities = ['high', 'normal', 'low'] as const;
export const priority = z.enum(priorities);
export type Priority = z.infer<typeof priority>;

/** Requests or tokens in a span of time. `null` means no limit; 0 lets nothing pass. */
export const perSpan = z.number().int().min(0).max(1_000_000_000).nullable();

/** By the calendar of the setting `usage.timeZone`; a week begins on Monday. */
export const budgetPeriods = ['day', 'week', 'month', 'total'] as const;
export const budgetPeriod = z.enum(budgetPeriods);
export type BudgetPeriod = z.infer<typeof budgetPeriod>;

const budgetAmounts = {
  /** Input and output together. */
  tokens: count.nullable().default(null),
  cost: z
    .object({ currency: z.string().regex(/^[A-Z]{3}$/, 'is three capital letters, such as USD'), micros: count })
    .nullable()
    .default(null),
};
type Amounts = { readonly tokens: unknown; readonly cost: unknown };
const namesAmount = ({ tokens, cost }: Amounts) => tokens !== null || cost !== null;
const amountMissing = { message: 'names neither tokens nor a cost' };

/** What may be used in a period. Budgets of the same period and unit share what was used; the smallest of them counts. */
export const budget = z
  .object({
    period: budgetPeriod,
    ...budgetAmounts,
    /** Share of the budget from which on its owner is warned. */
    soft: z.number().min(0).max(1).default(0.8),
    /** Refuse models that have no price in the currency of `cost`, which it could not count. */
    strict: z.boolean().default(false),
  })
  .refine(namesAmount, amountMissing);
export type Budget = Readonly<z.infer<typeof budget>>;
export const budgetList = z.array(budget).max(8);

/** So much more for every budget of this period and unit, until it ends. */
export const topUp = z
  .object({ period: budgetPeriod, ...budgetAmounts, endsAt: timeMs })
  .refine(namesAmount, amountMissing);
export type TopUp = Readonly<z.infer<typeof topUp>>;
export const topUpList = z.array(topUp).max(16);

/** A budget as it stands: of tokens where `currency` is null, of micro-units of the currency otherwise. */
export const budgetState = z.object({
  period: budgetPeriod,
  currency: z.string().nullable(),
  /** The project over whose keys it counts, by name; null for a key's own. */
  project: z.string().nullable(),
  /** The person over whose keys it counts, by name. */
  person: z.string().exactOptional(),
  /** With what tops it up at the moment. */
  limit: count,
  topUp: count,
  used: count,
  /** Held for requests that run now. */
  reserved: count,
  remaining: count,
  soft: z.number(),
  strict: z.boolean(),
  state: z.enum(['fine', 'warned', 'spent']),
  startsAt: timeMs,
  /** Null for a budget that never begins anew. */
  endsAt: timeMs.nullable(),
  /** Requests of this period that a budget of money could not count, because their model has no price. */
  unpriced: count,
});
export type BudgetState = Readonly<z.infer<typeof budgetState>>;

export const windowState = z.object({
  limit: count,
  used: count,
  remaining: count,
  /** Until one more fits; 0 when it does now. */
  resetMs: count,
});
export type WindowState = Readonly<z.infer<typeof windowState>>;

/** Every limit of a key and what is left of it; null where it has none. */
export const limitStates = z.object({
  requestsPerMinute: windowState.nullable(),
  requestsPerHour: windowState.nullable(),
  tokensPerMinute: windowState.nullable(),
  parallel: z.object({ limit: count.nullable(), running: count }),
  priority,
  /** Requests that wait for a place at a model server. */
  waiting: count,
  budgets: z.array(budgetState),
});
export type LimitStates = Readonly<z.infer<typeof limitStates>>;

/** How many requests a model server takes at once, and how that is known. `limit` null: as many as come. */
export const placesState = z.object({
  limit: count.nullable(),
  from: z.enum(['setting', 'server', 'kind']),
  running: count,
  queued: count,
});
export type PlacesState = Readonly<z.infer<typeof placesState>>;
