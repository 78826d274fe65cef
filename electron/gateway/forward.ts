// Stage 8: sends the request to the upstream and streams the answer back as it comes, through the proxy library. The only
// stage that touches the response. A generation is never replayed; the one exception is an upstream that refused the
// connection before it took a byte while another serves the same model (ARCHITECTURE.md, rules 5 to 8).

import type { ClientRequest, IncomingMessage } from 'node:http';
import { createProxyServer, type ProxyServer } from 'http-proxy';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { bareHost } from '../lib/bare-host.ts';
import type { Clock } from '../lib/clock.ts';
import { type AnswerCopies, createAnswerCopies } from './answer-copy.ts';
import { type Attempt, breakOff, endAttempt, endOf, type Forwarded, hold, release, tallyFacts } from './attempt.ts';
import { watchErrorBody } from './error-text.ts';
import { type Authorized, endedError, ownerOf, type Reserved } from './exchange.ts';
import { clientHeaders, upstreamHeaders } from './forward-headers.ts';
import type { GatewayUpstream, ResponseOwners } from './ports.ts';
import type { RunningRequests } from './running.ts';
import { bodyBytesUp, bodySource, sendBody } from './send-body.ts';
import { watchStreamEnd } from './stream-end.ts';
import { openTally, type Tally } from './tally/tally.ts';
import { createTurnEnd } from './turn-end.ts';
import type { UpstreamAgents } from './upstream-agent.ts';
import { answerFailure, brokenOff, connectFailure, isRefusedConnection } from './upstream-failure.ts';
import { createUsageAsking, type UsageAsking } from './usage-asking.ts';
import { createUsageStrip } from './usage-strip.ts';

export type ForwardPorts = {
  readonly settings: () => Settings;
  readonly instanceId: string;
  readonly responses: ResponseOwners;
  readonly agents: UpstreamAgents;
  readonly running: RunningRequests;
  readonly clock: Clock;
  /** Told when an upstream could not be connected to, so that its health is looked at now. */
  readonly upstreamFailed: (upstreamId: string, reason: string) => void;
};

type SendPorts = ForwardPorts & { readonly turns: Turns; readonly asking: UsageAsking; readonly copies: AnswerCopies };

/** What is put off to the end of a turn of the event loop. */
type Turns = { readonly send: (state: Attempt) => void; readonly release: (state: Attempt) => void };

export type Forward = (exchange: Reserved) => Promise<Forwarded>;

// On the request itself and not in a WeakMap: an entry there that leads back to its key outlives every minor collection,
// and with it all that a request ever held (measured: 12 ms of pause three times a second under load).
const attemptOf = Symbol('attempt');
type ProxiedRequest = IncomingMessage & { [attemptOf]?: Attempt };

/** How long a connection may take to open; loopback takes none. */
const connectTimeoutMs = 5_000;

export function createForward(ports: ForwardPorts): Forward {
  // No constructor options: the library lets them override those of a single call.
  const proxy = createProxyServer();
  const isAlone = () => ports.running.count() <= 1;
  const turns: Turns = {
    send: createTurnEnd((state) => guarded(state, (one) => sendBody(one, ports.clock)), isAlone),
    release: createTurnEnd((state) => guarded(state, release), isAlone),
  };
  const sendPorts: SendPorts = { ...ports, turns, asking: createUsageAsking(), copies: createAnswerCopies() };
  listen(proxy, sendPorts);

  function attempt(exchange: Authorized, upstream: GatewayUpstream): Promise<Forwarded> {
    return new Promise((resolve, reject) => {
      const { req, res } = exchange;
      const splice = sendPorts.asking.spliceFor(exchange, upstream);
      const state: Attempt = {
        exchange,
        upstream,
        settle(end) {
          clearTimeout(state.timer);
          exchange.ending.tell(undefined);
          res.off('close', onClose);
          if (end instanceof KeyhatchError) {
            state.copy?.letGo();
            reject(end);
          } else {
            resolve(end);
          }
        },
        fail(error) {
          state.copy?.letGo();
          reject(error);
        },
        request: undefined,
        response: undefined,
        tally: undefined,
        copy: sendPorts.copies.open(exchange, upstream),
        splice,
        splices: [...exchange.edits, ...(splice ? [splice] : [])].sort((a, b) => a.from - b.from),
        strip: undefined,
        errorHead: undefined,
        forwardedAt: null,
        firstByteAt: null,
        bytesOut: 0,
        endedBy: undefined,
        held: false,
        whole: false,
        timer: undefined,
      };
      const onClose = () => state.settle(endOf(state));
      const onEnded = () => endAttempt(state, endedError(exchange));
      (req as ProxiedRequest)[attemptOf] = state;
      res.on('close', onClose);
      if (res.destroyed) return onClose();
      if (exchange.ending.reason()) return onEnded();
      exchange.ending.tell(onEnded);
      exchange.progress.upstreamName = upstream.name;
      exchange.progress.forwardedAt = ports.clock.now();
      send(proxy, state, sendPorts);
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
        await exchange.place?.moveTo(next);
        upstream = next;
      }
    }
  };
}

