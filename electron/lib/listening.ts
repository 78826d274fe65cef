// How a server gets its port, and how it lets go of it. Knows nothing of what is served; port-trouble.ts has the words for
// a port that cannot be had.

import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, ListenOptions, Server } from 'node:net';
import { bareHost } from './bare-host.ts';

/**
 * @returns the port, which differs from the one asked for where that is 0
 * @throws Node's own error; see `whyNotListening` of port-trouble.ts
 */
export function listenOn(
  server: Server,
  { host, ...options }: ListenOptions & { readonly host: string; readonly port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...options, host: bareHost(host) }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * Takes nothing new; what runs may end for `graceMs`, and is cut then. Resolves when all is closed.
 * @param listening what has the port, where that is not the HTTP server itself
 */
export function closeGently(http: HttpServer, graceMs: number, listening: Server = http): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => http.closeAllConnections(), graceMs);
    listening.close(() => {
      clearTimeout(late);
      resolve();
    });
    http.closeIdleConnections();
  });
}
