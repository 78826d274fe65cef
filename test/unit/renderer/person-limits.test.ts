// What a person may have: what is filled in comes out again as it was, and is said in one sentence.

import { expect, test } from 'vitest';
import { limitWords } from '../../../renderer/features/people/limit-words.ts';
import { limitsDraftOf, limitsInputOf, wrongWithLimits } from '../../../renderer/features/people/limits-draft.ts';
import { givenRoles, mayChange } from '../../../renderer/features/people/role-choice.ts';
import { type MemberLimits, type PersonFacts, usualMemberLimits } from '../../../shared/people-model.ts';

const narrow: MemberLimits = {
  keys: 2,
  models: ['qwen*', 'llama-3'],
  operations: ['chat', 'models:list'],
  rpm: 10,
  rph: 100,
  tpm: 5000,
  parallel: 1,
  budgets: [{ period: 'day', tokens: 1000, cost: null, soft: 0.8, strict: false }],
  expiresDays: 30,
};

test.each([usualMemberLimits, narrow])('limits that nobody touched come out as they went in', (limits) => {
  expect(limitsInputOf(limitsDraftOf(limits))).toEqual(limits);
});

test('an emptied number is no limit, and no number of keys is none', () => {
  const draft = { ...limitsDraftOf(narrow), keys: '', expiresDays: '' } as const;
  expect(limitsInputOf(draft)).toMatchObject({ keys: 0, expiresDays: null });
});

test('a person without any right is wrong', () => {
  const draft = limitsDraftOf(narrow);
  expect(wrongWithLimits({ ...draft, policy: { ...draft.policy, operations: [] } })).toHaveProperty('operations');
});

test('limits are said in one sentence', () => {
  expect(limitWords(usualMemberLimits)).toBe('Up to 5 keys; every model; 60 requests a minute each.');
  expect(limitWords(narrow)).toBe(
    'Up to 2 keys; models qwen*, llama-3; 10 requests a minute each; 100 requests an hour each; 5,000 tokens a minute each; 1 at once each; each for 30 days at most; one budget over all of them.',
  );
});

test('managers give and touch what is below them alone', () => {
  expect(givenRoles(false)).toEqual(['member', 'viewer']);
  const of = (role: PersonFacts['role']) => ({ role }) as PersonFacts;
  const manager = { owns: false, manages: true };
  expect(mayChange(manager, of('member'))).toBe(true);
  expect(mayChange(manager, of('manager'))).toBe(false);
  expect(mayChange({ owns: true, manages: true }, of('owner'))).toBe(true);
  expect(mayChange({ owns: false, manages: false }, of('viewer'))).toBe(false);
});
