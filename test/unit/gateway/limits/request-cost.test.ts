// What a body is taken to use at most, before it is sent.

import { describe, expect, test } from 'vitest';
import { amountsOf } from '../../../../electron/gateway/body-amounts.ts';
import { noFacts } from '../../../../electron/gateway/body-policy.ts';
import { promptBytesOf } from '../../../../electron/gateway/prompt-size.ts';
import { costOfRequest } from '../../../../electron/gateway/request-cost.ts';

const cost = (
  body: Readonly<Record<string, unknown>>,
  operation: 'chat' | 'embeddings' | 'images' = 'chat',
  capTokens: number | null = null,
  perMinute: number | null = null,
) => {
  const facts = { ...noFacts, promptBytes: promptBytesOf(body), amounts: amountsOf(body, operation) };
  return costOfRequest(facts, operation, capTokens, perMinute);
};
const message = { messages: [{ role: 'user', content: 'x'.repeat(400) }] };

test('is the size of the prompt and the most that it lets be generated', () => {
  expect(cost({ ...message, max_tokens: 50 })).toEqual({ tokensIn: 101, tokensOut: 50, answers: 1 });
  expect(cost({ ...message, max_completion_tokens: 60 })).toMatchObject({ tokensOut: 60 });
  expect(cost({ input: 'hi', max_output_tokens: 70 })).toMatchObject({ tokensOut: 70 });
  expect(cost({ ...message, options: { num_predict: 80 } })).toMatchObject({ tokensOut: 80 });
});

test('takes the larger of two answers to the same question', () => {
  expect(cost({ ...message, max_tokens: 5, max_completion_tokens: 60 })).toMatchObject({ tokensOut: 60 });
});

test('where nothing is asked, or the server is to decide, is 1,024 tokens an answer', () => {
  expect(cost(message)).toMatchObject({ tokensOut: 1024 });
  expect(cost({ ...message, options: { num_predict: -1 } })).toMatchObject({ tokensOut: 1024 });
  expect(cost({ ...message, max_tokens: null })).toMatchObject({ tokensOut: 1024 });
  // What the policy of the key puts in.
  expect(cost(message, 'chat', 200)).toMatchObject({ tokensOut: 200 });
  expect(cost({ ...message, max_tokens: 90 }, 'chat', 200)).toMatchObject({ tokensOut: 90 });
});

test('under a small limit is a quarter of it, so that clients which name no length are answered at all', () => {
  expect(cost(message, 'chat', null, 2_000)).toMatchObject({ tokensOut: 500 });
  expect(cost(message, 'chat', null, 1)).toMatchObject({ tokensOut: 1 });
  expect(cost(message, 'chat', null, 100_000)).toMatchObject({ tokensOut: 1024 });
  expect(cost({ ...message, max_tokens: 900 }, 'chat', null, 2_000)).toMatchObject({ tokensOut: 900 });
});

test('grows with the number of answers that are asked for', () => {
  expect(cost({ ...message, max_tokens: 10, n: 8 })).toMatchObject({ tokensOut: 80 });
  expect(cost({ prompt: 'x', max_tokens: 10, n: 2, best_of: 5 })).toMatchObject({ tokensOut: 50 });
  expect(cost({ prompt: ['a', 'b', 'c'], max_tokens: 10, n: 2 })).toMatchObject({ tokensOut: 60 });
  expect(cost({ prompt: [1, 2, 3], max_tokens: 10 })).toEqual({ tokensIn: 3, tokensOut: 10, answers: 1 });
});

describe('of embeddings', () => {
  test('is one token an input at least, and nothing is generated', () => {
    expect(cost({ input: Array.from({ length: 1_000 }, () => 'a') }, 'embeddings')).toEqual({
      tokensIn: 1_000,
      tokensOut: 0,
      answers: 1,
    });
    expect(cost({ input: 'x'.repeat(800) }, 'embeddings')).toEqual({ tokensIn: 200, tokensOut: 0, answers: 1 });
  });

  test('counts the documents that are ranked', () => {
    expect(cost({ query: 'abcd', documents: ['x'.repeat(400)] }, 'embeddings')).toMatchObject({ tokensIn: 101 });
  });
});

test('of absurd numbers stays a number', () => {
  expect(cost({ ...message, max_tokens: 1e300, n: 1e300 }).tokensOut).toBe(1_000_000_000);
});
