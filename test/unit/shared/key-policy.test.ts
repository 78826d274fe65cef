// What a key may do, as a value: presets, patches, and what stands in for what cannot be read.

import { expect, test } from 'vitest';
import {
  closedPolicy,
  mayDo,
  operationNames,
  operationPresets,
  presetOf,
  usualPolicy,
  withPatch,
} from '../../../shared/key-policy.ts';

test('the usual policy is inference: nothing that acts on the machine or spends the owner’s money', () => {
  expect(presetOf(usualPolicy.operations)).toBe('inference');
  for (const operation of ['models:manage', 'cloud', 'tools', 'remote_media', 'metrics'] as const) {
    expect(mayDo(usualPolicy, operation)).toBe(false);
  }
});

test('the closed policy allows nothing', () => {
  expect(operationNames.filter((operation) => mayDo(closedPolicy, operation))).toEqual([]);
});

test('a patch puts in place what it names and leaves the rest', () => {
  const changed = withPatch(usualPolicy, { operations: ['chat'] });
  expect(changed).toEqual({ ...usualPolicy, operations: ['chat'] });
  expect(withPatch(changed, {})).toEqual(changed);
});

test('a preset is known whatever the order, and a choice of one’s own is none', () => {
  expect(presetOf([...operationPresets.full].reverse())).toBe('full');
  expect(presetOf(['chat', 'cloud'])).toBeUndefined();
});
