// At which addresses the gateway can be reached, and at which it could be: this computer first, then each address of each
// network interface. Looks at the machine, changes nothing.

import { isIP, isIPv6 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { Reachable } from '../../shared/model.ts';
import type { TlsMode } from '../../shared/tls-model.ts';
import { bareHost } from '../lib/bare-host.ts';
import { isLoopbackHost } from './access-sentence.ts';

type Listening = { readonly host: string; readonly port: number };
type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

const anyIPv4 = '0.0.0.0';
const anyIPv6 = '::';

/** How the gateway takes connections from other machines, and for which addresses its certificate is. */
type Encrypted = { readonly mode: TlsMode; readonly names: readonly string[] };

const notEncrypted: Encrypted = { mode: 'off', names: [] };

/** @param listening where the gateway listens now; empty while it is stopped */
export function reachableAt(
  listening: readonly Listening[],
  encrypted: Encrypted = notEncrypted,
  interfaces: Interfaces = networkInterfaces(),
): readonly Reachable[] {
  const plain = listening.map(({ host, port }) => ({ host: bareHost(host), port }));
  const here = plain.find(({ host }) => isLoopbackHost(host) || host === anyIPv4 || host === anyIPv6);
  const computer: Reachable = {
    interface: 'lo',
    address: 'localhost',
    // Programs on this computer need no certificate to trust.
    url: here ? `http://localhost:${here.port}` : null,
    plainUrl: null,
  };
  const others = Object.entries(interfaces).flatMap(([name, infos]) => addressesOf(name, infos ?? [], plain));
  return [computer, ...others.map((one) => ({ ...one, ...urlsOf(one, encrypted) }))];
}

function addressesOf(
  name: string,
  infos: readonly NetworkInterfaceInfo[],
  listening: readonly Listening[],
): Omit<Reachable, 'plainUrl'>[] {
  return infos
    .filter(({ internal, address, family }) => !internal && isIP(address) && !isLinkLocal(address, family))
    .map(({ address, family }) => {
      const at = listening.find(
        ({ host }) => host === address || host === anyIPv6 || (host === anyIPv4 && family === 'IPv4'),
      );
      return {
        interface: name,
        address,
        url: at ? `http://${isIPv6(address) ? `[${address}]` : address}:${at.port}` : null,
      };
    });
}

function urlsOf(
  { url, address }: Omit<Reachable, 'plainUrl'>,
  { mode, names }: Encrypted,
): Pick<Reachable, 'url' | 'plainUrl'> {
  const encrypts = mode === 'only' || (mode === 'both' && names.includes(address));
  if (url === null || !encrypts) return { url, plainUrl: null };
  return { url: url.replace('http:', 'https:'), plainUrl: mode === 'both' ? url : null };
}

// An address that is only good together with the name of an interface cannot be typed into a client.
function isLinkLocal(address: string, family: string): boolean {
  return family === 'IPv6' && /^fe[89ab]/i.test(address);
}
