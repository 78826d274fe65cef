// The local socket on which the running instance answers the command line: challenge first, then calls of the contract.
// Trust comes from reaching the socket and knowing the secret, or an admin key; whoever has both may do everything. It must not
// know what a call does, and must not be reachable over a network.

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Context, Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/node';
import type { Contract } from '../../shared/contract.ts';
import { errorsToWire, toWireError } from '../../shared/error-wire.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { readJsonBody } from '../lib/json-body.ts';
import { closeGently } from '../lib/listening.ts';
import type { Log } from '../lib/log.ts';
import {
  type ControlPlatform,
  controlAddress,
  prepareDirectories,
  removeStale,
  thisPlatform,
  writeControlFile,
} from './control-address.ts';
import { adminHello, hello, sessionHeader } from './control-handshake.ts';
import { type ControlSessions, createControlSessions, sessionIdleMs } from './control-sessions.ts';

/** Whose admin key it is. */
type Admin = { readonly id: string; readonly name: string };

export type ControlServerOptions<CallContext extends Context> = {
  readonly dataDir: string;
  readonly router: Router<Contract, CallContext>;
  /** Tells whether a credential is an admin key that may act now; without it only the profile's secret opens the socket. */
  readonly verifyAdmin?: (credential: string) => Admin | undefined;
  /** Handed to every call. */
  readonly context?: CallContext;
  /** The same for calls that come with an admin key. */
  readonly contextOfAdmin?: (admin: Admin) => CallContext;
  readonly log: Log;
  readonly clock?: Clock;
  readonly machine?: ControlPlatform;
  /** Sets the process's file mask and returns the one before; `process.umask` unless told. */
  readonly umask?: (mask: number) => number;
};

export type ControlServer = {
  /** Path of the socket, or name of the pipe. */
  readonly address: string;
  /** Takes no new calls, lets running ones end for up to `closeGraceMs`, then cuts them and removes the socket. */
  readonly close: () => Promise<void>;
};

const bodyMaxBytes = 4 * 1024 * 1024;
const closeGraceMs = 2000;
/** How soon a connection ends whose admin key has ended. */
const keyCheckMs = 1000;

/**
 * Listens for the command line. The caller holds the profile's lock, so whatever lies at the address is left over.
 * @throws KeyhatchError profile_damaged when the place cannot be made private
 */
export async function startControlServer<CallContext extends Context = Record<never, never>>(
  options: ControlServerOptions<CallContext>,
): Promise<ControlServer> {
  const machine = options.machine ?? thisPlatform();
  const address = controlAddress(options.dataDir, machine);
  await prepareDirectories(options.dataDir, address, machine);
  await removeStale(options.dataDir, address, machine);

  const secret = randomBytes(32).toString('hex');
  const sessions = createControlSessions({ secret, clock: options.clock ?? systemClock });
  const server = createServer({ keepAliveTimeout: sessionIdleMs, headersTimeout: 10_000, requestTimeout: 30_000 });
  server.on('request', createAnswer(options, sessions));
  await listen(server, address, options.umask ?? ((mask) => process.umask(mask)));
  server.on('error', (error) => options.log.error('the control socket failed', { error }));
  try {
    await writeControlFile(options.dataDir, { address, secret });
  } catch (error) {
    await closeGently(server, closeGraceMs);
    throw error;
  }

  let closing: Promise<void> | undefined;
  return {
    address,
    close() {
      closing ??= closeGently(server, closeGraceMs).then(() => removeStale(options.dataDir, address, machine));
      return closing;
    },
  };
}

function createAnswer<CallContext extends Context>(
  options: ControlServerOptions<CallContext>,
  sessions: ControlSessions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { log } = options;
  const handler = new RPCHandler<Context>(options.router, { clientInterceptors: [errorsToWire(log)] });
  const context: Context = options.context ?? {};
  const contexts = new WeakMap<Socket, Context>();

  async function call(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = request.headers[sessionHeader];
    const leave = sessions.enter(request.socket, typeof token === 'string' ? token : undefined);
    if (!leave) throw refused('it did not prove that it may use this profile');
    response.once('close', leave);
    if (request.method !== 'POST' || !request.url?.startsWith('/rpc/')) throw refused('there is no such call');
    const body = await readBody(request);
    const { matched } = await handler.handle(Object.assign(request, { body }), response, {
      prefix: '/rpc',
      context: contexts.get(request.socket) ?? context,
    });
    if (!matched) throw refused('it does not know this call. It may be of another version: restart it');
  }

  async function greet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const admin = adminHello.safeParse(body);
    if (request.method === 'POST' && admin.success) return greetAdmin(request, response, admin.data.adminKey);
    const parsed = hello.safeParse(body);
    if (request.method !== 'POST' || !parsed.success) throw refused('its greeting was not understood');
    contexts.delete(request.socket);
    sendJson(response, 200, sessions.open(request.socket, parsed.data.clientNonce));
  }

  function greetAdmin(request: IncomingMessage, response: ServerResponse, credential: string): void {
    const mayAct = () => options.verifyAdmin?.(credential) !== undefined;
    const admin = options.verifyAdmin?.(credential);
    if (!admin) throw refused('it sent no admin key that may act here now');
    contexts.set(request.socket, options.contextOfAdmin?.(admin) ?? context);
    // What follows changes has been let in long ago: it ends with its key.
    const { socket } = request;
    const timer = setInterval(() => {
      if (!canAct(mayAct)) socket.destroy();
    }, keyCheckMs).unref();
    socket.once('close', () => clearInterval(timer));
    sendJson(response, 200, sessions.openForAdmin(request.socket, mayAct));
  }

  return (request, response) => {
    const answered = request.url === '/hello' ? greet(request, response) : call(request, response);
    answered.catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return response.destroy();
      const wire = toWireError(error, log, { path: [request.url ?? ''] });
      response.setHeader('connection', 'close');
      // The shape of oRPC's own error replies, so that its client reads a refusal like any other error.
      return sendJson(response, wire.status, { json: wire.toJSON() });
    });
  };
}

/** Whoever cannot be looked up any more may not act either. */
function canAct(mayAct: () => boolean): boolean {
  try {
    return mayAct();
  } catch {
    return false;
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const read = await readJsonBody(request, bodyMaxBytes);
  if (read.ok) return read.value;
  throw refused(read.problem === 'too_large' ? 'it sent more than 4 MiB in one call' : 'it did not send JSON');
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function refused(reason: string): KeyhatchError {
  return new KeyhatchError('control_refused', { details: { reason } });
}

function listen(server: Server, address: string, umask: (mask: number) => number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    // The socket file is made inside listen(), before it returns: with this mask it is 0600 from its first moment.
    const before = umask(0o177);
    try {
      server.listen(address);
    } finally {
      umask(before);
    }
  });
}
