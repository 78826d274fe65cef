// Whether a port can be had, by trying it, and which one could be had instead. Leaves nothing listening.

import { createServer } from 'node:net';
import { listenOn } from './listening.ts';
import { findPortHolder } from './port-holder.ts';

/**
 * Tries a port on all of these addresses; one that the gateway itself holds counts as free.
 * @returns who holds it where that can be known, and the next free port above it
 */
export async function checkPort(
  hosts: readonly string[],
  port: number,
  own: readonly { readonly port: number }[],
): Promise<{ port: number; free: boolean; holder: string | null; suggestion: number | null }> {
  const ours = own.some((address) => address.port === port);
  if (ours || (await areFree(hosts, port))) return { port, free: true, holder: null, suggestion: null };
  const [holder, suggestion] = await Promise.all([findPortHolder(port), nextFreePort(hosts, port)]);
  return { port, free: false, holder: holder ?? null, suggestion: suggestion ?? null };
}

/** The first free port above one that is taken, among the next 49. */
export async function nextFreePort(hosts: readonly string[], taken: number): Promise<number | undefined> {
  for (let port = taken + 1; port < Math.min(taken + 50, 65_536); port++) {
    if (await areFree(hosts, port)) return port;
  }
  return undefined;
}

async function areFree(hosts: readonly string[], port: number): Promise<boolean> {
  return (await Promise.all(hosts.map((host) => isFree(host, port)))).every(Boolean);
}

async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await listenOn(probe, { host, port });
  } catch {
    return false;
  }
  await new Promise((resolve) => probe.close(resolve));
  return true;
}
