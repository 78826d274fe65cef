// What `keyhatch serve` says when it is ready: commands that work, and a place to reach it or that there is none yet.

import { expect, test } from 'vitest';
import { readyText } from '../../../electron/serve/ready-text.ts';
import { parseServeArguments } from '../../../electron/serve/serve-arguments.ts';
import { running } from '../cli/fake-instance.ts';

test('without a keychain, each command it names starts a server that answers', () => {
  const vault = { kind: 'keychain', state: 'locked', reason: 'there is none' } as const;
  const text = readyText({ ...running, vault }, undefined, 'npx keyhatch');
  const calls = [...text.matchAll(/npx keyhatch serve (.+)$/gm)].map(([, flags = '']) => flags.trim().split(' '));
  const place = { env: {}, platform: 'linux' as const, homeDir: '/home/ada' };
  expect(calls.map((flags) => parseServeArguments(flags, place))).toMatchObject([
    { vault: 'file', echo: 'stand-in' },
    { vault: 'memory', echo: 'stand-in' },
  ]);
});

test('while its networks are away it says so, and names no address that nobody reaches', () => {
  const text = readyText({ ...running, server: { ...running.server, urls: [] } }, undefined, 'npx keyhatch');
  expect(text).toContain('nowhere yet');
  expect(text).not.toContain('Base URLs');
});
