// How many connections may stand open, in all and from one address, and how long somebody may leave an answer unread: a
// reader that has stalled holds a model that others wait for. Looks at sockets alone and knows nothing of requests.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { plainAddress } from '../lib/address-block.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createNeighbourPlaces } from '../lib/neighbour-places.ts';
import { type Bag, createBag } from './bag.ts';
import { isLoopback } from './client-address.ts';

export type ConnectionLimits = {
  /** Counts a connection until it closes; one too many is refused, and the answer is false. */
  readonly admit: (socket: Socket) => boolean;
  /** Looks after what this server sends from now on, over plain sockets and encrypted ones. */
  readonly watch: (server: Server) => void;
  readonly close: () => void;
};

export type ConnectionLimitPorts = {
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** How often sockets are looked at, in milliseconds. */
  readonly everyMs?: number;
};

type Watched = { readonly socket: Socket; sentBytes: number; movedAt: number };

const tellEveryMs = 60_000;

export function createConnectionLimits(ports: ConnectionLimitPorts): ConnectionLimits {
  const { settings, clock, log, everyMs = 1_000 } = ports;
  const read = createBag<Watched>();
  let open = 0;
  const neighbours = createNeighbourPlaces();
  const servers = new Set<Server>();
  let refused = 0;
  let toldAt = Number.NEGATIVE_INFINITY;

  const timer = setInterval(() => {
    for (const server of servers) server.headersTimeout = settings()['network.headTimeoutMs'];
    dropStalled(read, settings()['network.readerStallMs'], clock.monotonic(), log);
    tellRefused();
  }, everyMs).unref();

  // One line a minute: whoever opens thousands of connections must not fill the log as well.
  function tellRefused(): void {
    const now = clock.monotonic();
    if (refused === 0 || now - toldAt < tellEveryMs) return;
    log.warn('connections were refused: too many stand open', { refused, open });
    refused = 0;
    toldAt = now;
  }

  function admit(socket: Socket): boolean {
    const { 'network.maxConnections': most, 'network.maxConnectionsPerAddress': mostOfOne } = settings();
    // Programs on this computer all have the same address; for them only the sum counts.
    if (open >= most || (neighbours.openFrom(socket) >= mostOfOne && !isLoopback(socket.remoteAddress ?? ''))) {
      refused += 1;
      socket.end(tooMany);
      socket.destroySoon();
      return false;
    }
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    neighbours.take(socket);
    return true;
  }

  // The socket that answers are written to: of an encrypted connection the one below knows nothing of what it carries.
  function watchReader(socket: Socket): void {
    const place = read.add({ socket, sentBytes: 0, movedAt: clock.monotonic() });
    socket.once('close', () => read.remove(place));
  }

  return {
    admit,
    watch(server) {
      servers.add(server);
      server.on('connection', watchReader);
      server.once('close', () => servers.delete(server));
    },
    close: () => clearInterval(timer),
  };
}

// What the system has not taken lies in the socket's own buffer; a client that reads on makes that shrink.
function dropStalled(open: Bag<Watched>, stallMs: number, now: number, log: Log): void {
  for (const watched of open.items()) {
    const { socket } = watched;
    const sentBytes = socket.bytesWritten - socket.writableLength;
    if (socket.writableLength === 0 || sentBytes !== watched.sentBytes) {
      watched.sentBytes = sentBytes;
      watched.movedAt = now;
    } else if (now - watched.movedAt >= stallMs) {
      log.warn('a client stopped reading its answer and was let go', { client: plainAddress(socket.remoteAddress) });
      socket.destroy();
    }
  }
}

// Nothing was read yet, so there is no path and with it no dialect.
const tooMany = (() => {
  const { message } = new KeyhatchError('connections_full');
  const body = JSON.stringify({ error: { message, type: 'server_error', param: null, code: 'connections_full' } });
  return `HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\ncontent-type: application/json\r\nx-keyhatch-error: connections_full\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
})();
