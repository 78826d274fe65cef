// Which addresses the hosts of the settings stand for, what kind an interface is, and which addresses the internet reaches.

import { describe, expect, test } from 'vitest';
import {
  interfaceKind,
  presentAddresses,
  publicBehind,
  reachedAt,
  resolveHosts,
} from '../../../electron/core/interfaces.ts';
import { scopeOf } from '../../../shared/network-model.ts';
import { settingsSchema } from '../../../shared/settings.ts';
import { machine } from '../../fakes/some-interfaces.ts';

const laptop = machine({
  lo: ['127.0.0.1/8', '::1/128'],
  wlan0: ['192.168.1.5/24', 'fe80::1/64', 'fd00::5/64', '2001:db8::5/64'],
  eth0: ['203.0.113.5/24'],
  docker0: ['172.17.0.1/16'],
  tailscale0: ['100.101.102.103/32'],
});

describe('the scope of an address', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.9.9.9', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.3.4', 'link'],
    ['fe80::1', 'link'],
    ['fe80::1%eth0', 'link'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['100.127.255.255', 'private'],
    ['fd12:3456::1', 'private'],
    ['::ffff:192.168.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['100.128.0.1', 'public'],
    ['192.169.0.1', 'public'],
    ['203.0.113.5', 'public'],
    ['2001:db8::1', 'public'],
    ['no address', 'public'],
  ])('%s is %s', (address, scope) => {
    expect(scopeOf(address)).toBe(scope);
  });
});

describe('hosts', () => {
  const addresses = (hosts: readonly string[], open: readonly string[] = []) => {
    const { must, may } = resolveHosts(hosts, laptop, open);
    return [...must, ...may];
  };

  test('lan is every address in a private network, and never a public one', () => {
    expect(addresses(['127.0.0.1', '::1', 'lan'])).toEqual([
      '127.0.0.1',
      '::1',
      '192.168.1.5',
      'fd00::5',
      '172.17.0.1',
      '100.101.102.103',
    ]);
    // Not even where somebody confirmed an interface for another purpose.
    expect(addresses(['lan'], ['eth0', 'wlan0'])).not.toContain('203.0.113.5');
  });

  test('an interface is all its addresses, the public ones only once they are confirmed', () => {
    expect(addresses(['if:wlan0'])).toEqual(['192.168.1.5', 'fd00::5']);
    expect(resolveHosts(['if:wlan0'], laptop).held.map(({ address }) => address)).toEqual(['2001:db8::5']);
    expect(addresses(['if:wlan0'], ['wlan0'])).toEqual(['192.168.1.5', 'fd00::5', '2001:db8::5']);
    expect(resolveHosts(['if:wlan0'], laptop, ['wlan0']).held).toEqual([]);
  });

  test('an interface that is away stands for nothing, and is told', () => {
    expect(resolveHosts(['127.0.0.1', 'if:wg0'], laptop)).toMatchObject({
      must: ['127.0.0.1'],
      may: [],
      away: ['wg0'],
    });
  });

  test('beside a wildcard nothing is named twice, because it could not be had', () => {
    expect(addresses(['127.0.0.1', '0.0.0.0', 'if:wlan0'])).toEqual(['0.0.0.0', 'fd00::5']);
    expect(addresses(['0.0.0.0', '::', '[::1]', 'lan'])).toEqual(['::']);
    expect(addresses(['192.168.1.5', 'lan', 'if:wlan0'])).toEqual([
      '192.168.1.5',
      'fd00::5',
      '172.17.0.1',
      '100.101.102.103',
    ]);
  });

  test('::1 beside others is left out on a machine without IPv6, and alone it is asked for', () => {
    const old = machine({ lo: ['127.0.0.1/8'], eth0: ['10.0.0.2/24'] });
    expect(resolveHosts(['127.0.0.1', '::1', 'lan'], old)).toMatchObject({ must: ['127.0.0.1'], may: ['10.0.0.2'] });
    expect(resolveHosts(['::1'], old).must).toEqual(['::1']);
  });

  test('names are the addresses to which they lead, but for public ones that nobody has confirmed', () => {
    const leads: Record<string, string> = {
      'nas.lan': '192.168.1.5',
      'studio.example': '203.0.113.5',
      'far.example': '198.51.100.7',
    };
    const at = (hosts: readonly string[], open: readonly string[] = []) =>
      resolveHosts(hosts, laptop, open, (name) => leads[name]);
    expect(at(['nas.lan', '192.168.1.5', 'nowhere.example'])).toMatchObject({ must: ['192.168.1.5'], held: [] });
    expect(at(['127.0.0.1', 'studio.example', 'far.example'])).toMatchObject({
      must: ['127.0.0.1'],
      held: [
        { name: 'studio.example', address: '203.0.113.5', interface: 'eth0' },
        { name: 'far.example', address: '198.51.100.7' },
      ],
    });
    // An interface that was confirmed says nothing of a name.
    expect(at(['studio.example'], ['eth0']).must).toEqual([]);
    expect(at(['studio.example'], ['studio.example'])).toMatchObject({ must: ['203.0.113.5'], held: [] });
  });

  test('names stay as they are for whoever does not know where they lead', () => {
    expect(resolveHosts(['nas.lan', 'localhost'], laptop).must).toEqual(['nas.lan', 'localhost']);
  });

  test.each(['if:en0', 'if:Ethernet 2', 'if:vEthernet (WSL)', 'if:Verbindung für alle', 'lan', '::1'])(
    'the setting takes %s',
    (host) => {
      expect(settingsSchema.shape['server.hosts'].safeParse([host]).success).toBe(true);
    },
  );
  test.each(['if:', 'if: x', 'if:a,b', 'if:a\nb', 'Ethernet 2', ''])('and not %j', (host) => {
    expect(settingsSchema.shape['server.hosts'].safeParse([host]).success).toBe(false);
  });
});

