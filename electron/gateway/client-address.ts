// Where a socket comes from. Trusts only the socket: no header can make a request look more local than it is, and any
// sign of a proxy or a browser page makes it look less so.

import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

/** Whether an address, as a socket reports it, is one of this machine's loopback addresses. */
export function isLoopback(address: string): boolean {
  if (address === '127.0.0.1' || address === '::1') return true;
  return address !== '' && loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

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

const forwardingHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-real-ip',
  'x-original-host',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
];
const forwardingPrefixes = ['cf-', 'ngrok-', 'tailscale-', 'x-forwarded-', 'x-envoy-', 'fly-', 'x-amzn-', 'x-azure-'];

/** Whether anything in the head says that another program passed this request on. */
export function isForwarded(req: IncomingMessage): boolean {
  if (forwardingHeaders.some((name) => req.headers[name] !== undefined)) return true;
  return Object.keys(req.headers).some((name) => forwardingPrefixes.some((prefix) => name.startsWith(prefix)));
}

/**
 * Whether the request began on this machine, be it in a browser's page: both ends of the socket on loopback, the Host a
 * loopback name, nothing forwarded.
 * @param hostName the Host header's name without its port
 */
export function isFromThisComputer(req: IncomingMessage, hostName: string): boolean {
  const { remoteAddress = '', localAddress = '' } = req.socket;
  if (!isLoopback(remoteAddress) || !isLoopback(localAddress)) return false;
  // nginx as it comes forwards in HTTP/1.0, names the upstream as Host and adds no header that would show it.
  return req.httpVersion === '1.1' && isLoopbackName(hostName) && !isForwarded(req);
}

/**
 * Whether this is a program on this machine speaking for itself, with no browser page behind it.
 * @param fromHere as `isFromThisComputer` has it
 */
export function isTrulyLocal(req: IncomingMessage, fromHere: boolean): boolean {
  if (!fromHere || req.headers.origin !== undefined) return false;
  const site = req.headers['sec-fetch-site'];
  return site === undefined || site === 'none';
}

/** `localhost` and loopback literals, as they stand in a Host header. */
export function isLoopbackName(hostName: string): boolean {
  if (hostName === 'localhost') return true;
  return hostName === '[::1]' || (/^\d+\.\d+\.\d+\.\d+$/.test(hostName) && isLoopback(hostName));
}
