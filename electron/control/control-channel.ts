// One connection to the running instance, opened and proved before anything is asked on it: whoever listens there must
// show that it knows the profile's secret first. HTTP over that one socket; a lost connection is never reopened,
// because the proof holds for this connection alone.

import { once } from 'node:events';
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KeyhatchError } from '../../shared/errors.ts';
import { readJsonBody } from '../lib/json-body.ts';
import { withDeadline } from '../lib/lifetime.ts';
import type { ControlFile } from './control-address.ts';
import {
  adminAnswer,
  clientProof,
  helloAnswer,
  makeNonce,
  sameProof,
  serverProof,
  sessionHeader,
} from './control-handshake.ts';

export type ControlChannel = {
  /** Sends one request over this connection. Bodies stream both ways; the request's signal cuts the connection. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly close: () => void;
};

/** Where the instance listens, and by what it is entered. */
export type ControlDoor = ControlFile | { readonly address: string; readonly adminKey: string };

const helloDeadlineMs = 5000;

/**
 * Connects and runs the challenge.
 * @throws Node's own error when nobody listens (ENOENT, ECONNREFUSED), KeyhatchError control_refused when whoever
 * listens does not know the secret, or does not answer within 5 s
 */
export async function openControlChannel(control: ControlDoor): Promise<ControlChannel> {
  const socket = connect(control.address);
  try {
    await once(socket, 'connect');
    // From here on errors come out of the request they belong to; without a listener they would end the process.
    socket.on('error', () => {});
    const agent = agentOver(socket);
    const token = await withDeadline(tokenFor(agent, control), helloDeadlineMs).catch((error: unknown) => {
      throw error instanceof KeyhatchError ? error : refused('it does not answer', error);
    });
    return {
      fetch: (request) => send(agent, request, token),
      close: () => socket.destroy(),
    };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

// An agent knows how to reuse a connection; this one has exactly one and never makes another.
function agentOver(socket: Socket): Agent {
  let handedOut = false;
  const createConnection = (_options: unknown, done?: (error: Error | null, stream: Socket) => void): Socket | null => {
    if (handedOut) {
      done?.(new Error('the connection was closed'), socket);
      return null;
    }
    handedOut = true;
    return socket;
  };
  return Object.assign(new Agent({ keepAlive: true, maxSockets: 1 }), { createConnection });
}

/** Returns the token that goes with every call. */
function tokenFor(agent: Agent, control: ControlDoor): Promise<string> {
  return 'secret' in control ? greet(agent, control.secret) : showAdminKey(agent, control.adminKey);
}

async function sayHello(agent: Agent, greeting: object) {
  const outgoing = httpRequest({
    agent,
    method: 'POST',
    path: '/hello',
    headers: { 'content-type': 'application/json' },
  });
  const [incoming] = (await once(outgoing.end(JSON.stringify(greeting)), 'response')) as [IncomingMessage];
  const body = await readJsonBody(incoming, 65_536);
  return { status: incoming.statusCode, body: body.ok ? body.value : undefined };
}

// Whose socket it is was looked at before (control-address.ts): there is no secret by which the other side could prove it.
async function showAdminKey(agent: Agent, adminKey: string): Promise<string> {
  const { status, body } = await sayHello(agent, { adminKey });
  const answer = adminAnswer.safeParse(body);
  if (status === 200 && answer.success) return answer.data.token;
  throw refused('this is not an admin key that may act here now, or its vault is locked');
}

async function greet(agent: Agent, secret: string): Promise<string> {
  const clientNonce = makeNonce();
  const { status, body } = await sayHello(agent, { clientNonce });
  const answer = helloAnswer.safeParse(body);
  if (status !== 200 || !answer.success) throw refused('it does not speak as Keyhatch does');
  const { session, serverNonce, proof } = answer.data;
  if (!sameProof(proof, serverProof(secret, clientNonce, serverNonce))) {
    throw refused('what answers in its place cannot prove that it is the owner of this profile, so nothing was sent');
  }
  return `${session}.${clientProof(secret, clientNonce, serverNonce)}`;
}

function send(agent: Agent, request: Request, token: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      agent,
      method: request.method,
      path: pathname + search,
      headers: { ...Object.fromEntries(request.headers), [sessionHeader]: token },
      signal: request.signal,
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming: IncomingMessage) => resolve(toResponse(incoming)));
    sendBody(request, outgoing).catch(reject);
  });
}

async function sendBody(request: Request, outgoing: ClientRequest): Promise<void> {
  if (request.body) await pipeline(Readable.fromWeb(request.body), outgoing);
  else outgoing.end();
}

function toResponse(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return new Response(Readable.toWeb(incoming), { status: incoming.statusCode ?? 500, headers });
}

function refused(reason: string, cause?: unknown): KeyhatchError {
  return new KeyhatchError('control_refused', { details: { reason }, cause });
}
