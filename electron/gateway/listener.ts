// The sockets the gateway listens on: one port an address, for HTTP and HTTPS, all with the same handler. Moves to other addresses
// without cutting a running stream, and goes back to the old ones when the new ones cannot be had.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6, type Server as PortServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { TlsMode } from '../../shared/tls-model.ts';
import { bareHost } from '../lib/bare-host.ts';
import { listenOn } from '../lib/listening.ts';
import { whyNotListening } from '../lib/port-trouble.ts';
import { createTlsPort, type PortEncryption } from '../lib/tls-port.ts';
import { type Bag, createBag } from './bag.ts';
import { isLoopback } from './client-address.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import type { Received } from './exchange.ts';
import { refuse } from './reply.ts';
import { dialectOfPath } from './route.ts';
import { isUploading } from './upload.ts';

export type ListenAddress = { readonly host: string; readonly port: number };
export type Handler = (
  req: IncomingMessage,
  res: ServerResponse,
  expectsContinue: boolean,
  onCut?: Received['onCut'],
) => Promise<void>;

/** What takes a connection over that asks for another protocol. */
export type Upgrades = {
  readonly offered: (req: IncomingMessage) => boolean;
  readonly take: (req: IncomingMessage, connection: Duplex, head: Buffer, accepting: () => boolean) => void;
};

export type Listener = {
  /** Listens on these addresses instead of the present ones. On failure the present ones stay, and it throws. */
  readonly moveTo: (hosts: readonly string[], port: number) => Promise<readonly ListenAddress[]>;
  /**
   * Listens on these addresses too and lets go of all others; what stays is not touched.
   * @returns why some could not be had, one error each
   */
  readonly adjustTo: (hosts: readonly string[], port: number) => Promise<readonly unknown[]>;
  readonly addresses: () => readonly ListenAddress[];
  /** Takes no new connections; those with a request running stay until it ends. */
  readonly stopAccepting: () => Promise<void>;
  /** Cuts what is left. */
  readonly destroy: () => void;
};

type Bound = ListenAddress & { readonly serving: Serving };
/** A server that has let go of its address serves what runs, and nothing new on the connections that are left. */
type Serving = {
  released: boolean;
  readonly answers: Bag<ServerResponse>;
  readonly http: Server;
  readonly port: PortServer;
  readonly destroyUnread: () => void;
};

export type ListenerPorts = {
  readonly limits: ConnectionLimits;
  readonly settings: () => Settings;
  readonly upgrades: Upgrades;
  readonly encryption: PortEncryption;
  /** Told why an encrypted connection could not be begun. */
  readonly noteFailure: (reason: string) => void;
  /** How long a request may take to arrive; 10 min unless told. */
  readonly arrivalMs?: number;
};

export function createListener(handler: Handler, ports: ListenerPorts): Listener {
  let bound: readonly Bound[] = [];
  const all = new Set<Serving>();

  async function bindAll(hosts: readonly string[], port: number): Promise<readonly Bound[]> {
    const made: Bound[] = [];
    try {
      // With port 0 the first address picks it and the others follow.
      for (const host of hosts) made.push(await bind(open(), host, made[0]?.port ?? port));
      return made;
    } catch (error) {
      for (const { serving } of made) release(serving);
      throw error;
    }
  }

  async function addOne(host: string, port: number): Promise<void> {
    bound = [...bound, await bind(open(), host, port)];
  }

  function open(): Serving {
    const state = { released: false, answers: createBag<ServerResponse>() };
    const http = createHttpServer(handler, state, ports);
    const { server: port, destroyUnread } = createTlsPort({
      http,
      encryption: ports.encryption,
      headTimeoutMs: () => ports.settings()['network.headTimeoutMs'],
      admit: ports.limits.admit,
      noteFailure: ports.noteFailure,
    });
    ports.limits.watch(http);
    const serving: Serving = Object.assign(state, { http, port, destroyUnread });
    all.add(serving);
    // Running out of descriptors ends an accept, not the server.
    port.on('error', () => {});
    port.once('close', () => {
      all.delete(serving);
      // Nothing is left of it but its clocks.
      http.close();
    });
    return serving;
  }

  function release(serving: Serving): void {
    serving.released = true;
    for (const res of serving.answers.items()) res.shouldKeepAlive = false;
    serving.port.close();
    serving.http.closeIdleConnections();
  }

  function keep(next: readonly Bound[]): readonly ListenAddress[] {
    bound = next;
    return next.map(({ host, port }) => ({ host, port }));
  }

  return {
    async moveTo(hosts, port) {
      const before = bound;
      // The old sockets go first: 0.0.0.0 cannot be had while 127.0.0.1 holds the same port. Streams live on.
      for (const { serving } of before) release(serving);
      try {
        return keep(await bindAll(hosts, port));
      } catch (error) {
        const failure = await whyNotListening(error, hosts, port);
        bound = [];
        // Of the old ones an interface may have taken some away meanwhile: the others are worth having.
        for (const { host } of before) await addOne(host, before[0]?.port ?? 0).catch(() => {});
        throw failure;
      }
    },
    async adjustTo(hosts, port) {
      const [stay, go] = [
        bound.filter(({ host }) => hosts.includes(host)),
        bound.filter((one) => !hosts.includes(one.host)),
      ];
      for (const { serving } of go) release(serving);
      bound = stay;
      const failures: unknown[] = [];
      for (const host of hosts.filter((one) => !stay.some((bound) => bound.host === one))) {
        await addOne(host, bound[0]?.port ?? port).catch(async (error: unknown) => {
          failures.push(await whyNotListening(error, [host], port));
        });
      }
      return failures;
    },
    addresses: () => bound.map(({ host, port }) => ({ host, port })),
    async stopAccepting() {
      for (const { serving } of bound) release(serving);
      bound = [];
    },
    destroy() {
      for (const { http, destroyUnread } of all) {
        destroyUnread();
        http.closeAllConnections();
      }
    },
  };
}

