// `keyhatch ways …`: what is asked of the instance, what is said about it, and what is never asked.

import { expect, test } from 'vitest';
import { keyhatch } from './captured-cli.ts';
import { laptop, pathToken, running, tvPath } from './fake-instance.ts';

test('list shows each way, as which key it counts, and why one lets nobody in', async () => {
  const { out } = await keyhatch(['ways', 'list']);
  expect(out).toMatch(/address rule\s+192\.168\.1\.20\s+laptop\s+never\s+open/);
  expect(out).toMatch(/second port\s+http:\/\/127\.0\.0\.1:1300\s+laptop/);
  expect(out).toMatch(/path token\s+tv, from your own network.*laptop.*Its key "laptop" is paused\./);
});

test('add-rule asks for the block as it is, and refuses a wide or public one before it asks', async () => {
  const { out, calls } = await keyhatch(['ways', 'add-rule', '192.168.1.0/24', '--key', 'laptop']);
  expect(calls).toEqual([{ path: 'ways.addRule', input: { key: 'laptop', cidr: '192.168.1.0/24' } }]);
  expect(out).toContain('whoever takes that address');
  for (const block of ['192.168.0.0/16', '8.8.8.8', 'anywhere']) {
    const refused = await keyhatch(['ways', 'add-rule', block, '--key', 'laptop']);
    expect([refused.code, refused.calls]).toEqual([2, []]);
  }
});

test('set-port stays on this computer unless told, and beyond it wants a confirmation', async () => {
  const { calls } = await keyhatch(['ways', 'set-port', '1300', '--key', laptop.id]);
  expect(calls).toEqual([{ path: 'ways.setPort', input: { key: laptop.id, port: 1300, confirm: false } }]);
  const wide = ['ways', 'set-port', '1300', '--key', laptop.id, '--hosts', '0.0.0.0'];
  expect((await keyhatch(wide)).code).toBe(1);
  expect((await keyhatch([...wide, '--confirm'])).code).toBe(0);
});

test('add-path shows its base URL once, with a warning, and always has networks and an end', async () => {
  const { out, calls } = await keyhatch(['ways', 'add-path', 'tv', '--key', 'laptop', '--networks', 'my-network']);
  expect(out).toContain(`/k/${pathToken}/v1`);
  expect(out).toContain('logs and histories');
  expect(calls.at(-1)?.input).toEqual({ key: 'laptop', name: 'tv', networks: ['my-network'] });
  for (const flags of [[], ['--networks', 'my-network', '--days', '91']]) {
    expect((await keyhatch(['ways', 'add-path', 'tv', '--key', 'laptop', ...flags])).code).toBe(2);
  }
  expect((await keyhatch(['ways', 'add-path', 'tv', '--key', 'laptop', '--networks', 'anywhere'])).code).not.toBe(0);
});

test('add-path prints an address that the machines reach for which the token is', async () => {
  const [url, plainUrl] = ['https://192.168.1.5:1235', 'http://192.168.1.5:1235'];
  const cable = { interface: 'eth0', kind: 'ethernet' as const, address: '192.168.1.5', url, plainUrl };
  const stubs = { status: { ...running, server: { ...running.server, reachable: [cable] } } };
  const add = (networks: string) =>
    keyhatch(['ways', 'add-path', 'tv', '--key', 'laptop', '--networks', networks], { stubs });
  expect((await add('my-network')).out).toContain(`${url}/k/`);
  expect((await add('this-computer')).out).toContain('http://127.0.0.1:1235/k/');
});

test('close ends one by its id, and says what is left', async () => {
  const { out, calls } = await keyhatch(['ways', 'close', tvPath.id]);
  expect(calls).toEqual([{ path: 'ways.close', input: { id: tvPath.id } }]);
  expect(out).toContain('Closed.');
  expect(out).not.toContain('tv, from');
  expect((await keyhatch(['ways', 'close', 'gone'])).code).toBe(1);
});