describe('what is reached', () => {
  const at = (hosts: readonly string[]) => reachedAt(hosts, laptop).map(({ address }) => address);

  test('by a wildcard is everything of its family, but loopback', () => {
    expect(at(['0.0.0.0'])).toEqual(['192.168.1.5', '203.0.113.5', '172.17.0.1', '100.101.102.103']);
    expect(at(['::'])).toContain('2001:db8::5');
    expect(at(['127.0.0.1', '::1'])).toEqual([]);
  });

  test('by a name is said as that name', () => {
    expect(at(['localhost', 'nas.lan'])).toEqual(['nas.lan']);
  });

  test('publicly is named by address', () => {
    const places = (hosts: readonly string[], open: readonly string[] = []) =>
      publicBehind(hosts, laptop, open).map(({ interface: name, address }) => `${name} ${address}`);
    expect(places(['0.0.0.0'])).toEqual(['eth0 203.0.113.5']);
    expect(places(['::'])).toEqual(['wlan0 2001:db8::5', 'eth0 203.0.113.5']);
    expect(places(['203.0.113.5'])).toEqual(['eth0 203.0.113.5']);
    expect(places(['lan', '127.0.0.1'], ['wlan0', 'eth0'])).toEqual([]);
    expect(places(['if:wlan0'], ['wlan0'])).toEqual(['wlan0 2001:db8::5']);
  });

  test('link-local IPv6 is no address that somebody can type', () => {
    expect(presentAddresses(laptop).map(({ address }) => address)).not.toContain('fe80::1');
  });
});

describe('the kind of an interface', () => {
  test.each([
    ['linux', 'lo', 'loopback'],
    ['linux', 'wlp3s0', 'wifi'],
    ['linux', 'wlan0', 'wifi'],
    ['linux', 'eth0', 'ethernet'],
    ['linux', 'enp0s31f6', 'ethernet'],
    ['linux', 'br0', 'ethernet'],
    ['linux', 'docker0', 'container'],
    ['linux', 'br-1a2b3c4d5e6f', 'container'],
    ['linux', 'veth12ab', 'container'],
    ['linux', 'virbr0', 'container'],
    ['linux', 'wg0', 'vpn'],
    ['linux', 'tun0', 'vpn'],
    ['linux', 'tailscale0', 'vpn'],
    ['linux', 'wwan0', 'other'],
    ['darwin', 'lo0', 'loopback'],
    ['darwin', 'utun4', 'vpn'],
    ['darwin', 'bridge100', 'container'],
    ['darwin', 'bridge0', 'ethernet'],
    ['darwin', 'en0', 'other'],
    ['darwin', 'Wi-Fi', 'wifi'],
    ['darwin', 'Thunderbolt Ethernet Slot 1', 'ethernet'],
    ['win32', 'Wi-Fi', 'wifi'],
    ['win32', 'WLAN 2', 'wifi'],
    ['win32', 'Ethernet 2', 'ethernet'],
    ['win32', 'LAN-Verbindung', 'ethernet'],
    ['win32', 'vEthernet (WSL)', 'container'],
    ['win32', 'VMware Network Adapter VMnet8', 'container'],
    ['win32', 'VirtualBox Host-Only Network', 'container'],
    ['win32', 'Tailscale', 'vpn'],
    ['win32', 'OpenVPN TAP-Windows6', 'vpn'],
    ['win32', 'Loopback Pseudo-Interface 1', 'loopback'],
    ['win32', 'Bluetooth Network Connection', 'other'],
  ] as const)('%s: %s is %s', (platform, name, kind) => {
    expect(interfaceKind(name, platform)).toBe(kind);
  });
});
