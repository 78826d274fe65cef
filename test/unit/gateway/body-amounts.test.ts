// What a body asks for, in every spelling, and what a capped key is told.

import { describe, expect, test } from 'vitest';
import { amountsOf, checkCaps } from '../../../electron/gateway/body-amounts.ts';
import type { GatewayKey } from '../../../electron/gateway/ports.ts';
import type { Operation } from '../../../electron/gateway/route-table.ts';
import type { BodyCaps } from '../../../shared/body-caps.ts';
import { KeyhatchError } from '../../../shared/errors.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';

function keyWith(caps: Partial<BodyCaps>): GatewayKey {
  return {
    id: 'k',
    name: 'tablet',
    kind: 'inference',
    projectId: null,
    personId: null,
    personBar: null,
    weak: false,
    oldSecretWeak: false,
    status: 'active',
    expiresAt: null,
    limits: { rpm: null, parallel: null },
    models: null,
    policy: { ...usualPolicy, caps: { ...usualPolicy.caps, ...caps } },
  };
}

/** The code it is refused with, or `passes`. */
function judged(caps: Partial<BodyCaps>, body: Record<string, unknown>, operation: Operation = 'chat'): string {
  try {
    checkCaps(keyWith(caps), amountsOf(body, operation));
    return 'passes';
  } catch (error) {
    if (error instanceof KeyhatchError) return error.code;
    throw error;
  }
}

describe('tokens of answer', () => {
  const judge = (body: Record<string, unknown>) => judged({ maxTokens: 100 }, body);
  test.each([
    'max_tokens',
    'max_completion_tokens',
    'max_output_tokens',
    'max_new_tokens',
    'max_length',
    'n_predict',
    'num_predict',
  ])('%s', (field) => {
    expect(judge({ [field]: 100 })).toBe('passes');
    expect(judge({ [field]: null })).toBe('passes');
    for (const asked of [101, 1e300, 0, -1, 0.5, -0])
      expect(judge({ [field]: asked }), String(asked)).toBe('body_over_cap');
    for (const asked of ['100', [100], true, {}]) expect(judge({ [field]: asked })).toBe('body_invalid');
  });
  test('in Ollama’s options', () => {
    expect(judge({ options: { num_predict: 100 } })).toBe('passes');
    expect(judge({ options: { num_predict: -1 } })).toBe('body_over_cap');
    expect(judge({ options: { num_predict: -2 } })).toBe('body_over_cap');
  });
  test('the larger of two counts', () => {
    expect(judge({ max_tokens: 1, max_completion_tokens: 5000 })).toBe('body_over_cap');
  });
});

describe('how long a model stays loaded', () => {
  const judge = (keepAlive: unknown) => judged({ keepAliveSeconds: 3600 }, { keep_alive: keepAlive });
  test.each([0, 3600, '0', '5m', '1h', '59m59s', '3600s', '+1h', '1.5ms', '.5h'])('%j passes', (value) => {
    expect(judge(value)).toBe('passes');
  });
  test.each([3601, -1, -0.5, '-1', '-1s', '1h1s', '24h', '61m'])('%j is over', (value) => {
    expect(judge(value)).toBe('body_over_cap');
  });
  test.each(['5', '1d', 'h', '', '1h ', '5m5', true, [1], '1e9s'])('%j cannot be read', (value) => {
    expect(judge(value)).toBe('body_invalid');
  });
});

describe('choices, context and inputs', () => {
  test('n and best_of', () => {
    expect(judged({ choices: 2 }, { n: 2, best_of: 2 })).toBe('passes');
    expect(judged({ choices: 2 }, { n: 3 })).toBe('body_over_cap');
    expect(judged({ choices: 2 }, { best_of: 16_384 })).toBe('body_over_cap');
    expect(judged({ choices: 2 }, { n: -1 })).toBe('body_over_cap');
  });
  test('context, wherever it is asked for', () => {
    for (const body of [{ num_ctx: 9000 }, { context_length: 9000 }, { options: { num_ctx: 9000 } }, { n_ctx: 0 }]) {
      expect(judged({ contextTokens: 8192 }, body)).toBe('body_over_cap');
    }
    expect(judged({ contextTokens: 8192 }, { options: { num_ctx: 8192 } })).toBe('passes');
  });
  test('several texts count, one text given as tokens does not', () => {
    const capped = (body: Record<string, unknown>, operation: Operation) => judged({ inputs: 2 }, body, operation);
    expect(capped({ input: ['a', 'b'] }, 'embeddings')).toBe('passes');
    expect(capped({ input: ['a', 'b', 'c'] }, 'embeddings')).toBe('body_over_cap');
    expect(capped({ input: [1, 2, 3, 4] }, 'embeddings')).toBe('passes');
    expect(capped({ input: [[1], [2], [3]] }, 'embeddings')).toBe('body_over_cap');
    expect(capped({ documents: ['a', 'b', 'c'] }, 'embeddings')).toBe('body_over_cap');
    expect(capped({ content: ['a', 'b', 'c'] }, 'embeddings')).toBe('body_over_cap');
    expect(capped({ content: 'one text' }, 'embeddings')).toBe('passes');
    expect(capped({ content: ['a', 'b', 'c'] }, 'chat')).toBe('passes');
    expect(capped({ prompt: { prompt_string: 'a', multimodal_data: ['b', 'c', 'd'] } }, 'chat')).toBe('passes');
    expect(capped({ prompt: ['a', 'b', 'c'] }, 'chat')).toBe('body_over_cap');
    expect(capped({ input: [{}, {}, {}] }, 'chat')).toBe('passes');
  });
});

test('texts in lists of an object count together', () => {
  const capped = (body: Record<string, unknown>) => judged({ inputs: 2 }, body, 'embeddings');
  expect(capped({ documents: { content: ['a', 'b', 'c'] } })).toBe('body_over_cap');
  expect(capped({ documents: { content: ['a', 'b'], more: { content: ['c'] } } })).toBe('body_over_cap');
  expect(capped({ documents: { content: ['a', 'b'] } })).toBe('passes');
  expect(capped({ input: { text: 'a', tokens: [1, 2, 3] } })).toBe('passes');
});

test('a key without caps may ask for anything', () => {
  expect(judged({}, { max_tokens: -1, n: 'many', keep_alive: -1, options: { num_ctx: 1e9 } })).toBe('passes');
});

test('the refusal names field, cap and what was asked', () => {
  const refuse = (body: Record<string, unknown>) => () =>
    checkCaps(keyWith({ maxTokens: 100 }), amountsOf(body, 'chat'));
  expect(refuse({ max_tokens: 5000 })).toThrow('at most 100 in "max_tokens", and this request asks for 5000');
  expect(refuse({ options: { num_predict: -1 } })).toThrow(
    'in "options.num_predict", and this request asks for no limit',
  );
});
