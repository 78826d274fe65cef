// What `keyhatch serve` says when it is ready: commands that work, and a place to reach it or that there is none yet.

import { expect, test } from 'vitest';
import { readyEvent, readyText } from '../../../electron/serve/ready-text.ts';
import { parseServeArguments } from '../../../electron/serve/serve-arguments.ts';
import { onLan, running } from '../cli/fake-instance.ts';

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

test('on the LAN it names the addresses of this computer and those for others, as text and as an event', () => {
  const text = readyText(onLan, undefined, 'npx keyhatch');
  expect(text).toContain('  Gateway     http://127.0.0.1:1235\n  Base URLs   OpenAI http://127.0.0.1:1235/v1 ·');
  expect(text).toContain('  For others  https://192.168.1.5:1235  http://192.168.1.5:1235  http://172.17.0.1:1235\n');
  expect(text).toContain('OpenAI https://192.168.1.5:1235/v1 · Anthropic https://192.168.1.5:1235 ·');
  expect(readyEvent(onLan, undefined)).toMatchObject({
    gateway: 'http://127.0.0.1:1235',
    gatewayForOthers: ['https://192.168.1.5:1235', 'http://192.168.1.5:1235', 'http://172.17.0.1:1235'],
  });
});

test('where nothing listens on loopback, the one address is for everybody', () => {
  const [, , lan] = onLan.server.reachable;
  const server = {
    ...onLan.server,
    urls: ['https://192.168.1.5:1235'],
    reachable: lan ? [{ ...lan, plainUrl: null }] : [],
  };
  expect(readyText({ ...onLan, server }, undefined, 'npx keyhatch')).toContain('Gateway     https://192.168.1.5:1235');
});
