// A change in the history as lines that people read.

import { expect, test } from 'vitest';
import { changeLines } from '../../../renderer/features/history/history-words.ts';

test('only what differs within a value is said, by the name the pages give it', () => {
  const before = { rpm: 60, parallel: null };
  const changes = [
    { member: 'limits', before, after: { ...before, rpm: 30 } },
    { member: 'policy', before: { caps: { maxTokens: null } }, after: { caps: { maxTokens: 512 } } },
    { member: 'models', before: null, after: ['a', 'b'] },
  ];
  expect(changeLines({ action: 'edited', changes })).toEqual([
    'Requests a minute: 60 → 30',
    'Tokens of answer: none → 512',
    'Models: none → a, b',
  ]);
});

test('what was made is said by its name alone', () => {
  expect(changeLines({ action: 'created', changes: [{ member: 'name', before: null, after: 'x' }] })).toEqual([]);
});
