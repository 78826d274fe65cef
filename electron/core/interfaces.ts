// The network interfaces of this machine, by name: what kind each is, and which addresses the hosts of the settings stand
// for now. Pure functions over what the system says; opens nothing and decides nothing about who may come in.

import { isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import {
  type AddressScope,
  type InterfaceKind,
  interfaceNameOf,
  lanWord,
  scopeOf,
} from '../../shared/network-model.ts';
import { bareHost } from '../lib/bare-host.ts';
import { namesAmong } from './host-names.ts';

export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** An address of this machine that somebody can type. */
export type PresentAddress = {
  readonly interface: string;
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly scope: AddressScope;
  /** The block it lies in, such as 192.168.1.5/24, as the system says it. */
  readonly cidr: string | null;
  /** The name in the settings that leads to it. */
  readonly name?: string;
};

export type ResolvedHosts = {
  /** Named as they are: where one cannot be had, nothing is listened on. */
  readonly must: readonly string[];
  /** What interfaces have now: one that cannot be had leaves the others alone. */
  readonly may: readonly string[];
  /** Interfaces that are named and have no address now. */
  readonly away: readonly string[];
  /** Public addresses of interfaces and names, left out because nobody has confirmed them. */
  readonly held: readonly PresentAddress[];
};

/** Where a name leads. */
export type AddressOf = (name: string) => string | undefined;

const anyIPv4 = '0.0.0.0';
const anyIPv6 = '::';

/** Every address of this machine but link-local IPv6 ones, which are good only together with an interface's name. */
export function presentAddresses(interfaces: Interfaces): readonly PresentAddress[] {
  return Object.entries(interfaces).flatMap(([name, infos]) =>
    (infos ?? []).flatMap(({ address, family, cidr }) => {
      const scope = scopeOf(address);
      if (family === 'IPv6' && scope === 'link') return [];
      return [{ interface: name, address, family, scope, cidr }];
    }),
  );
}

/**
 * What the hosts of the settings stand for now. `if:NAME` is every address of that interface, `lan` every address in a
 * private network; public ones come with `if:NAME` alone, and only where their owner has confirmed that interface. A name is the
 * address that it leads to, a public one under the same condition.
 * @param publicInterfaces interfaces, and names, whose public addresses may be listened on
 * @param addressOf where names lead; one that leads nowhere is left out. Without it names stay as they are
 */
export function resolveHosts(
  hosts: readonly string[],
  interfaces: Interfaces,
  publicInterfaces: readonly string[] = [],
  addressOf?: AddressOf,
): ResolvedHosts {
  const present = presentAddresses(interfaces);
  const byName = addressOf ? behindNames(hosts, present, addressOf) : [];
  const heldNames = byName.filter(({ name, scope }) => scope === 'public' && !publicInterfaces.includes(name));
  const named = hosts.flatMap((host) => interfaceNameOf(host) ?? []);
  const plain = hosts
    .filter((host) => interfaceNameOf(host) === undefined && host !== lanWord)
    .flatMap((host) => {
      if (!addressOf || isIP(bareHost(host)) !== 0) return [host];
      return byName.filter((one) => one.name === host && !heldNames.includes(one)).map(({ address }) => address);
    });
  const ofNamed = present.filter((one) => named.includes(one.interface));
  const isHeld = (one: PresentAddress) => one.scope === 'public' && !publicInterfaces.includes(one.interface);
  const ofLan = hosts.includes(lanWord) ? present.filter(({ scope }) => scope === 'private') : [];
  const wanted = [...ofNamed.filter((one) => !isHeld(one)), ...ofLan].map(({ address }) => address);
  const must = withoutMissingIPv6(withoutCovered([...new Set(plain)]), hosts, present);
  const isCovered = coveredBy(must);
  return {
    must,
    may: [...new Set(wanted)].filter((address) => !must.map(bareHost).includes(address) && !isCovered(address)),
    away: [...new Set(named)].filter((name) => !present.some((one) => one.interface === name)),
    held: [...ofNamed.filter(isHeld), ...heldNames],
  };
}

function behindNames(hosts: readonly string[], present: readonly PresentAddress[], addressOf: AddressOf) {
  return namesAmong(hosts).flatMap((name) => {
    const address = addressOf(name);
    if (address === undefined) return [];
    const family = isIP(address) === 6 ? ('IPv6' as const) : ('IPv4' as const);
    const unknown = { interface: 'an interface', address, family, scope: scopeOf(address), cidr: null };
    return [{ ...(present.find((one) => one.address === address) ?? unknown), name }];
  });
}

/** Those of these addresses that this machine does not have; what a name stands for is not known here. */
export function absentAmong(hosts: readonly string[], interfaces: Interfaces): readonly string[] {
  const present = presentAddresses(interfaces).map(({ address }) => address);
  // All of 127.0.0.0/8 is there, and link-local ones are not listed.
  const isKnown = (host: string) => isIP(host) === 0 || ['loopback', 'link'].includes(scopeOf(host));
  return hosts
    .map(bareHost)
    .filter((host) => !isKnown(host) && host !== anyIPv4 && host !== anyIPv6 && !present.includes(host));
}

/** The addresses of this machine at which somebody who listens on these hosts is reached, beyond loopback. */
export function reachedAt(hosts: readonly string[], interfaces: Interfaces): readonly PresentAddress[] {
  const plain = hosts.map(bareHost);
  const isCovered = coveredBy(plain);
  const reached = presentAddresses(interfaces).filter(
    ({ address, scope }) => scope !== 'loopback' && (plain.includes(address) || isCovered(address)),
  );
  // What a name leads to is not known here; as a rule it is the one that this computer has in its own network.
  const names = plain.filter((host) => isIP(host) === 0 && host.toLowerCase() !== 'localhost');
  return [
    ...reached,
    ...names.map(
      (name) => ({ interface: 'by name', address: name, family: 'IPv4', scope: 'private', cidr: null }) as const,
    ),
  ];
}

/** Public addresses of this machine that these hosts open, with these interfaces confirmed. */
export function publicBehind(
  hosts: readonly string[],
  interfaces: Interfaces,
  publicInterfaces: readonly string[],
  addressOf?: AddressOf,
): readonly PresentAddress[] {
  const { must, may } = resolveHosts(hosts, interfaces, publicInterfaces, addressOf);
  const named = addressOf ? behindNames(hosts, presentAddresses(interfaces), addressOf) : [];
  const open = named.filter(({ name, scope }) => scope === 'public' && publicInterfaces.includes(name));
  const reached = reachedAt([...must, ...may], interfaces).filter(({ scope }) => scope === 'public');
  return [...reached.filter((one) => !open.some(({ address }) => address === one.address)), ...open];
}

// Beside 0.0.0.0 no single IPv4 address can be had, and beside :: none at all.
function withoutCovered(hosts: readonly string[]): readonly string[] {
  const isCovered = coveredBy(hosts);
  return hosts.filter((host) => !isCovered(bareHost(host)));
}

function coveredBy(hosts: readonly string[]): (address: string) => boolean {
  const all = hosts.map(bareHost);
  if (all.includes(anyIPv6)) return (address) => address !== anyIPv6;
  return (address) => all.includes(anyIPv4) && address !== anyIPv4 && /^\d+\.\d+\.\d+\.\d+$/.test(address);
}

// The network switch writes ::1 beside the others, and some machines have no IPv6 at all.
function withoutMissingIPv6(
  must: readonly string[],
  hosts: readonly string[],
  present: readonly PresentAddress[],
): readonly string[] {
  const missing = hosts.length > 1 && !present.some(({ address }) => address === '::1');
  return missing ? must.filter((host) => bareHost(host) !== '::1') : must;
}

type KindRow = readonly [InterfaceKind, RegExp];

// Names that a system gives by itself, and those that people see: Windows has only the latter. The first that fits counts.
const anywhere: readonly KindRow[] = [
  ['loopback', /loopback/i],
  ['container', /^vethernet|hyper-v|virtualbox|vbox|vmware|vmnet|docker|\bwsl\b|parallels/i],
  ['vpn', /vpn|wireguard|tailscale|zerotier|nordlynx|mullvad|anyconnect|globalprotect|\btap\b|\btun\b|wintun/i],
  ['wifi', /wi-?fi|wlan|wireless|airport|drahtlos/i],
  ['ethernet', /ethernet|local area connection|lan-verbindung|thunderbolt|\blan\b/i],
];
const linux: readonly KindRow[] = [
  ['loopback', /^lo\d*$/],
  ['container', /^(docker|podman|veth|virbr|vnet|lxc|lxdbr|incusbr|cni|flannel|cali|cilium|kube|br-[0-9a-f]{8,})/],
  ['vpn', /^(tun|tap|wg|zt|ppp|ipsec|vti|proton|nebula|utun)/],
  ['wifi', /^(wl|ath|ra\d)/],
  ['ethernet', /^(en|eth|em\d|p\d+p\d+|bond|br\d|team|usb)/],
];
// en0 is Wi-Fi on a MacBook and a cable on a Mac mini: its name does not say.
const mac: readonly KindRow[] = [
  ['loopback', /^lo\d*$/],
  ['vpn', /^(utun|ipsec|ppp|feth|zt|wg|tun|tap)/],
  ['container', /^(bridge[1-9]\d+|vmenet|vmnet)/],
  ['ethernet', /^bridge0$/],
  ['wifi', /^ap\d/],
];

/** What kind of network an interface is, as far as its name tells. */
export function interfaceKind(name: string, platform: NodeJS.Platform): InterfaceKind {
  const rows = platform === 'darwin' ? mac : platform === 'win32' ? [] : linux;
  return [...rows, ...anywhere].find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
}
