// What is said about what a key may do.

import { expect, test } from 'vitest';
import { type KeyPolicyPatch, operationNames, usualPolicy, withPatch } from '../../../shared/key-policy.ts';
import type { KeyKind } from '../../../shared/model.ts';
import { operationsText, policySentence } from '../../../shared/policy-sentence.ts';

const sentence = (patch: KeyPolicyPatch, models: string[] | null = null, kind: KeyKind = 'inference') =>
  policySentence({ name: 'tablet', kind, models, policy: withPatch(usualPolicy, patch) });

test.each([
  [sentence({}), '“tablet” may use models, and see which there are, from anywhere. It may use every model.'],
  [
    sentence({ networks: ['my-network', '203.0.113.0/24'], deniedModels: ['*:70b'] }, ['llama*', 'phi-4']),
    '“tablet” may use models, and see which there are, from your own network, this computer included and 203.0.113.0/24. It may use llama* and phi-4 but not *:70b.',
  ],
  [
    sentence({ operations: ['chat', 'cloud'], deniedModels: ['a', 'b'], networks: ['this-computer'] }),
    '“tablet” may do this: chat, completions and responses and models that run in a cloud on the owner’s account, from this computer. It may use every model but a and b.',
  ],
  [
    sentence({ operations: ['models:list'], caps: { maxTokens: 2000, choices: 1 } }),
    '“tablet” may see which models there are, and nothing else, from anywhere. A single request may ask for at most 2,000 tokens of answer and at most 1 answer to one prompt.',
  ],
  [sentence({ operations: [] }), '“tablet” may do nothing.'],
  [sentence({}, null, 'admin'), '“tablet” manages Keyhatch itself: keys, servers and settings. It opens no models.'],
])('%s', (said, expected) => {
  expect(said).toBe(expected);
});

test('what full means is said in words', () => {
  const said = sentence({ operations: [...operationNames] });
  for (const words of ['download', 'delete models', 'cloud', 'run tools', 'fetch addresses'])
    expect(said).toContain(words);
  expect(operationsText(operationNames)).toBe('full');
  expect(operationsText([])).toBe('none');
});