function send(proxy: ProxyServer, state: Attempt, ports: SendPorts): void {
  const { exchange, upstream } = state;
  const { req, res } = exchange;
  const { url } = upstream;
  // The library copies the request's own headers, so they are replaced before it sees them: a header taken out later
  // would already have gone when the client said `Expect: 100-continue`.
  req.headers = upstreamHeaders(exchange, upstream, ports.instanceId, bodyBytesUp(state));
  const hostname = bareHost(url.hostname);
  const prefix = url.pathname.replace(/\/$/, '');
  const search = exchange.query.size > 0 ? `?${exchange.query}` : '';
  proxy
    .web(req, res, {
      target: { protocol: url.protocol, hostname, port: url.port, pathname: prefix + exchange.upstreamPath + search },
      ignorePath: true,
      agent: ports.agents.for(url.protocol),
      buffer: exchange.body.upload?.stream ?? bodySource(() => ports.turns.send(state)),
      selfHandleResponse: true,
    })
    // Failures arrive as events; the promise tells them a second time.
    .catch(() => {});
}

// Whatever is thrown in here would otherwise be thrown at the event loop, and end the process.
function guarded(state: Attempt, act: (state: Attempt) => void): void {
  try {
    act(state);
  } catch (error) {
    state.request?.destroy();
    state.fail(error);
  }
}

function listen(proxy: ProxyServer, ports: SendPorts): void {
  const withAttempt = (req: unknown, act: (state: Attempt) => void) => {
    const state = (req as ProxiedRequest)[attemptOf];
    if (state) guarded(state, act);
  };
  proxy.on('proxyReq', (request, req) => withAttempt(req, (state) => onRequest(state, request, ports)));
  proxy.on('proxyRes', (response, req) => withAttempt(req, (state) => onResponse(state, response, ports)));
  proxy.on('error', (error, req) => withAttempt(req, (state) => onError(state, error, ports)));
  proxy.on('econnreset', (error, req) => withAttempt(req, (state) => onError(state, error, ports)));
}

function onRequest(state: Attempt, request: ClientRequest, ports: ForwardPorts): void {
  state.request = request;
  if (state.endedBy) return void request.destroy();
  const { upload } = state.exchange.body;
  const firstByteMs = ports.settings()['upstream.firstByteTimeoutMs'];
  const late = () => {
    const details = { upstream: state.upstream.name, seconds: Math.round(firstByteMs / 1000) };
    endAttempt(state, new KeyhatchError('upstream_timeout', { details }));
  };
  const waitForAnswer = () => {
    clearTimeout(state.timer);
    state.timer = firstByteMs > 0 ? setTimeout(late, firstByteMs) : undefined;
  };
  const begun = () => {
    if (!upload) return waitForAnswer();
    clearTimeout(state.timer);
    request.once('finish', () => {
      state.forwardedAt = ports.clock.now();
      waitForAnswer();
    });
    upload.start((error) => endAttempt(state, error));
  };
  if (request.socket?.connecting) {
    state.timer = setTimeout(() => request.destroy(new Error('no connection within 5 s')), connectTimeoutMs);
    request.socket.once('connect', begun);
  } else {
    begun();
  }
  request.once('finish', state.exchange.body.letGo);
  // Without a listener an upgrade that nobody asked for would leave the request without any end.
  request.once('upgrade', (_response, socket) => {
    socket.destroy();
    endAttempt(state, brokenOff(state.upstream, 'it answered with a protocol that it was not asked for'));
  });
}

function onResponse(state: Attempt, response: IncomingMessage, ports: SendPorts): void {
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
  if ((response.statusCode ?? 500) >= 400) state.errorHead = watchErrorBody([upstream.credential]);
  const streamEnd = exchange.operation === 'models:manage' ? undefined : watchStreamEnd(response, exchange.req.method);
  const pass = (bytes: Buffer) => {
    state.bytesOut += bytes.length;
    exchange.capture?.answer(bytes);
    if (!res.write(bytes)) response.pause();
  };
  const strip = state.splice && ports.asking.answered(response, state) ? createUsageStrip(pass) : undefined;
  state.strip = strip;
  response.on('data', (chunk: Buffer) => {
    // Broken off, or nobody is there any more: nothing may follow.
    if (state.endedBy || res.destroyed) return;
    tally.chunk(chunk, ports.clock.now());
    state.errorHead?.chunk(chunk);
    state.copy?.chunk(chunk);
    streamEnd?.chunk(chunk);
    if (strip) strip.chunk(chunk);
    else pass(chunk);
  });
  res.on('drain', () => response.resume());
  response.once('end', () => {
    tally.end();
    const isCut = streamEnd && !streamEnd.isWhole();
    if (!isCut && !state.endedBy && !res.destroyed) strip?.end();
    if (isCut) {
      breakOff(state, brokenOff(upstream, 'its connection closed before the last event'));
    } else if (state.held) {
      state.whole = true;
    } else {
      res.end();
    }
  });
  // Registered before the library's own listener, which destroys the client's socket at once.
  response.once('error', () => breakOff(state, brokenOff(upstream, 'its connection closed in the middle')));
  const headers = clientHeaders(response.headers);
  // What is left of an upload that was answered early is not waited for.
  if (exchange.body.upload && !exchange.req.complete) res.shouldKeepAlive = false;
  if (strip || response.statusCode === 204) delete headers['content-length'];
  res.writeHead(response.statusCode ?? 502, headers);
  hold(state);
  ports.turns.release(state);
}

function openTallyFor(
  exchange: Authorized,
  upstream: GatewayUpstream,
  response: IncomingMessage,
  responses: ResponseOwners,
): Tally {
  return openTally({
    ...tallyFacts(exchange),
    metered: exchange.route.metered && (response.statusCode ?? 500) < 300,
    contentType: response.headers['content-type'],
    contentEncoding: response.headers['content-encoding'],
    onResponseId(id) {
      // An upstream that lets callers choose ids would else let one key take over what another one made.
      const owner = ownerOf(exchange.caller);
      if ((responses.find(id)?.owner ?? owner) === owner) responses.claim(id, owner, upstream.id);
    },
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
