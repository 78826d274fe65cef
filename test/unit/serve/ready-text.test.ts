// What `keyhatch serve` advises a machine without a keychain has to be a command line that works.

import { expect, test } from 'vitest';
import { readyText } from '../../../electron/serve/ready-text.ts';
import { parseServeArguments } from '../../../electron/serve/serve-arguments.ts';
import { running } from '../cli/fake-instance.ts';

test('without a keychain, each command it names starts a server that answers', () => {
  const vault = { kind: 'keychain', state: 'locked', reason: 'there is none' } as const;
  const text = readyText({ ...running, vault }, 'npx keyhatch');
  const calls = [...text.matchAll(/npx keyhatch serve (.+)$/gm)].map(([, flags = '']) => flags.trim().split(' '));
  const place = { env: {}, platform: 'linux' as const, homeDir: '/home/ada' };
  expect(calls.map((flags) => parseServeArguments(flags, place))).toMatchObject([
    { vault: 'file', echo: 'stand-in' },
    { vault: 'memory', echo: 'stand-in' },
  ]);
});
