// Addresses as they are told and counted: without what a socket puts around them, and by the neighbour that they belong to.

import { isIPv6 } from 'node:net';

/** An address as people know it: `::ffff:192.0.2.1` becomes `192.0.2.1`. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
}

/**
 * What counts as one neighbour when attempts or connections are counted: an IPv4 address, or the /64 of an IPv6 one, all
 * of which a single machine may have.
 * @param address plain, as `plainAddress` gives it
 */
export function addressBlock(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // A last group in dotted form stands for two; it never reaches the first four.
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