function createHttpServer(
  handler: Handler,
  serving: Pick<Serving, 'released' | 'answers'>,
  ports: ListenerPorts,
): Server {
  const { settings, upgrades, arrivalMs = 600_000 } = ports;
  const headMs = settings()['network.headTimeoutMs'];
  const server = createServer({
    // A head must be whole in time, and a body too; nothing limits how long an answer takes.
    headersTimeout: Math.min(headMs, arrivalMs),
    requestTimeout: arrivalMs,
    connectionsCheckingInterval: Math.min(5_000, arrivalMs),
    // Longer than the pools of common clients keep a connection, so that they and not we close it first.
    keepAliveTimeout: 65_000,
    maxHeaderSize: settings()['network.headMaxBytes'],
    requireHostHeader: true,
    insecureHTTPParser: false,
    // To anything else there is no upgrade: `Upgrade: h2c` stays the plain request it carries, body and all.
    shouldUpgradeCallback: upgrades.offered,
  });
  // Up to Node 24.16 headers beyond 1,000 are dropped without a word: such as say that somebody is in between. Their bytes
  // are limited above.
  server.maxHeadersCount = 0;
  const handle = (expectsContinue: boolean) => (req: IncomingMessage, res: ServerResponse) => {
    if (serving.released) {
      refuse(res, new KeyhatchError('server_stopping'), dialectOfPath(req.url ?? ''), '');
      return;
    }
    const place = serving.answers.add(res);
    res.once('close', () => serving.answers.remove(place));
    // The pipeline catches everything; should it not, one connection goes and not the process.
    handler(req, res, expectsContinue).catch(() => res.destroy());
  };
  server.on('request', handle(false));
  server.on('checkContinue', handle(true));
  server.on('upgrade', (req, connection, head) => upgrades.take(req, connection, head, () => !serving.released));
  const refused = new WeakSet<object>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Into an answer that has begun nothing may be put; and who is gone needs none.
    const answering = serving.answers.items().find((res) => res.socket === socket);
    // Said once of each request that takes long to arrive, and nothing is wrong with an upload of many gigabytes.
    if (answering && error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isUploading(answering.req)) return;
    if (refused.has(socket)) return;
    if (answering || !socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    refused.add(socket);
    socket.end(refusalOfBrokenHead(error.code ?? ''));
    const cut = setTimeout(() => socket.destroy(), afterRefusalMs).unref();
    socket.once('close', () => clearTimeout(cut));
  });
  return server;
}

// What a client still has on its way is taken and thrown away for so long: to close at once would reset the connection, and
// many clients would lose the refusal with it. Encrypted a head comes in pieces, each of them an error of its own.
const afterRefusalMs = 1_000;

// The parser could make no request of it, so there is no dialect and no response object either.
function refusalOfBrokenHead(code: string): string {
  const [status, reason] =
    code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'its head is larger than this server takes']
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'it did not arrive in time']
        : ['400 Bad Request', 'its head cannot be read'];
  const { message } = new KeyhatchError('malformed_request', { details: { reason } });
  const body = JSON.stringify({
    error: { message, type: 'invalid_request_error', param: null, code: 'malformed_request' },
  });
  return `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

async function bind(serving: Serving, host: string, port: number): Promise<Bound> {
  try {
    return { host, port: await listenOn(serving.port, { host, port, ipv6Only: false, backlog: 1024 }), serving };
  } catch (error) {
    serving.port.close();
    throw error;
  }
}

/**
 * A base URL for people: wildcard addresses are shown as the loopback one of their family. Encrypted where it has to be:
 * programs on this computer need no certificate to trust.
 */
export function urlOf({ host, port }: ListenAddress, mode: TlsMode = 'off'): string {
  const plain = bareHost(host);
  const shown = plain === '0.0.0.0' ? '127.0.0.1' : plain === '::' ? 'localhost' : plain;
  const isHere = shown === 'localhost' || isLoopback(shown);
  const scheme = mode === 'only' && !isHere ? 'https' : 'http';
  return `${scheme}://${isIPv6(shown) ? `[${shown}]` : shown}:${port}`;
}
