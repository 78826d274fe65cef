// Stage 7: sends the request to the upstream and streams the answer back as it comes, through the proxy library. The only
// stage that touches the response. A generation is never replayed; the one exception is an upstream that refused the
// connection before it took a byte while another serves the same model (architecture §4, rules 5–10).

import type { ClientRequest, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { createProxyServer, type ProxyServer } from 'http-proxy';
import { type ErrorCode, KeyhatchError } from '../../shared/errors.ts';
import type { Outcome } from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import { type Authorized, endedError, ownerOf } from './exchange.ts';
import { clientHeaders, upstreamHeaders } from './forward-headers.ts';
import type { GatewayUpstream, ResponseOwners } from './ports.ts';
import { inBandError } from './reply.ts';
import { openTally, type Tallied, type Tally } from './tally/tally.ts';
import type { UpstreamAgents } from './upstream-agent.ts';
import { answerFailure, brokenOff, connectFailure, isRefusedConnection, outcomeOf } from './upstream-failure.ts';

export type ForwardPorts = {
  readonly settings: () => Settings;
  readonly instanceId: string;
  readonly responses: ResponseOwners;
  readonly agents: UpstreamAgents;
  readonly clock: Clock;
  /** Told when an upstream could not be connected to, so that its health is looked at now. */
  readonly upstreamFailed: (upstreamId: string, reason: string) => void;
};

/** How an answer that had begun came to its end. */
export type Forwarded = {
  readonly upstreamId: string;
  readonly status: number;
  readonly outcome: Outcome;
  readonly errorCode: ErrorCode | null;
  readonly firstByteAt: number | null;
  readonly bytesOut: number;
  readonly tallied: Tallied | undefined;
};

export type Forward = (exchange: Authorized) => Promise<Forwarded>;

/** One attempt at one upstream: what the proxy library's events, which know only the request, must find again. */
type Attempt = {
  readonly exchange: Authorized;
  readonly upstream: GatewayUpstream;
  readonly settle: (end: Forwarded | KeyhatchError) => void;
  /** Settles with a fault of our own. */
  readonly fail: (error: unknown) => void;
  request: ClientRequest | undefined;
  response: IncomingMessage | undefined;
  tally: Tally | undefined;
  firstByteAt: number | null;
  bytesOut: number;
  /** Why we ended it ourselves. */
  endedBy: KeyhatchError | undefined;
  timer: NodeJS.Timeout | undefined;
};

/** How long a connection may take to open; loopback takes none. */
const connectTimeoutMs = 5_000;

export function createForward(ports: ForwardPorts): Forward {
  // No constructor options: the library lets them override those of a single call.
  const proxy = createProxyServer();
  const attempts = new WeakMap<IncomingMessage, Attempt>();
  listen(proxy, attempts, ports);

  function attempt(exchange: Authorized, upstream: GatewayUpstream): Promise<Forwarded> {
    return new Promise((resolve, reject) => {
      const { req, res } = exchange;
      const state: Attempt = {
        exchange,
        upstream,
        settle(end) {
          clearTimeout(state.timer);
          exchange.ended.removeEventListener('abort', onEnded);
          res.off('close', onClose);
          if (end instanceof KeyhatchError) reject(end);
          else resolve(end);
        },
        fail: reject,
        request: undefined,
        response: undefined,
        tally: undefined,
        firstByteAt: null,
        bytesOut: 0,
        endedBy: undefined,
        timer: undefined,
      };
      const onClose = () => state.settle(endOf(state));
      const onEnded = () => end(state, endedError(exchange));
      attempts.set(req, state);
      res.on('close', onClose);
      if (res.destroyed) return onClose();
      if (exchange.ended.aborted) return onEnded();
      exchange.ended.addEventListener('abort', onEnded);
      send(proxy, state, ports);
    });
  }

  return async (exchange) => {
    const [first, ...others] = exchange.candidates;
    let upstream = first;
    for (;;) {
      try {
        return await attempt(exchange, upstream);
      } catch (error) {
        const next = others.shift();
        if (!next || !isRefusedConnection(error)) throw error;
        upstream = next;
      }
    }
  };
}

function send(proxy: ProxyServer, state: Attempt, ports: ForwardPorts): void {
  const { exchange, upstream } = state;
  const { req, res, body } = exchange;
  const { url } = upstream;
  // The library copies the request's own headers, so they are replaced before it sees them: a header taken out later
  // would already have gone when the client said `Expect: 100-continue`.
  req.headers = upstreamHeaders(exchange, upstream, ports.instanceId);
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const prefix = url.pathname.replace(/\/$/, '');
  const search = exchange.query.size > 0 ? `?${exchange.query}` : '';
  proxy
    .web(req, res, {
      target: { protocol: url.protocol, hostname, port: url.port, pathname: prefix + exchange.upstreamPath + search },
      ignorePath: true,
      agent: ports.agents.for(url.protocol),
      buffer: Readable.from(body.sizeBytes > 0 ? [body.bytes()] : []),
      selfHandleResponse: true,
    })
    // Failures arrive as events; the promise tells them a second time.
    .catch(() => {});
}

function listen(proxy: ProxyServer, attempts: WeakMap<IncomingMessage, Attempt>, ports: ForwardPorts): void {
  // Whatever is thrown in here would otherwise be thrown at the event loop, and end the process.
  const withAttempt = (req: unknown, act: (state: Attempt) => void) => {
    const state = attempts.get(req as IncomingMessage);
    try {
      if (state) act(state);
    } catch (error) {
      state?.request?.destroy();
      state?.fail(error);
    }
  };
  proxy.on('proxyReq', (request, req) => withAttempt(req, (state) => onRequest(state, request, ports)));
  proxy.on('proxyRes', (response, req) => withAttempt(req, (state) => onResponse(state, response, ports)));
  proxy.on('error', (error, req) => withAttempt(req, (state) => onError(state, error, ports)));
  proxy.on('econnreset', (error, req) => withAttempt(req, (state) => onError(state, error, ports)));
}

function onRequest(state: Attempt, request: ClientRequest, ports: ForwardPorts): void {
  state.request = request;
  if (state.endedBy) return void request.destroy();
  const firstByteMs = ports.settings()['upstream.firstByteTimeoutMs'];
  const late = () => {
    const details = { upstream: state.upstream.name, seconds: Math.round(firstByteMs / 1000) };
    end(state, new KeyhatchError('upstream_timeout', { details }));
  };
  const waitForAnswer = () => {
    clearTimeout(state.timer);
    state.timer = firstByteMs > 0 ? setTimeout(late, firstByteMs) : undefined;
  };
  if (request.socket?.connecting) {
    state.timer = setTimeout(() => request.destroy(new Error('no connection within 5 s')), connectTimeoutMs);
    request.socket.once('connect', waitForAnswer);
  } else {
    waitForAnswer();
  }
  request.once('finish', state.exchange.body.letGo);
}

function onResponse(state: Attempt, response: IncomingMessage, ports: ForwardPorts): void {
  clearTimeout(state.timer);
  const { exchange, upstream } = state;
  const { res } = exchange;
  const now = ports.clock.now();
  state.response = response;
  state.firstByteAt = now;
  const refusal = answerFailure(response, upstream);
  if (refusal) {
    response.resume();
    state.settle(refusal);
    return;
  }
  const tally = openTallyFor(exchange, upstream, response, ports.responses);
  state.tally = tally;
  response.on('data', (chunk: Buffer) => {
    state.bytesOut += chunk.length;
    tally.chunk(chunk, ports.clock.now());
  });
  response.once('end', () => tally.end());
  // Registered before the library's own listener, which destroys the client's socket at once.
  response.once('error', () => breakOff(state, brokenOff(upstream, 'its connection closed in the middle')));
  res.writeHead(response.statusCode ?? 502, clientHeaders(response.headers));
  res.flushHeaders();
  response.pipe(res);
}

function openTallyFor(
  exchange: Authorized,
  upstream: GatewayUpstream,
  response: IncomingMessage,
  responses: ResponseOwners,
): Tally {
  return openTally({
    dialect: exchange.dialect,
    operation: exchange.operation,
    metered: exchange.route.metered && (response.statusCode ?? 500) < 300,
    contentType: response.headers['content-type'],
    contentEncoding: response.headers['content-encoding'],
    onResponseId: (id) => responses.claim(id, ownerOf(exchange.caller), upstream.id),
  });
}

function onError(state: Attempt, error: Error, ports: ForwardPorts): void {
  const { res } = state.exchange;
  // Once an answer has begun, its own error handler speaks.
  if (state.response || res.headersSent) return;
  if (state.endedBy) state.settle(state.endedBy);
  else if (res.destroyed || res.socket?.destroyed) state.settle(endOf(state));
  else {
    const failure = connectFailure(state.upstream, error);
    if (failure.code === 'upstream_unreachable')
      ports.upstreamFailed(state.upstream.id, String(failure.details['reason']));
    state.settle(failure);
  }
}

/** Ends a running request for a reason of ours. */
function end(state: Attempt, reason: KeyhatchError): void {
  state.endedBy = reason;
  if (state.exchange.res.headersSent) {
    breakOff(state, reason);
  } else {
    state.request?.destroy();
    state.settle(reason);
  }
}

// A cut stream must never look complete: say why in the dialect where a whole event has just ended, then take the
// connection away without the end of the body that would make it look whole.
function breakOff(state: Attempt, reason: KeyhatchError): void {
  const { exchange, tally, response } = state;
  const { res } = exchange;
  if (res.destroyed || res.writableFinished) return;
  state.endedBy ??= reason;
  response?.unpipe(res);
  const contentType = String(res.getHeader('content-type') ?? '');
  const frame = inBandError(reason, exchange.dialect, contentType, exchange.path, exchange.id);
  if (frame !== undefined && tally?.atEventBoundary() && res.getHeader('content-length') === undefined) {
    res.write(frame);
    // Node corks chunked writes until the next tick, and the socket will be gone by then.
    res.socket?.uncork();
  }
  res.destroy();
  state.request?.destroy();
}

function endOf(state: Attempt): Forwarded {
  const { exchange, upstream, tally, endedBy } = state;
  const whole = exchange.res.writableFinished;
  const status = exchange.res.headersSent ? exchange.res.statusCode : 499;
  const errorCode = endedBy?.code ?? (whole ? null : 'client_gone');
  tally?.end();
  return {
    upstreamId: upstream.id,
    status,
    outcome: endedBy ? outcomeOf(endedBy.code) : whole ? (status >= 400 ? 'upstream_error' : 'ok') : 'client_gone',
    errorCode,
    firstByteAt: state.firstByteAt,
    bytesOut: state.bytesOut,
    tallied: tally?.read(),
  };
}
