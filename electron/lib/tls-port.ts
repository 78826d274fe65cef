// One port for HTTP and HTTPS: looks at the first byte of each connection and hands it to the server of plain requests, or
// through a handshake first. Both then are the same HTTP server, so that no rule can hold for one of them alone.

import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** Certificate, with its chain, and key as PEM. */
export type PortCredentials = { readonly cert: string; readonly key: string };

/** What a port needs to know of encryption. */
export type PortEncryption = {
  /** Whether encrypted connections are taken at all; else every connection is taken for plain HTTP unseen. */
  readonly isOn: () => boolean;
  /** The same object until another certificate is to be shown; undefined while there is none. */
  readonly credentials: () => PortCredentials | undefined;
};

export type TlsPortOptions = {
  /** Answers what came plain and what came encrypted. It does not listen itself. */
  readonly http: HttpServer;
  readonly encryption: PortEncryption;
  /** How long the first byte may take, and then the handshake, in milliseconds. */
  readonly headTimeoutMs: () => number;
  /** False for a connection that was refused. */
  readonly admit: (socket: Socket) => boolean;
  readonly noteFailure: (reason: string) => void;
};

export type TlsPort = {
  /** Listens. Its end is that of all its connections. */
  readonly server: Server;
  /** Cuts what has not become HTTP yet. */
  readonly destroyUnread: () => void;
};

/** Whether what comes over this connection was encrypted on its way to us. */
export function isEncrypted(socket: object): boolean {
  return 'encrypted' in socket && socket.encrypted === true;
}

/** First byte of a TLS record that holds a handshake (RFC 8446, 5.1); no method of HTTP begins with it. */
const handshakeByte = 0x16;

export function createTlsPort(options: TlsPortOptions): TlsPort {
  const { http, encryption, headTimeoutMs } = options;
  const unread = new Set<Socket>();
  /** Sockets under encrypted connections. */
  const below = new Map<string, Socket>();
  let secured: { readonly server: TlsServer; readonly credentials: PortCredentials } | undefined;

  // A new one for another certificate; connections of the one before go on as they are.
  function securedBy(credentials: PortCredentials): TlsServer {
    if (secured?.credentials === credentials) return secured.server;
    const server = createTlsServer({
      ...credentials,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: headTimeoutMs(),
    });
    server.on('secureConnection', (socket) => {
      const plain = below.get(endsOf(socket));
      // Node resets plain sockets alone; a cut answer must not look like one that has ended, encrypted or not.
      if (plain) {
        unread.delete(plain);
        socket.resetAndDestroy = () => {
          plain.resetAndDestroy();
          return socket.destroy();
        };
      }
      http.emit('connection', socket);
    });
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      options.noteFailure(error.code ?? error.message);
      socket.destroy();
    });
    secured = { server, credentials };
    return server;
  }

  function secure(socket: Socket): void {
    const credentials = encryption.credentials();
    if (credentials) {
      const ends = endsOf(socket);
      below.set(ends, socket);
      unread.add(socket);
      socket.once('close', () => {
        below.delete(ends);
        unread.delete(socket);
      });
      // Who leaves in the middle of a handshake has left for good.
      socket.allowHalfOpen = false;
      try {
        securedBy(credentials).emit('connection', socket);
      } catch (error) {
        // Credentials that OpenSSL refuses are no reason to end: one byte from anybody gets here.
        options.noteFailure((error as NodeJS.ErrnoException).code ?? 'the certificate cannot be served with');
        socket.destroy();
      }
      return;
    }
    options.noteFailure('there is no certificate');
    socket.destroy();
  }

  function look(socket: Socket): void {
    unread.add(socket);
    const late = setTimeout(() => socket.destroy(), headTimeoutMs()).unref();
    const forget = () => {
      clearTimeout(late);
      unread.delete(socket);
    };
    socket.once('close', forget);
    // Somebody who leaves before the first byte is no failure.
    socket.on('error', ignore);
    socket.once('data', (first: Buffer) => {
      forget();
      socket.off('close', forget);
      socket.off('error', ignore);
      socket.pause();
      socket.unshift(first);
      if (first[0] === handshakeByte) return secure(socket);
      http.emit('connection', socket);
      // Once the parser listens, and before more is read from the system.
      process.nextTick(() => socket.resume());
    });
  }

  // Half open, as an HTTP server has it: some clients close their side once they have asked.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (!options.admit(socket)) return;
    if (encryption.isOn()) look(socket);
    else http.emit('connection', socket);
  });
  // The HTTP server begins to look after head and idle times with this.
  server.once('listening', () => http.emit('listening'));
  return {
    server,
    destroyUnread() {
      for (const socket of unread) socket.destroy();
    },
  };
}

function ignore(): void {}

/** What tells a connection from every other one that is open. */
function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}

/** Tells failures once a minute at most, with how many there were: each could come from anybody. */
export function createFailureNote({
  clock,
  log,
}: {
  readonly clock: Clock;
  readonly log: Log;
}): (reason: string) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return (reason) => {
    untold += 1;
    if (clock.monotonic() - toldAt < 60_000) return;
    log.warn('encrypted connections could not be begun', { failed: untold, reason });
    untold = 0;
    toldAt = clock.monotonic();
  };
}
