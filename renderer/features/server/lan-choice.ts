// Which networks the dialog of the network switch offers, and what is chosen there to begin with. Pure.

import { interfaceNameOf, lanWord, type NetworkInterface } from '../../../shared/network-model.ts';

export type OfferedNetwork = {
  readonly name: string;
  readonly kind: NetworkInterface['kind'];
  /** In private networks: what would be opened. */
  readonly addresses: readonly string[];
  /** Those that stay closed. */
  readonly publicAddresses: readonly string[];
};

/** Interfaces with an address in a private network; those of containers last. */
export function offeredNetworks(interfaces: readonly NetworkInterface[]): readonly OfferedNetwork[] {
  const offered = interfaces.map(({ name, kind, addresses }) => ({
    name,
    kind,
    addresses: addresses.filter(({ scope }) => scope === 'private').map(({ address }) => address),
    publicAddresses: addresses.filter(({ scope }) => scope === 'public').map(({ address }) => address),
  }));
  const rank = ({ kind }: OfferedNetwork) => (kind === 'container' ? 1 : 0);
  return offered.filter(({ addresses }) => addresses.length > 0).sort((a, b) => rank(a) - rank(b));
}

export type LanChoice = { readonly which: 'all' | 'some'; readonly names: readonly string[] };

/** @param hosts as the setting has them now */
export function firstChoice(hosts: readonly string[], offered: readonly OfferedNetwork[]): LanChoice {
  const named = hosts.flatMap((host) => interfaceNameOf(host) ?? []);
  const names = offered.map(({ name }) => name);
  if (named.length > 0 && !hosts.includes(lanWord))
    return { which: 'some', names: names.filter((name) => named.includes(name)) };
  return { which: 'all', names: offered.filter(({ kind }) => kind !== 'container').map(({ name }) => name) };
}
