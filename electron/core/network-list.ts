// Every network interface with its addresses, its kind, whether the gateway listens there and under which addresses it is
// reached: what `network.interfaces` answers. Pure; looks at no machine itself.

import { isIPv6 } from 'node:net';
import { type InterfaceAddress, interfaceNameOf, lanWord, type NetworkInterface } from '../../shared/network-model.ts';
import type { TlsMode } from '../../shared/tls-model.ts';
import { bareHost } from '../lib/bare-host.ts';
import { type Interfaces, interfaceKind, type PresentAddress, presentAddresses, resolveHosts } from './interfaces.ts';

export type ListeningAt = { readonly host: string; readonly port: number };

export type NetworkFacts = {
  readonly interfaces: Interfaces;
  /** As the settings have them. */
  readonly hosts: readonly string[];
  readonly listening: readonly ListeningAt[];
  /** How the gateway takes connections from other machines, and for which addresses its certificate is. */
  readonly encrypted: { readonly mode: TlsMode; readonly names: readonly string[] };
  readonly platform: NodeJS.Platform;
};

/** Interfaces that are there, as the system lists them, then those that the settings name and that are away. */
export function listInterfaces(facts: NetworkFacts): NetworkInterface[] {
  const present = presentAddresses(facts.interfaces);
  const names = [...new Set(present.map((one) => one.interface))];
  const { away } = resolveHosts(facts.hosts, facts.interfaces);
  return [
    ...names.map((name) => {
      const ofThis = present.filter((one) => one.interface === name);
      return viewOf(name, ofThis, facts);
    }),
    ...away.map((name) => ({
      name,
      kind: interfaceKind(name, facts.platform),
      present: false,
      wanted: true,
      bound: false,
      addresses: [],
    })),
  ];
}

function viewOf(name: string, present: readonly PresentAddress[], facts: NetworkFacts): NetworkInterface {
  const addresses = present.map(
    (one): InterfaceAddress => ({
      address: one.address,
      scope: one.scope,
      urls: [...urlsAt(one, facts)],
    }),
  );
  return {
    name,
    kind: present.every(({ scope }) => scope === 'loopback') ? 'loopback' : interfaceKind(name, facts.platform),
    present: true,
    wanted: present.some((one) => isWanted(one, facts.hosts)),
    bound: addresses.some(({ urls }) => urls.length > 0),
    addresses,
  };
}

function isWanted({ interface: name, address, scope, family }: PresentAddress, hosts: readonly string[]): boolean {
  return hosts.some((host) => {
    if (host === lanWord) return scope === 'private';
    const plain = bareHost(host);
    return interfaceNameOf(host) === name || plain === address || isEverywhere(plain, family);
  });
}

/** Base addresses without `/v1`, the better one first; none while the gateway does not listen there. */
export function urlsAt(
  { address, family }: Pick<PresentAddress, 'address' | 'family'>,
  { listening, encrypted }: Pick<NetworkFacts, 'listening' | 'encrypted'>,
): readonly string[] {
  const at = listening.find(({ host }) => bareHost(host) === address || isEverywhere(bareHost(host), family));
  if (!at) return [];
  const host = isIPv6(address) ? `[${address}]` : address;
  return schemesAt(address, encrypted).map((scheme) => `${scheme}://${host}:${at.port}`);
}

// An address that the certificate is not for would only make clients complain, unless there is no other way.
function schemesAt(address: string, { mode, names }: NetworkFacts['encrypted']): readonly ('http' | 'https')[] {
  if (mode === 'only') return ['https'];
  return mode === 'both' && names.includes(address) ? ['https', 'http'] : ['http'];
}

function isEverywhere(host: string, family: PresentAddress['family']): boolean {
  return host === '::' || (host === '0.0.0.0' && family === 'IPv4');
}
