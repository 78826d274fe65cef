// What the command line says about networks: the list of interfaces, and keys that were switched on by opening one.

import { expect, test } from 'vitest';
import { keyhatch } from './captured-cli.ts';
import { running } from './fake-instance.ts';

test('network lists each interface with its addresses, their reach and where Keyhatch listens', async () => {
  const { code, out } = await keyhatch(['network']);
  expect(code).toBe(0);
  expect(out.trimEnd().split('\n').slice(0, 3)).toEqual([
    'INTERFACE  KIND   ADDRESS      REACH            KEYHATCH',
    'wlan0      Wi-Fi  192.168.1.5  private network  http://192.168.1.5:1235',
    '                  2001:db8::5  the internet     does not listen',
  ]);
  expect(out).toContain('keyhatch settings set server.hosts 127.0.0.1,lan');
  expect(JSON.parse((await keyhatch(['network', '--json'])).out)).toMatchObject([{ name: 'wlan0', kind: 'wifi' }]);
});

test('a change that switches keys on says so in a sentence of its own, and what to do', async () => {
  const open = { ...running, access: { ...running.access, requireKey: false } };
  const stubs = { status: open, statusOnceSet: running };
  const { out } = await keyhatch('settings set server.hosts 0.0.0.0'.split(' '), { stubs });
  expect(out.trimEnd().split('\n')).toEqual([
    'server.hosts is now 0.0.0.0.',
    'Keys are required from now on, because other devices can reach this computer: access.requireKey is now true. Clients without a key are refused; make one with: keyhatch keys create --name NAME',
    'Who may come in now: Only programs with a key.',
  ]);
  const asked = await keyhatch('settings set access.requireKey true'.split(' '), { stubs });
  expect(asked.out).not.toContain('from now on');
});
