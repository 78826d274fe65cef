// At which addresses the gateway can be reached, and at which it could be: this computer first, then each address of each
// network interface. Looks at the machine, changes nothing.

import { isIP, isIPv6 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { Reachable } from '../../shared/model.ts';
import { bareHost } from '../lib/bare-host.ts';
import { isLoopbackHost } from './access-sentence.ts';

type Listening = { readonly host: string; readonly port: number };
type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

const anyIPv4 = '0.0.0.0';
const anyIPv6 = '::';

/** @param listening where the gateway listens now; empty while it is stopped */
export function reachableAt(
  listening: readonly Listening[],
  interfaces: Interfaces = networkInterfaces(),
): readonly Reachable[] {
  const plain = listening.map(({ host, port }) => ({ host: bareHost(host), port }));
  const here = plain.find(({ host }) => isLoopbackHost(host) || host === anyIPv4 || host === anyIPv6);
  const computer: Reachable = {
    interface: 'lo',
    address: 'localhost',
    url: here ? `http://localhost:${here.port}` : null,
  };
  return [computer, ...Object.entries(interfaces).flatMap(([name, infos]) => addressesOf(name, infos ?? [], plain))];
}

function addressesOf(
  name: string,
  infos: readonly NetworkInterfaceInfo[],
  listening: readonly Listening[],
): Reachable[] {
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

// An address that is only good together with the name of an interface cannot be typed into a client.
function isLinkLocal(address: string, family: string): boolean {
  return family === 'IPv6' && /^fe[89ab]/i.test(address);
}
