// The key form while it is filled in: what it becomes, what is wrong with it, and what follows a project that is chosen.

import { expect, test } from 'vitest';
import {
  changedPolicyInput,
  newBudgetDraft,
  onNewBase,
  policyDraftOf,
  policyInputOf,
  wrongWithPolicy,
} from '../../../renderer/features/keys/policy-draft.ts';
import { groupSummary } from '../../../renderer/features/keys/policy-words.ts';
import { sourceIn } from '../../../renderer/features/keys/project-source.ts';
import { keyPolicyPatch, usualPolicy, withPatch } from '../../../shared/key-policy.ts';

const source = { limits: { rpm: 60, parallel: null }, models: null, policy: usualPolicy };
const usual = policyDraftOf(source);

test('a policy that nobody touched becomes what it was', () => {
  const policy = withPatch(usualPolicy, {
    networks: ['this-computer', '10.0.0.0/8'],
    deniedModels: ['*cloud'],
    caps: { maxTokens: 512, keepAliveSeconds: 0 },
    rph: 0,
    priority: 'low',
    budgets: [
      { period: 'day', tokens: 1000, cost: null, soft: 0.5, strict: false },
      { period: 'month', tokens: null, cost: { currency: 'EUR', micros: 2_500_000 }, soft: 1, strict: true },
    ],
    rotateEveryDays: 90,
  });
  const input = policyInputOf(policyDraftOf({ limits: { rpm: 0, parallel: 4 }, models: ['qwen*'], policy }));
  expect(input).toMatchObject({ rpm: 0, parallel: 4, models: ['qwen*'] });
  expect(withPatch(usualPolicy, keyPolicyPatch.parse(input.policy))).toEqual(policy);
});

test('a budget of tokens and money at once becomes one of each', () => {
  const both = { period: 'week', tokens: 10, cost: { currency: 'USD', micros: 1 }, soft: 0.8, strict: true } as const;
  const { policy } = policyInputOf(policyDraftOf({ ...source, policy: { ...usualPolicy, budgets: [both] } }));
  expect(policy.budgets).toEqual([
    { ...both, cost: null, strict: false },
    { ...both, tokens: null },
  ]);
});

test('only what was changed is sent', () => {
  expect(changedPolicyInput(usual, usual)).toEqual({});
  expect(changedPolicyInput(usual, { ...usual, rpm: '', tpm: 500 })).toEqual({ rpm: null, policy: { tpm: 500 } });
});

test('what is wrong is said of the field it is in', () => {
  expect(wrongWithPolicy(usual)).toEqual({});
  const budget = newBudgetDraft('b1');
  const wrong = wrongWithPolicy({
    ...usual,
    operations: [],
    place: 'own',
    networks: ['10.0.0.5/8'],
    budgets: [budget, { ...budget, id: 'b2', amount: 5, unit: 'cost', currency: 'EU' }],
  });
  expect(Object.keys(wrong).sort()).toEqual(['b1', 'b2', 'networks', 'operations']);
  expect(wrong['networks']).toContain('/8');
  expect(wrongWithPolicy({ ...usual, place: 'own', networks: [] })).toHaveProperty('networks');
});

test('a project’s defaults take the place of what nobody touched, and of nothing else', () => {
  const base = policyDraftOf(sourceIn(source, { rpm: 7, models: ['echo'], policy: { tpm: 100 } }));
  const draft = onNewBase({ ...usual, rpm: 30 }, usual, base);
  expect(draft).toMatchObject({ rpm: 30, tpm: 100, models: ['echo'] });
  expect(onNewBase(draft, base, usual)).toMatchObject({ rpm: 30, tpm: '', models: [] });
});

test('each group says in a line what is set in it', () => {
  expect(groupSummary('rights', usual)).toBe('Inference');
  expect(groupSummary('rates', { ...usual, parallel: 4 })).toBe('60 a minute · 4 at once');
  expect(groupSummary('models', { ...usual, models: ['a', 'b'], denied: ['c'] })).toBe('2 models · 1 denied');
  expect(groupSummary('networks', { ...usual, place: 'own', networks: ['10.0.0.0/8'] })).toBe('10.0.0.0/8');
  expect(groupSummary('budgets', usual)).toBe('none');
  expect(groupSummary('caps', { ...usual, caps: { ...usual.caps, maxTokens: 512 } })).toBe('512 tokens of answer');
});
