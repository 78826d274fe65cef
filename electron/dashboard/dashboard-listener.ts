// The sockets of the dashboard: one HTTP server on each of its addresses, encrypted wherever other machines can reach it, and
// letting go of them without cutting a call that is about to be answered. Knows nothing of what is asked.

import { createServer, type ServerResponse } from 'node:http';
import { plainAddress } from '../lib/address-block.ts';
import { closeGently, listenOn } from '../lib/listening.ts';
import { createNeighbourPlaces } from '../lib/neighbour-places.ts';
import { createTlsPort, type PortEncryption, type TlsPort } from '../lib/tls-port.ts';
import type { DashboardAnswer } from './dashboard-answer.ts';

export type DashboardListener = {
  readonly host: string;
  readonly port: number;
  /**
   * Takes nothing new and ends event streams at once; calls may end for up to two seconds. Resolves when all is closed.
   */
  readonly release: () => Promise<void>;
};

/** The one address at which a session crosses no network, so that it may go without encryption. */
export const dashboardHost = '127.0.0.1';
/** Whether it stands for every address of this machine. */
export const isEveryAddress = (host: string) => host === '0.0.0.0' || host === '::';

const releaseGraceMs = 2_000;
const headTimeoutMs = 10_000;
/** Browsers hold a few each; whoever opens hundreds is none. */
const connectionsMost = 512;
/** From one machine of a network, so that it cannot take every place. */
const connectionsOfOneMost = 64;

/** @throws Node's own error when the port cannot be had */
export async function openDashboardListener(options: {
  readonly host: string;
  readonly port: number;
  readonly answer: DashboardAnswer;
  readonly encryption: PortEncryption;
  readonly noteFailure: (reason: string) => void;
}): Promise<DashboardListener> {
  const { host, answer, encryption, noteFailure } = options;
  const http = createServer({
    // Limits on how long a request may take to arrive; an answer, such as an event stream, may take as long as it likes.
    headersTimeout: headTimeoutMs,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    maxHeaderSize: 16 * 1024,
    requireHostHeader: true,
    insecureHTTPParser: false,
    shouldUpgradeCallback: () => false,
  });
  // As at the gateway: older Node would drop what comes after 1,000 headers, an `Origin` too.
  http.maxHeadersCount = 0;
  const neighbours = createNeighbourPlaces();
  const answers = new Set<ServerResponse>();
  http.on('request', (request, response) => {
    answers.add(response);
    response.once('close', () => answers.delete(response));
    answer(request, response);
  });
  const isOn = () => host !== dashboardHost && encryption.isOn();
  const door = createTlsPort({
    http,
    encryption: { ...encryption, isOn },
    headTimeoutMs: () => headTimeoutMs,
    admit: (socket) => {
      // Programs of this computer, which all have one address, also where the listener is for every address.
      if (plainAddress(socket.localAddress) === dashboardHost) return true;
      if (neighbours.openFrom(socket) >= connectionsOfOneMost) {
        socket.destroy();
        return false;
      }
      neighbours.take(socket);
      return true;
    },
    noteFailure,
  });
  door.server.maxConnections = connectionsMost;
  const port = await listenOn(door.server, { host, port: options.port });
  // Running out of descriptors ends an accept, not the program.
  door.server.on('error', () => {});
  door.server.once('close', () => http.close());
  let released: Promise<void> | undefined;
  return {
    host,
    port,
    release() {
      released ??= close(door, http, answers);
      return released;
    },
  };
}

function close(
  door: TlsPort,
  http: ReturnType<typeof createServer>,
  answers: ReadonlySet<ServerResponse>,
): Promise<void> {
  for (const response of answers) {
    if (isStream(response)) response.destroy();
    else response.shouldKeepAlive = false;
  }
  door.destroyUnread();
  return closeGently(http, releaseGraceMs, door.server);
}

function isStream(response: ServerResponse): boolean {
  return response.headersSent && String(response.getHeader('content-type')).startsWith('text/event-stream');
}
