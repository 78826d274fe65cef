// What tokens would have cost: which row counts, exactly how much, and sums that do not drift.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costOf, createCostSum, examplePrices, type ModelPrice, modelPrice, priceOf } from '../../../shared/prices.ts';

const row = (
  pattern: string,
  input = 1,
  output = 2,
  cachedInput: number | null = null,
  currency = 'USD',
): ModelPrice => ({
  pattern,
  currency,
  input,
  cachedInput,
  output,
  note: null,
});

test('the first row whose pattern fits counts, upper and lower case alike', () => {
  const prices = [row('qwen3-coder*'), row('Qwen3*'), row('*:3b'), row('*llama*70b*'), row('*')];
  const patternFor = (model: string) => priceOf(prices, model)?.pattern;
  expect(patternFor('QWEN3-Coder-30b')).toBe('qwen3-coder*');
  expect(patternFor('qwen3-8b')).toBe('Qwen3*');
  expect(patternFor('llama3.2:3b')).toBe('*:3b');
  expect(patternFor('meta/llama-3.3-70b-instruct')).toBe('*llama*70b*');
  expect(patternFor('anything')).toBe('*');
});

test('a pattern fits the whole name, and only a star stands for more', () => {
  expect(priceOf([row('gpt-4o')], 'gpt-4o-mini')).toBeUndefined();
  expect(priceOf([row('gpt.4o')], 'gpt-4o')).toBeUndefined();
  expect(priceOf([row('a*a')], 'a')).toBeUndefined();
  expect(priceOf([row('a*a')], 'aa')).toBeDefined();
  expect(priceOf([row('*')], null)).toBeUndefined();
});

test('a pattern of many stars is no work', () => {
  const pattern = `${'a*'.repeat(90)}b`;
  expect(priceOf([row(pattern)], 'a'.repeat(300))).toBeUndefined();
});

test('cached tokens are a part of the input, at their own price', () => {
  const tokens = { tokensIn: 1_000_000, tokensCached: 400_000, tokensOut: 500_000 };
  expect(costOf([row('m', 2.5, 10, 1.25)], 'm', tokens)).toEqual({ currency: 'USD', micros: 7_000_000 });
  expect(costOf([row('m', 2.5, 10)], 'm', tokens)).toEqual({ currency: 'USD', micros: 7_500_000 });
  // A server that reports more cached than there was counts no tokens twice.
  expect(costOf([row('m', 2, 0, 1)], 'm', { tokensIn: 100, tokensCached: 900, tokensOut: 0 })?.micros).toBe(100);
});

test('what has no price has none, and not nothing', () => {
  expect(costOf([row('m')], 'other', { tokensIn: 5, tokensCached: 0, tokensOut: 5 })).toBeUndefined();
  const sum = createCostSum([row('m')]);
  sum.add('other', { tokensIn: 5, tokensCached: 0, tokensOut: 6 });
  expect(sum.costs()).toEqual({ sums: [], unpricedTokens: 11 });
  sum.add('m', { tokensIn: 1, tokensCached: 0, tokensOut: 1 });
  expect(sum.costs()).toEqual({ sums: [{ currency: 'USD', micros: 3 }], unpricedTokens: 11 });
});

test('several currencies stay apart', () => {
  const sum = createCostSum([row('a', 1, 1, null, 'USD'), row('b', 1, 1, null, 'EUR')]);
  for (const model of ['a', 'b', 'a']) sum.add(model, { tokensIn: 1_000_000, tokensCached: 0, tokensOut: 0 });
  expect(sum.costs().sums).toEqual([
    { currency: 'EUR', micros: 1_000_000 },
    { currency: 'USD', micros: 2_000_000 },
  ]);
});

const price = fc.integer({ min: 0, max: 1_000_000_000 }).map((micros) => micros / 1_000_000);
const tokens = fc
  .tuple(fc.nat(5_000_000), fc.nat(5_000_000), fc.nat(5_000_000))
  .map(([fresh, tokensCached, tokensOut]) => ({ tokensIn: fresh + tokensCached, tokensCached, tokensOut }));

test('a sum in whatever order is the cost of all its tokens at once; single costs are each off by half a micro-unit at most', () => {
  fc.assert(
    fc.property(
      price,
      price,
      price,
      fc.array(tokens, { minLength: 1, maxLength: 40 }),
      (input, cached, output, parts) => {
        const prices = [row('m', input, output, cached)];
        const whole = { tokensIn: 0, tokensCached: 0, tokensOut: 0 };
        const [sum, reversed] = [createCostSum(prices), createCostSum(prices)];
        for (const part of parts) {
          sum.add('m', part);
          for (const field of ['tokensIn', 'tokensCached', 'tokensOut'] as const) whole[field] += part[field];
        }
        for (const part of [...parts].reverse()) reversed.add('m', part);
        const exact = costOf(prices, 'm', whole)?.micros ?? 0;
        expect(sum.costs()).toEqual(reversed.costs());
        expect(sum.costs().sums.reduce((all, { micros }) => all + micros, 0)).toBe(exact);
        const single = parts.reduce((all, part) => all + (costOf(prices, 'm', part)?.micros ?? 0), 0);
        expect(Math.abs(single - exact)).toBeLessThanOrEqual((parts.length + 1) / 2);
      },
    ),
  );
});

test('prices are decimals of up to six digits in a currency of three letters', () => {
  expect(modelPrice.safeParse(row('m', 0.000001, 999_999.999999)).success).toBe(true);
  expect(modelPrice.safeParse(row('m', 0.0000001)).success).toBe(false);
  expect(modelPrice.safeParse(row('m', -1)).success).toBe(false);
  expect(modelPrice.safeParse(row(' ')).success).toBe(false);
  expect(modelPrice.safeParse(row('m', 1, 1, null, 'usd')).success).toBe(false);
  for (const one of examplePrices) {
    expect(modelPrice.parse(one)).toEqual(one);
    expect(one.note).toMatch(/Example/);
  }
});
