// Checks whether an upstream on this computer can be reached past the gateway: a model server that listens on the LAN
// makes keys pointless. Connects to this machine's own addresses and to nothing else.

import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isLoopbackHost } from './refused-addresses.ts';
import { hostOf, portOf } from './upstream-address.ts';

const connectTimeoutMs = 500;

/**
 * The addresses of this machine at which the upstream's port accepts connections. Empty for an upstream elsewhere, and
 * when it is open to this computer only. Never rejects.
 * @param addresses of this machine, without internal and link-local ones
 */
export async function isOpenOnLan(
  url: URL,
  options: { readonly addresses?: readonly string[] } = {},
): Promise<string[]> {
  if (!isLoopbackHost(hostOf(url))) return [];
  const addresses = options.addresses ?? machineAddresses();
  const open = await Promise.all(addresses.map((address) => acceptsConnection(address, portOf(url))));
  return addresses.filter((_address, index) => open[index]);
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
