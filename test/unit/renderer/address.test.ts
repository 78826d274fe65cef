// Which addresses the snippets of a page are filled in with, from wherever it was opened.

import { expect, test } from 'vitest';
import { addressesFor } from '../../../renderer/features/connect/address.ts';
import type { Status } from '../../../shared/model.ts';
import { running } from '../cli/fake-instance.ts';

const computer = {
  interface: 'lo',
  kind: 'loopback',
  address: 'localhost',
  url: 'http://localhost:1235',
  plainUrl: null,
} as const;
const bridge = {
  interface: 'docker0',
  kind: 'container',
  address: '172.17.0.1',
  url: 'http://172.17.0.1:1235',
  plainUrl: null,
} as const;
const cable = {
  interface: 'eth0',
  kind: 'ethernet',
  address: '192.168.1.5',
  url: 'https://192.168.1.5:1235',
  plainUrl: 'http://192.168.1.5:1235',
} as const;
const far = {
  ...cable,
  address: 'fd00::2',
  url: 'https://[fd00::2]:1235',
  plainUrl: 'http://[fd00::2]:1235',
} as const;

type Changed = Partial<Status['server']> & { readonly onLan?: boolean };

function status({ onLan = true, ...server }: Changed): Status {
  return { ...running, server: { ...running.server, ...server }, access: { ...running.access, onLan } };
}

const at = (url: string) => new URL(url);
const open = status({ reachable: [computer, bridge, cable, far] });

test('at the machine itself its own address comes first, and the others are offered, containers last', () => {
  const expected = {
    here: ['http://127.0.0.1:1235'],
    others: [cable.url, cable.plainUrl, far.url, far.plainUrl, bridge.url],
    outOfReach: false,
  };
  expect(addressesFor(open, undefined)).toEqual(expected);
  expect(addressesFor(open, at('http://127.0.0.1:1236'))).toEqual(expected);
  expect(addressesFor(open, at('http://localhost:1236'))).toEqual(expected);
  expect(addressesFor(open, at('http://[::1]:1236'))).toEqual(expected);
  expect(addressesFor(status({ reachable: [computer], onLan: false }), undefined).others).toEqual([]);
});

test('a page opened from another machine shows the address of that same host, encrypted first, and never loopback', () => {
  const { here, others } = addressesFor(open, at('https://[fd00::2]:1236'));
  expect(here).toEqual([]);
  expect(others.slice(0, 2)).toEqual([far.url, far.plainUrl]);
});

test('a page opened by a name that no interface has shows an encrypted address beyond loopback first', () => {
  const { here, others } = addressesFor(open, at('https://box.lan:1236'));
  expect(here).toEqual([]);
  expect(others[0]).toBe(cable.url);
});

test('a member, who is not told of networks, gets the host of the page with the port of the gateway', () => {
  const page = at('https://[fd00::2]:1236');
  expect(addressesFor(status({ reachable: [] }), page).others).toEqual([far.url, far.plainUrl]);
  expect(addressesFor(status({ reachable: [] }), at('http://192.168.1.5:1236')).others).toEqual([cable.plainUrl]);
  const only = status({ reachable: [], urls: ['http://127.0.0.1:1235', 'https://192.168.1.5:1235'] });
  expect(addressesFor(only, page).others).toEqual([far.url]);
});

test('where the gateway serves its own machine alone, a reader elsewhere is told', () => {
  const closed = status({ reachable: [computer, { ...cable, url: null, plainUrl: null }], onLan: false });
  expect(addressesFor(closed, at('https://192.168.1.5:1236'))).toMatchObject({ others: [], outOfReach: true });
  expect(addressesFor(open, at('https://192.168.1.5:1236')).outOfReach).toBe(false);
});

test('while the server does not run, there is an address to look at', () => {
  const stopped = status({ urls: [], reachable: [] });
  expect(addressesFor(stopped, at('https://192.168.1.5:1236'))).toMatchObject({ here: ['http://127.0.0.1:1235'] });
});
