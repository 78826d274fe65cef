// What is read out of other programs' key lists, and that nothing of it is repeated in what is said.

import { describe, expect, test } from 'vitest';
import { readKeys } from '../../../electron/core/import-reader.ts';

const one = (text: string, format: Parameters<typeof readKeys>[1] = 'auto') => readKeys(text, format).candidates[0];

describe('a plain list', () => {
  test('has a value a line, or a name before it', () => {
    expect(readKeys('sk-1\r\n\n# a comment\nlaptop , sk-2,x\n,sk-3', 'auto')).toEqual({
      format: 'list',
      candidates: [
        { line: 1, name: null, value: 'sk-1', leftOut: [] },
        { line: 4, name: 'laptop', value: 'sk-2,x', leftOut: [] },
        { line: 5, name: null, value: 'sk-3', leftOut: [] },
      ],
    });
  });

  test.each(['sk-proj-abcdef123456,laptop', 'a1b2c3d4e5f6a7b8c9d0e1f2,laptop', 'kh_AAAAAAAA_x12345,laptop'])(
    'the wrong way round makes no name of a value: %s',
    (line) => {
      const read = one(line);
      expect(read).toMatchObject({ name: null, value: undefined });
      expect(JSON.stringify(read)).not.toContain(line.split(',')[0]);
    },
  );
});

test('LMArenaBridge keeps names, values and requests a minute', () => {
  const text = JSON.stringify({
    password: 'admin',
    api_keys: [{ name: 'Default Key', key: 'sk-lmab-1', rpm: 60, created: 1_700_000_000 }, { name: 'broken' }],
  });
  expect(readKeys(text, 'auto')).toEqual({
    format: 'lmarenabridge',
    candidates: [
      { line: 1, name: 'Default Key', value: 'sk-lmab-1', rpm: 60, leftOut: [] },
      { line: 2, name: 'broken', value: undefined, why: 'it has no "key"', leftOut: [] },
    ],
  });
});

describe('LiteLLM', () => {
  test('keeps what Keyhatch knows too, and names what it does not', () => {
    const key = {
      key: 'sk-litellm-1234567890',
      key_alias: 'ci',
      models: ['gpt-4o', 'qwen'],
      max_parallel_requests: 3,
      rpm_limit: 30,
      tpm_limit: 5000,
      max_budget: 12.5,
      budget_duration: '30d',
      expires: '2030-01-02T03:04:05Z',
      blocked: true,
      metadata: { team: 'a' },
      allowed_routes: ['/chat'],
      aliases: {},
    };
    expect(one(JSON.stringify({ keys: [key] }))).toMatchObject({
      name: 'ci',
      value: 'sk-litellm-1234567890',
      models: ['gpt-4o', 'qwen'],
      parallel: 3,
      rpm: 30,
      policy: {
        tpm: 5000,
        budgets: [{ period: 'month', tokens: null, cost: { currency: 'USD', micros: 12_500_000 } }],
      },
      expiresAt: Date.UTC(2030, 0, 2, 3, 4, 5),
      paused: true,
      leftOut: ['allowed_routes'],
    });
  });

  test.each([
    [[{ key: 'sk-a', key_alias: 'a' }]],
    [{ key: 'sk-a', key_alias: 'a' }],
    [{ keys: [{ key: 'sk-a', key_alias: 'a' }], total_count: 1 }],
    [{ key: 'sk-a', info: { key_alias: 'a' } }],
  ])('answers in several shapes: %j', (answer) => {
    expect(one(JSON.stringify(answer))).toMatchObject({ name: 'a', value: 'sk-a' });
  });

  test('keeps hashes of keys, which cannot be imported, and says so', () => {
    const hash = 'a'.repeat(64);
    for (const entry of [hash, { token: hash, key_alias: 'x', key_name: 'sk-...7sFA' }]) {
      const read = one(JSON.stringify({ keys: [entry] }));
      expect(read?.value).toBeUndefined();
      expect(read?.why).toContain('hash');
      expect(JSON.stringify(read)).not.toContain(hash);
    }
  });

  test.each([['all-team-models'], ['all-proxy-models'], ['*', 'a']])('means every model by %j', (...models) => {
    expect(one(JSON.stringify([{ key: 'sk-a', models }]))?.models).toBeUndefined();
  });

  test.each([
    ['24h', 'day'],
    ['1d', 'day'],
    ['7d', 'week'],
    ['30d', 'month'],
    ['1mo', 'month'],
    [null, 'total'],
  ])('has budgets by time: %s', (budget_duration, period) => {
    expect(one(JSON.stringify([{ key: 'sk-a', max_budget: 1, budget_duration }]))?.policy?.budgets).toMatchObject([
      { period, cost: { currency: 'USD', micros: 1_000_000 } },
    ]);
  });

  test('has budgets by times that Keyhatch does not know: they are left out, and that is said', () => {
    const read = one(JSON.stringify([{ key: 'sk-a', max_budget: 1, budget_duration: '90s' }]));
    expect(read?.policy?.budgets).toBeUndefined();
    expect(read?.leftOut).toEqual(['max_budget']);
  });
});

test.each([
  ['{"api_keys": [{"key": "sk-secret-value"', 'begin like JSON'],
  ['{"keys": "sk-secret-value"}', 'no list'],
  ['# sk-secret-value', 'not one key'],
  ['[]', 'not one key'],
  ['{"theme": "sk-secret-value"}', 'not one key'],
])('what cannot be read is told without its content: %s', (text, words) => {
  const failure = () => readKeys(text, 'auto');
  expect(failure).toThrow(words);
  expect(failure).not.toThrow('sk-secret');
});
