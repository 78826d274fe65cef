// The socket of the dashboard: one HTTP server on the loopback address, and letting go of it without cutting a call that
// is about to be answered. Knows nothing of what is asked.

import { createServer, type Server, type ServerResponse } from 'node:http';
import { closeGently, listenOn } from '../lib/listening.ts';
import type { DashboardAnswer } from './dashboard-answer.ts';

export type DashboardListener = {
  readonly port: number;
  /**
   * Takes nothing new and ends event streams at once; calls may end for up to two seconds. Resolves when all is closed.
   */
  readonly release: () => Promise<void>;
};

/** Loopback only: there is no TLS, and a session must not cross a network in the clear. */
export const dashboardHost = '127.0.0.1';
const releaseGraceMs = 2_000;

/** @throws Node's own error when the port cannot be had */
export async function openDashboardListener(wantedPort: number, answer: DashboardAnswer): Promise<DashboardListener> {
  const server = createServer({
    // Limits on how long a request may take to arrive; an answer, such as an event stream, may take as long as it likes.
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    maxHeaderSize: 16 * 1024,
    requireHostHeader: true,
    insecureHTTPParser: false,
    shouldUpgradeCallback: () => false,
  });
  const answers = new Set<ServerResponse>();
  server.on('request', (request, response) => {
    answers.add(response);
    response.once('close', () => answers.delete(response));
    answer(request, response);
  });
  const port = await listenOn(server, { host: dashboardHost, port: wantedPort });
  // Running out of descriptors ends an accept, not the program.
  server.on('error', () => {});
  let released: Promise<void> | undefined;
  return {
    port,
    release() {
      released ??= close(server, answers);
      return released;
    },
  };
}

function close(server: Server, answers: ReadonlySet<ServerResponse>): Promise<void> {
  for (const response of answers) {
    if (isStream(response)) response.destroy();
    else response.shouldKeepAlive = false;
  }
  return closeGently(server, releaseGraceMs);
}

function isStream(response: ServerResponse): boolean {
  return response.headersSent && String(response.getHeader('content-type')).startsWith('text/event-stream');
}
