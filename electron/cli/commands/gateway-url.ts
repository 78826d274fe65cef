// The address that clients of this machine should be given, for lines that are pasted into a shell.

import { placesForOthers } from '../../../shared/gateway-addresses.ts';
import type { ContractClient } from '../../control/control-client.ts';

/** `http://127.0.0.1:1235`; undefined when nobody can know the port before the server runs. */
export async function gatewayUrl(client: ContractClient): Promise<string | undefined> {
  const { server } = await client.status.get();
  if (server.urls[0] !== undefined) return server.urls[0];
  const [hosts, port] = await Promise.all([
    client.settings.get({ name: 'server.hosts' }),
    client.settings.get({ name: 'server.port' }),
  ]);
  if (typeof port.value !== 'number' || port.value === 0) return undefined;
  // What interfaces stand for is known only once it runs; this computer is as a rule among the others.
  const plain = Array.isArray(hosts.value) ? hosts.value.map(String).filter((one) => !/^(?:lan$|if:)/.test(one)) : [];
  const [host] = plain;
  const everywhere = host === undefined || host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `http://${name}:${port.value}`;
}

/** The address for clients on other machines, encrypted where it can be; undefined where none of them reaches it. */
export async function gatewayUrlForOthers(client: ContractClient): Promise<string | undefined> {
  const { server } = await client.status.get();
  return placesForOthers(server.reachable)[0]?.url ?? undefined;
}
