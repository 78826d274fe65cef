// Where a request becomes a Responses WebSocket: the same guard, the same routes and the same credentials as for any
// request, before a single byte of the new protocol is answered. Keeps the open sockets, and ends them with their keys.

import { type IncomingMessage, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { KeyhatchError } from '../../../shared/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { BodyBudget } from '../body-memory.ts';
import { type CapturePort, capturedHeader } from '../capture-tap.ts';
import { keyProtocol } from '../credentials.ts';
import { type Caller, callerIdOf, type Received, type SoFar } from '../exchange.ts';
import type { ForwardedNotes } from '../forwarded-notes.ts';
import { type GuardPorts, guard } from '../guard.ts';
import { type IdentifyPorts, identify } from '../identify.ts';
import { endOfPass } from '../keyless.ts';
import type { Handler, Upgrades } from '../listener.ts';
import { splitPathToken, takePathToken } from '../path-token.ts';
import { permit } from '../permit.ts';
import { refuse } from '../reply.ts';
import { makeRequestId } from '../request-id.ts';
import type { Router } from '../route.ts';
import type { From, InsideHandler } from '../send-inside.ts';
import { openSession, type Session } from './session.ts';
import { turnRequest } from './turn-request.ts';

export type SocketUpgrade = {
  /** Takes over the connection of a request that `offersSocket`. Never throws. */
  readonly upgrade: (...asked: [...Parameters<Upgrades['take']>, from?: From]) => void;
  readonly keyChanged: (keyId: string) => void;
  /** Ends what may not stay; everything, once nothing is listened on. */
  readonly look: () => void;
  readonly destroy: () => void;
};

export type SocketUpgradePorts = IdentifyPorts & {
  readonly instanceId: string;
  readonly forwarded: Pick<ForwardedNotes, 'note'>;
  readonly log: Log;
  readonly budget: BodyBudget;
  readonly route: Router;
  readonly tls: GuardPorts['tls'];
  readonly capture: Pick<CapturePort, 'wants'>;
  readonly handle: InsideHandler;
  readonly meter: (soFar: SoFar, error: KeyhatchError) => void;
};

const paths: ReadonlySet<string> = new Set(['/v1/responses', '/api/v1/responses']);
const mostOfOne = 32;
const mostOfAll = 256;

/** Whether a request asks for a WebSocket where there is one; everything else stays the plain request that it carries. */
export function offersSocket({ method, url = '', headers, httpVersion }: IncomingMessage): boolean {
  // The protocol knows no upgrade in HTTP/1.0, which shows that another program passed a request on.
  if (method !== 'GET' || httpVersion !== '1.1') return false;
  return paths.has(splitPathToken(url).rest.split('?', 1)[0] ?? '') && /^\s*websocket\s*$/i.test(headers.upgrade ?? '');
}

export function createSocketUpgrade(ports: SocketUpgradePorts): SocketUpgrade {
  const { clock, settings } = ports;
  const open = new Map<Session, Caller>();

  function letIn(received: Received): Caller {
    let soFar: SoFar = received;
    try {
      // A Node that asks nobody whether to upgrade (before 24.9) hands over every request that mentions it.
      if (!offersSocket(received.req)) throw new KeyhatchError('websocket_unsupported');
      const guarded = guard(received, ports);
      soFar = guarded;
      const { req } = received;
      const routed = ports.route({ ...guarded, req: turnRequest(req, Buffer.alloc(0), req.socket) });
      const identified = permit(identify(routed, ports), ports);
      soFar = { ...identified, req };
      checkRoom(identified.caller);
      return identified.caller;
    } catch (error) {
      const refusal = error instanceof KeyhatchError ? error : unexpected(error, received.id);
      ports.meter(soFar, refusal);
      throw refusal;
    }
  }

  function checkRoom(caller: Caller): void {
    const ofCaller = [...open.values()].filter((other) => callerIdOf(other) === callerIdOf(caller)).length;
    if (ofCaller < mostOfOne && open.size < mostOfAll) return;
    throw new KeyhatchError('websocket_limited', { details: { limit: mostOfOne } });
  }

  function unexpected(error: unknown, id: string): KeyhatchError {
    ports.log.error('an upgrade failed inside Keyhatch', { request: id, error });
    return new KeyhatchError('internal', { details: { id }, cause: error });
  }

  function barred(caller: Caller): KeyhatchError | undefined {
    if (caller.kind !== 'key') return undefined;
    const key = ports.keys.get(caller.key.id);
    const details = { name: caller.key.name };
    const ended = endOfPass(caller, ports);
    if (ended) return new KeyhatchError(ended);
    if (!key || key.status === 'revoked') return new KeyhatchError('key_revoked', { details });
    const expired = key.status === 'expired' || (key.expiresAt !== null && key.expiresAt <= clock.now());
    return expired ? new KeyhatchError('key_expired', { details }) : undefined;
  }

  const upgrade: SocketUpgrade['upgrade'] = (req, connection, head, accepting, { bySecondPort = false } = {}) => {
    connection.on('error', () => connection.destroy());
    // As a request does, before anything looks at the path; each turn is told of it.
    const pathToken = takePathToken(req);
    const now = clock.now();
    const res = answerOn(req);
    const received: Received = {
      req,
      res,
      id: makeRequestId(now),
      receivedAt: now,
      expectsContinue: false,
      upgrades: true,
      bySecondPort,
      pathToken,
    };
    res.setHeader('x-request-id', received.id);
    let caller: Caller;
    try {
      if (!accepting()) throw new KeyhatchError('server_stopping');
      caller = letIn(received);
    } catch (error) {
      res.setHeader('connection', 'close');
      refuse(res, error as KeyhatchError, 'openai', received.id);
      return;
    }
    res.detachSocket(req.socket);
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // Compression would let a small message become a large one, and costs more than loopback gains.
      perMessageDeflate: false,
      maxPayload: settings()['limits.bodyMaxBytes'],
      maxFragments: 4096,
      autoPong: false,
      // Never the one that carries a key: what is answered here, others may write down.
      handleProtocols: (offered) => [...offered].find((protocol) => !protocol.startsWith(keyProtocol)) ?? false,
    });
    const captured = ports.capture.wants(caller);
    // Where it begins later, the first turn that is kept says so.
    if (captured) server.once('headers', (headers) => headers.push(`${capturedHeader}: 1`));
    server.handleUpgrade(req, connection, head, (socket) => {
      const session = openSession({
        socket,
        upgrade: req,
        requestId: received.id,
        handle: handlerFor(received),
        budget: ports.budget,
        clock,
        accepting,
        captured,
        barred: () => barred(caller),
      });
      open.set(session, caller);
      socket.once('close', () => open.delete(session));
    });
  };

  // By the door that the socket came in by: what a turn's own head says of it is gone.
  function handlerFor({ bySecondPort, pathToken }: Received): Handler {
    const from: From = { ...(bySecondPort ? { bySecondPort } : {}), pathToken };
    return (req, res, expectsContinue, onCut) => ports.handle(req, res, expectsContinue, onCut, from);
  }

  function lookAt(isMeant: (caller: Caller) => boolean): void {
    for (const [session, caller] of [...open]) if (isMeant(caller)) session.look();
  }

  return {
    upgrade,
    keyChanged: (keyId) => lookAt((caller) => caller.kind === 'key' && caller.key.id === keyId),
    look: () => lookAt(() => true),
    destroy() {
      for (const session of open.keys()) session.destroy();
    },
  };
}

/** The server hands over a bare connection; a refusal is still an ordinary answer. */
function answerOn(req: IncomingMessage): ServerResponse {
  const res = new ServerResponse(req);
  res.assignSocket(req.socket);
  // Not only its own half: nobody watches the connection any more, and who left the other one open would keep it for ever.
  res.once('finish', () => req.socket.destroySoon());
  return res;
}
