// Which numeric addresses and names can never be an upstream, whoever confirms it: link-local and cloud metadata
//. Knows addresses only; must not resolve names or open connections.

import { BlockList, isIPv4, isIPv6 } from 'node:net';

const metadataNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

/**
 * Why this host can never be an upstream, as the end of a sentence; undefined when it may be one.
 * @param host a name, or an address without brackets as URL parsing spells it
 */
export function whyRefused(host: string): string | undefined {
  if (metadataNames.has(host)) return `${host} is a cloud metadata service`;
  return addressesIn(host)
    .map(whyAddressRefused)
    .find((reason) => reason !== undefined);
}

/** 127.0.0.0/8, ::1 and the name localhost. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost') return true;
  if (isIPv4(host)) return host.startsWith('127.');
  return host === '::1';
}

/** The IPv4 address in `::ffff:a.b.c.d`; any other host as it came. */
export function withoutMapping(host: string): string {
  if (!isIPv6(host)) return host;
  const groups = ipv6Groups(host);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return mapped ? ipv4Of(groups[6], groups[7]) : host;
}

// Translators on the way (NAT64, 6to4) and the old IPv4-compatible form reach the IPv4 address that is written inside.
function addressesIn(host: string): readonly string[] {
  if (!isIPv6(host)) return isIPv4(host) ? [host] : [];
  const groups = ipv6Groups(host);
  const inner: string[] = [host, withoutMapping(host)];
  if (groups[0] === 0x64 && groups[1] === 0xff9b) inner.push(ipv4Of(groups[6], groups[7]));
  if (groups[0] === 0x2002) inner.push(ipv4Of(groups[1], groups[2]));
  if (groups.slice(0, 6).every((group) => group === 0)) inner.push(ipv4Of(groups[6], groups[7]));
  return inner;
}

function whyAddressRefused(address: string): string | undefined {
  if (address === '0.0.0.0' || address === '::') {
    return `${address} is an address to listen on, not one to connect to; use 127.0.0.1`;
  }
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (metadataAddresses().check(address, family)) return `${address} is a cloud metadata service`;
  if (linkLocal().check(address, family)) return `${address} is a link-local address`;
  return undefined;
}

function metadataAddresses(): BlockList {
  const list = new BlockList();
  list.addAddress('169.254.169.254');
  list.addAddress('100.100.100.200');
  list.addAddress('fd00:ec2::254', 'ipv6');
  return list;
}

function linkLocal(): BlockList {
  const list = new BlockList();
  list.addSubnet('169.254.0.0', 16);
  list.addSubnet('fe80::', 10, 'ipv6');
  return list;
}

function ipv6Groups(address: string): readonly number[] {
  const plain = address.replace(/%.*$/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) => {
    const pair = (high: string, low: string) => (Number(high) * 256 + Number(low)).toString(16);
    return `${pair(a, b)}:${pair(c, d)}`;
  });
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...new Array<string>(gap).fill('0'), ...after].map((group) => Number.parseInt(group, 16));
}

function ipv4Of(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
