// Network interfaces as the system would tell them, from a table of names and addresses.

import type { Interfaces } from '../../electron/core/interfaces.ts';
import { scopeOf } from '../../shared/network-model.ts';

/** @param table `{ eth0: ['10.0.0.2/24'] }` */
export function machine(table: Readonly<Record<string, readonly string[]>>): Interfaces {
  return Object.fromEntries(
    Object.entries(table).map(([name, cidrs]) => [
      name,
      cidrs.map((cidr) => {
        const [address = ''] = cidr.split('/');
        const common = { address, cidr, mac: '00:00:00:00:00:00', internal: scopeOf(address) === 'loopback' };
        return address.includes(':')
          ? { ...common, netmask: 'ffff::', family: 'IPv6' as const, scopeid: 0 }
          : { ...common, netmask: '255.255.255.0', family: 'IPv4' as const };
      }),
    ]),
  );
}
