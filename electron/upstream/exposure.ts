// Checks whether an upstream on this computer can be reached past the gateway: a model server that listens on the LAN
// makes keys pointless. Connects to this machine's own addresses and to nothing else.

import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isLoopbackHost } from './refused-addresses.ts';
import { hostOf, portOf } from './upstream-address.ts';

const connectTimeoutMs = 500;

export type WhereOpen = {
  readonly port: number;
  /** It runs on another machine, which is not asked. */
  readonly elsewhere: boolean;
  /** Addresses of this machine at which its port accepts connections; empty when it is open to this computer alone. */
  readonly openAt: readonly string[];
};

/**
 * Never rejects.
 * @param addresses of this machine, without internal and link-local ones
 */
export async function whereOpen(
  url: URL,
  options: { readonly addresses?: readonly string[] } = {},
): Promise<WhereOpen> {
  const [host, port] = [hostOf(url), portOf(url)];
  const addresses = options.addresses ?? machineAddresses();
  // By an address of this machine's own it was reached just so: it listens beyond loopback.
  if (!isLoopbackHost(host) && !addresses.includes(host)) return { port, elsewhere: true, openAt: [] };
  const open = await Promise.all(addresses.map((address) => acceptsConnection(address, port)));
  return { port, elsewhere: false, openAt: addresses.filter((_address, index) => open[index]) };
}

// Nobody listens on a link-local address alone, and connecting to one takes a zone that differs by system.
function machineAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
    .map(({ address }) => address);
}

function acceptsConnection(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => answer(false), connectTimeoutMs);
    timer.unref();
    const answer = (accepted: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.on('error', () => answer(false));
  });
}
