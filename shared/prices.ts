// What tokens would have cost where they are sold: price rows by model pattern, and exact sums of them. Pure. Money is
// integers throughout: a price is whole micro-units of its currency a million tokens, so a cost is whole millionths of
// those, and is rounded once, when it is told.

import * as z from 'zod';

/** Of the currency: 1,000,000 are 1.00. */
const microsPerUnit = 1_000_000;
const tokensPerPrice = 1_000_000n;

const perMillion = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine((value) => Math.abs(value * microsPerUnit - Math.round(value * microsPerUnit)) < 0.001, {
    message: 'has at most six digits after the point',
  });

/** What a million tokens of certain models cost. The first row that fits a model counts. */
export const modelPrice = z.object({
  /** Name of a model; `*` stands for any characters, upper and lower case are alike. */
  pattern: z.string().trim().min(1).max(200),
  currency: z.string().regex(/^[A-Z]{3}$/, 'is three capital letters, such as USD'),
  input: perMillion,
  /** For the part of the input that was cached; null: as much as the rest of it. */
  cachedInput: perMillion.nullable().default(null),
  output: perMillion,
  /** Where the numbers are from. */
  note: z.string().trim().max(120).nullable().default(null),
});
export type ModelPrice = z.infer<typeof modelPrice>;

/** In micro-units of the currency. */
export const money = z.object({ currency: z.string(), micros: z.number().int().nonnegative() });
export type Money = z.infer<typeof money>;

/** Sums by currency, never added across them; and how many tokens had no price and so are in none of them. */
export const costs = z.object({ sums: z.array(money), unpricedTokens: z.number().int().nonnegative() });
export type Costs = z.infer<typeof costs>;

/** `tokensCached` are a part of `tokensIn`. */
export type PricedTokens = { readonly tokensIn: number; readonly tokensCached: number; readonly tokensOut: number };

const noted = 'Example: list price of June 2026';
const example = (pattern: string, input: number, cachedInput: number | null, output: number): ModelPrice => ({
  pattern,
  currency: 'USD',
  input,
  cachedInput,
  output,
  note: noted,
});

/** Examples to begin with, the owner's to edit. There is none for everything else: an invented price is worse than none. */
export const examplePrices: readonly ModelPrice[] = [
  example('*gpt-oss*120b*', 0.15, 0.075, 0.6),
  example('*llama*3.3*70b*', 0.59, null, 0.79),
  example('*llama*3.1*8b*', 0.05, null, 0.08),
  example('*gpt-4o-mini*', 0.15, 0.075, 0.6),
  example('*gpt-4o*', 2.5, 1.25, 10),
  example('*gpt-4.1-mini*', 0.4, 0.1, 1.6),
  example('*gpt-4.1*', 2, 0.5, 8),
  example('*claude-haiku-4-5*', 1, 0.1, 5),
  example('*claude-sonnet*', 3, 0.3, 15),
  example('text-embedding-3-small', 0.02, null, 0),
];

/** The row that counts for a model; undefined: it has no price, which is not the same as costing nothing. */
export function priceOf(prices: readonly ModelPrice[], model: string | null): ModelPrice | undefined {
  if (model === null) return undefined;
  const name = model.toLowerCase();
  return prices.find(({ pattern }) => fits(pattern.trim().toLowerCase(), name));
}

/** What these tokens cost, rounded to the nearest micro-unit; undefined without a price. */
export function costOf(prices: readonly ModelPrice[], model: string | null, tokens: PricedTokens): Money | undefined {
  const price = priceOf(prices, model);
  return price && { currency: price.currency, micros: rounded(exactCost(price, tokens)) };
}

export type CostSum = {
  readonly add: (model: string | null, tokens: PricedTokens) => void;
  readonly costs: () => Costs;
};

/** Adds up exactly, whatever the order, and rounds each currency's sum once. */
export function createCostSum(prices: readonly ModelPrice[]): CostSum {
  const byModel = new Map<string | null, ModelPrice | undefined>();
  const sums = new Map<string, bigint>();
  let unpricedTokens = 0;
  return {
    add(model, tokens) {
      if (tokens.tokensIn + tokens.tokensOut === 0) return;
      if (!byModel.has(model)) byModel.set(model, priceOf(prices, model));
      const price = byModel.get(model);
      if (price === undefined) unpricedTokens += tokens.tokensIn + tokens.tokensOut;
      else sums.set(price.currency, (sums.get(price.currency) ?? 0n) + exactCost(price, tokens));
    },
    costs: () => ({
      sums: [...sums]
        .map(([currency, exact]) => ({ currency, micros: rounded(exact) }))
        .sort((a, b) => (a.currency < b.currency ? -1 : 1)),
      unpricedTokens,
    }),
  };
}

/** In millionths of a micro-unit, where every cost is a whole number. */
function exactCost(price: ModelPrice, { tokensIn, tokensCached, tokensOut }: PricedTokens): bigint {
  const cached = Math.min(tokensCached, tokensIn);
  return (
    BigInt(tokensIn - cached) * microsOf(price.input) +
    BigInt(cached) * microsOf(price.cachedInput ?? price.input) +
    BigInt(tokensOut) * microsOf(price.output)
  );
}

const microsOf = (decimal: number): bigint => BigInt(Math.round(decimal * microsPerUnit));
const rounded = (exact: bigint): number => Number((exact + tokensPerPrice / 2n) / tokensPerPrice);

// By hand and not by a regular expression, which a pattern of many stars could keep busy.
function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
