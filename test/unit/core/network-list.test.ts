// The list of interfaces, and the places where the gateway is reached.

import { expect, test } from 'vitest';
import { listInterfaces, type NetworkFacts } from '../../../electron/core/network-list.ts';
import { reachableAt } from '../../../electron/core/reachable.ts';
import { machine } from '../../fakes/some-interfaces.ts';

const facts: NetworkFacts = {
  interfaces: machine({
    lo: ['127.0.0.1/8', '::1/128'],
    wlan0: ['192.168.1.5/24', '2001:db8::5/64'],
    eth0: ['10.0.0.2/24'],
  }),
  hosts: ['127.0.0.1', 'if:wlan0', 'if:wg0'],
  listening: [
    { host: '127.0.0.1', port: 1235 },
    { host: '192.168.1.5', port: 1235 },
  ],
  encrypted: { mode: 'off', names: [] },
  platform: 'linux',
};

test('says of each interface what it is, whether it is meant, and where Keyhatch is reached through it', () => {
  expect(listInterfaces(facts)).toEqual([
    {
      name: 'lo',
      kind: 'loopback',
      present: true,
      wanted: true,
      bound: true,
      addresses: [
        { address: '127.0.0.1', scope: 'loopback', urls: ['http://127.0.0.1:1235'] },
        { address: '::1', scope: 'loopback', urls: [] },
      ],
    },
    {
      name: 'wlan0',
      kind: 'wifi',
      present: true,
      wanted: true,
      bound: true,
      addresses: [
        { address: '192.168.1.5', scope: 'private', urls: ['http://192.168.1.5:1235'] },
        { address: '2001:db8::5', scope: 'public', urls: [] },
      ],
    },
    {
      name: 'eth0',
      kind: 'ethernet',
      present: true,
      wanted: false,
      bound: false,
      addresses: [{ address: '10.0.0.2', scope: 'private', urls: [] }],
    },
    { name: 'wg0', kind: 'vpn', present: false, wanted: true, bound: false, addresses: [] },
  ]);
});

test('by a wildcard every address of its family is reached, under each scheme', () => {
  const everywhere = {
    ...facts,
    hosts: ['::'],
    listening: [{ host: '::', port: 9 }],
    encrypted: { mode: 'both', names: ['192.168.1.5', '2001:db8::5'] } as const,
  };
  const [, wlan] = listInterfaces(everywhere);
  expect(wlan?.addresses.map(({ urls }) => urls)).toEqual([
    ['https://192.168.1.5:9', 'http://192.168.1.5:9'],
    ['https://[2001:db8::5]:9', 'http://[2001:db8::5]:9'],
  ]);
});

test('reachable begins with this computer and leaves loopback interfaces out', () => {
  expect(reachableAt(facts)).toEqual([
    { interface: 'lo', kind: 'loopback', address: 'localhost', url: 'http://localhost:1235', plainUrl: null },
    { interface: 'wlan0', kind: 'wifi', address: '192.168.1.5', url: 'http://192.168.1.5:1235', plainUrl: null },
    { interface: 'wlan0', kind: 'wifi', address: '2001:db8::5', url: null, plainUrl: null },
    { interface: 'eth0', kind: 'ethernet', address: '10.0.0.2', url: null, plainUrl: null },
  ]);
  expect(reachableAt({ ...facts, listening: [] }).map(({ url }) => url)).toEqual([null, null, null, null]);
});
