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

/**
 * What in the head says that another program passed this request on: a name of the lists above, of a family with a star
 * (`cf-*`), so that no sender chooses what is kept and shown. Undefined when nothing does.
 */
export function forwardingSign(req: IncomingMessage): string | undefined {
  for (const name in req.headers) {
    const prefix = forwardingPrefixes.find((one) => name.startsWith(one));
    if (prefix !== undefined && !forwardingHeaders.includes(name)) return `${prefix}*`;
  }
  return forwardingHeaders.find((name) => req.headers[name] !== undefined);
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
  return req.httpVersion === '1.1' && isLoopbackName(hostName) && forwardingSign(req) === undefined;
}

/**
 * Whether this is a program on this machine speaking for itself, with no browser page behind it.
 * @param fromHere as `isFromThisComputer` has it
 */
export function isTrulyLocal(req: IncomingMessage, fromHere: boolean): boolean {
  return fromHere && speaksForItself(req);
}

/** Whether nothing in the head says that a browser's page is behind it. */
export function speaksForItself({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin === undefined && (site === undefined || site === 'none');
}

/** `localhost` and loopback literals, as they stand in a Host header. */
export function isLoopbackName(hostName: string): boolean {
  if (hostName === 'localhost') return true;
  return hostName === '[::1]' || (/^\d+\.\d+\.\d+\.\d+$/.test(hostName) && isLoopback(hostName));
}
