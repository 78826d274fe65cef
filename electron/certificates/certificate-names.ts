// For which names and addresses the server needs a certificate, and for which our own authority may vouch: this machine's
// names and private addresses, nothing else. Pure; looks at no network itself.

import { isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { addressBytes, isInBlock, myNetworkBlocks, type NetworkBlock, readNetwork } from '../../shared/networks.ts';
import { bareHost } from '../lib/bare-host.ts';

/** Lower case and without doubles; addresses without brackets. */
export type CertificateNames = { readonly names: readonly string[]; readonly addresses: readonly string[] };

export type Machine = {
  readonly hostname: string;
  /** Further host names of the server, as the setting `server.allowedHosts` has them. */
  readonly allowedHosts: readonly string[];
  /** Where it listens; `0.0.0.0` and `::` stand for what the interfaces have. */
  readonly listening: readonly string[];
  readonly interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>;
};

/** Addresses that our authority may vouch for: those that mean another machine on another network. */
export const ownBlocks = ['127.0.0.0/8', '::1/128', '100.64.0.0/10', ...myNetworkBlocks] as const;

export function wantedNames(machine: Machine): CertificateNames {
  const { listening, interfaces, allowedHosts } = machine;
  const hostname = machine.hostname.toLowerCase().replace(/\.$/, '');
  const [first = ''] = hostname.split('.');
  const hosts = [...listening, ...allowedHosts].map((host) => bareHost(host).toLowerCase());
  const present = Object.values(interfaces).flatMap((infos) => infos ?? []);
  const addresses = hosts.flatMap((host) => {
    if (host === '::') return present.map(({ address }) => address);
    if (host === '0.0.0.0') return present.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
    return isIP(host) ? [host] : [];
  });
  return {
    names: unique(['localhost', hostname, first, `${first}.local`, ...hosts].filter(isName)),
    // An address that is only good together with the name of an interface stands in no URL.
    addresses: unique(['127.0.0.1', '::1', ...addresses].map(shortAddress)).filter((one) => !/^fe[89ab]/.test(one)),
  };
}

const blocks = ownBlocks.flatMap((text) => {
  const read = readNetwork(text);
  return read.ok && typeof read.network === 'object' ? [read.network satisfies NetworkBlock] : [];
});

export function mayVouchFor(address: string): boolean {
  const bytes = addressBytes(address);
  return bytes !== undefined && blocks.some((block) => isInBlock(bytes, block));
}

// As DNS has them; what else stands in the setting, such as an underscore, belongs into no certificate.
function isName(text: string): boolean {
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
  return text.length <= 253 && isIP(text) === 0 && new RegExp(`^${label}(?:\\.${label})*$`).test(text);
}

/** An address in its usual short form, which is the one of a URL's host; without the name of an interface. */
export function shortAddress(address: string): string {
  const bare = address.toLowerCase().replace(/%.*$/, '');
  return isIP(bare) === 6 ? bareHost(new URL(`http://[${bare}]`).hostname) : bare;
}

function unique(list: readonly string[]): readonly string[] {
  return [...new Set(list)];
}
