// How much text a request gives its model to read.

import { expect, test } from 'vitest';
import { promptBytesOf } from '../../../electron/gateway/prompt-size.ts';

test.each<[string, Record<string, unknown>, number]>([
  ['nothing', { model: 'a long name', user: 'somebody' }, 0],
  ['messages', { messages: [{ role: 'user', content: 'hé' }] }, 7],
  ['parts', { messages: [{ content: [{ type: 'text', text: '1234' }] }] }, 8],
  ['system and tools', { system: '12', tools: [{ name: 'abc' }] }, 5],
  ['several inputs', { input: ['ab', 'cd'] }, 4],
  ['tokens', { prompt: [1, 2, 3] }, 12],
  ['content of its own', { content: ['ab', 'cd'] }, 4],
  ['texts', { texts: ['ab', 'cd'] }, 4],
  ['documents in an object', { documents: { content: ['ab', 'cd'] } }, 4],
])('%s', (_what, root, sizeBytes) => {
  expect(promptBytesOf(root)).toBe(sizeBytes);
});

test('media are no text', () => {
  const large = 'A'.repeat(1_000_000);
  const content = [
    { type: 'image_url', image_url: { url: `data:image/png;base64,${large}` } },
    { type: 'image', source: { data: large } },
    { type: 'input_audio', input_audio: { data: large } },
    { type: 'input_image', image_url: `data:image/png;base64,${large}` },
  ];
  expect(promptBytesOf({ messages: [{ content, images: [large] }] })).toBeLessThan(100);
});

test('deep nesting takes no stack', () => {
  let deep: unknown = 'abcd';
  for (let depth = 0; depth < 200_000; depth += 1) deep = [deep];
  expect(promptBytesOf({ messages: deep })).toBe(4);
});
