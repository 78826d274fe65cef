// The addresses that clients should be given, on this machine and on others, for lines that are pasted into a shell.

import { addressesByPlace, placesForOthers } from '../../../shared/gateway-addresses.ts';
import type { Reachable, Status } from '../../../shared/model.ts';
import type { ContractClient } from '../../control/control-client.ts';

export type GatewayAddresses = {
  /** `http://127.0.0.1:1235`; undefined when nobody can know the port before the server runs. */
  readonly here: string | undefined;
  /** Where other machines reach it, the likeliest first; none while the server does not run. */
  readonly others: readonly Reachable[];
};

export async function gatewayAddresses(client: ContractClient): Promise<GatewayAddresses> {
  const { server } = await client.status.get();
  return { here: await addressHere(server, client), others: placesForOthers(server.reachable) };
}

async function addressHere(server: Status['server'], client: ContractClient): Promise<string | undefined> {
  const [now] = addressesByPlace(server).here;
  if (now !== undefined) return now;
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
