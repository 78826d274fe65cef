// How the end of a new key is chosen in the window: what is usual first, and the project's word before it.

import { expect, test } from 'vitest';
import {
  expiryChoices,
  expiryIn,
  keyDraftOf,
  newInputOf,
  usualExpiry,
} from '../../../renderer/features/keys/key-draft.ts';
import { policyDraftOf } from '../../../renderer/features/keys/policy-draft.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';

const day = 86_400_000;
const policy = policyDraftOf({ limits: { rpm: null, parallel: null }, models: null, policy: usualPolicy });

test('where keys end as a rule, the form begins with that and leaves the end to the house', () => {
  const usual = usualExpiry('inference', 30 * day);
  const draft = { ...keyDraftOf({ policy, usual }), name: 'n' };
  expect(expiryChoices({ kind: 'inference', usual, chosen: draft.expiry }, undefined).slice(0, 2)).toEqual([
    'usual',
    'never',
  ]);
  expect(newInputOf(draft, 'inference')).not.toHaveProperty('expiresAt');
  expect(newInputOf({ ...draft, expiry: 'never' }, 'inference')).toMatchObject({ expiresAt: null });
});

test('where they do not, a new key has no end, and a member who must have one is offered none', () => {
  expect(usualExpiry('inference', null)).toBe('never');
  const rules = { kind: 'inference', usual: 'usual', chosen: 'usual', limited: true } as const;
  expect(expiryChoices(rules, undefined)).toEqual(['usual', 'day', 'week', 'month', 'quarter', 'own']);
});

test('a project’s word goes before what is usual, as long as nobody chose', () => {
  expect(expiryIn('usual', 'usual', { expiresInMs: day })).toBe('project');
  expect(expiryIn('usual', 'usual', { expiresInMs: null })).toBe('project');
  expect(expiryIn('never', 'never', { expiresInMs: null })).toBe('never');
  expect(expiryIn('project', 'usual', {})).toBe('usual');
  expect(expiryIn('never', 'usual', { expiresInMs: day })).toBe('never');
});
