// One attempt at one upstream while it runs, and the ways in which it can end: by itself, by a reason of ours, or broken off
// in the middle. Starts nothing and listens to nothing: forward.ts does.

import type { ClientRequest, IncomingMessage } from 'node:http';
import type { ErrorCode, KeyhatchError } from '../../shared/errors.ts';
import type { Outcome } from '../../shared/usage-model.ts';
import type { AnswerCopy } from './answer-copy.ts';
import type { Splice } from './body-edits.ts';
import { type ErrorHead, errorLine } from './error-text.ts';
import type { Authorized } from './exchange.ts';
import type { GatewayUpstream } from './ports.ts';
import { inBandError } from './reply.ts';
import { openTally, type Tallied, type Tally, type TallyOptions } from './tally/tally.ts';
import { unknownTotals } from './tally/token-counts.ts';
import type { Recountable } from './token-recount.ts';
import { outcomeOf } from './upstream-failure.ts';
import type { UsageStrip } from './usage-strip.ts';

/** How an answer that had begun came to its end. */
export type Forwarded = {
  readonly upstreamId: string;
  readonly status: number;
  readonly outcome: Outcome;
  readonly errorCode: ErrorCode | null;
  /** What the error said, redacted; null where there was none. */
  readonly errorText: string | null;
  readonly forwardedAt: number | null;
  readonly firstByteAt: number | null;
  readonly bytesOut: number;
  readonly tallied: Tallied | undefined;
  /** What a tokenizer could count, where the answer told no numbers. */
  readonly recountable: Recountable | undefined;
};

/** One attempt at one upstream: what the proxy library's events, which know only the request, must find again. */
export type Attempt = {
  readonly exchange: Authorized;
  readonly upstream: GatewayUpstream;
  readonly settle: (end: Forwarded | KeyhatchError) => void;
  /** Settles with a fault of our own. */
  readonly fail: (error: unknown) => void;
  request: ClientRequest | undefined;
  response: IncomingMessage | undefined;
  tally: Tally | undefined;
  copy: AnswerCopy | undefined;
  /** What asks for usage, put into the body on its way up, and what takes the answer to it out again. */
  splice: Splice | undefined;
  /** That, and what else goes into the body, in the order of its bytes. */
  splices: readonly Splice[];
  strip: UsageStrip | undefined;
  /** Listens to an answer that is an error of the model server's own. */
  errorHead: ErrorHead | undefined;
  /** When the last of the body was handed to the connection. */
  forwardedAt: number | null;
  firstByteAt: number | null;
  bytesOut: number;
  /** Why we ended it ourselves. */
  endedBy: KeyhatchError | undefined;
  /** What has come of the answer is kept back until this turn of the event loop ends. */
  held: boolean;
  /** All of the answer came while it was held. */
  whole: boolean;
  timer: NodeJS.Timeout | undefined;
};

/**
 * Keeps back the head of an answer and what comes with it. They often arrive in one piece and then go out as one: a write
 * of its own for each cost more than everything else the gateway does (bench, 2026-11). Nothing is waited for.
 */
export function hold(state: Attempt): void {
  state.held = true;
  state.exchange.res.socket?.cork();
}

/** Writes what was held, and the end of the answer if it has come. */
export function release(state: Attempt): void {
  if (!state.held) return;
  state.held = false;
  const { res } = state.exchange;
  const { socket } = res;
  if (state.whole) res.end();
  else res.flushHeaders();
  socket?.uncork();
}

/** Ends a running request for a reason of ours. */
export function endAttempt(state: Attempt, reason: KeyhatchError): void {
  state.endedBy = reason;
  if (state.exchange.res.headersSent) {
    breakOff(state, reason);
  } else {
    state.request?.destroy();
    state.settle(reason);
  }
}

/**
 * A cut stream must never look complete: says why in the dialect where a whole event has just ended, then takes the
 * connection away without the end of the body that would make it look whole.
 */
export function breakOff(state: Attempt, reason: KeyhatchError): void {
  const { exchange, tally, strip } = state;
  const { res } = exchange;
  if (res.destroyed || res.writableFinished) return;
  state.endedBy ??= reason;
  release(state);
  const contentType = String(res.getHeader('content-type') ?? '');
  const frame = inBandError(reason, exchange.dialect, contentType, exchange.path, exchange.id);
  const maySpeak = !res.writableEnded && res.getHeader('content-length') === undefined;
  if (exchange.onCut) exchange.onCut(reason);
  else if (frame !== undefined && maySpeak && (strip ? strip.atBoundary() : tally?.atEventBoundary())) {
    res.write(frame);
    // Node corks chunked writes until the next tick, and the socket will be gone by then.
    res.socket?.uncork();
  }
  // An answer that ends with its connection, as HTTP/1.0's do, looks whole unless the connection is reset.
  if (res.chunkedEncoding || res.getHeader('content-length') !== undefined) res.destroy();
  else res.socket?.resetAndDestroy();
  state.request?.destroy();
}

/** What became of an attempt whose answer is over, whole or not. */
export function endOf(state: Attempt): Forwarded {
  const { exchange, upstream, tally, endedBy } = state;
  const whole = exchange.res.writableFinished;
  const status = exchange.res.headersSent ? exchange.res.statusCode : 499;
  const errorCode = endedBy?.code ?? (whole ? null : 'client_gone');
  tally?.end();
  return {
    upstreamId: upstream.id,
    status,
    outcome: endedBy ? outcomeOf(endedBy) : whole ? (status >= 400 ? 'upstream_error' : 'ok') : 'client_gone',
    errorCode,
    errorText: endedBy ? errorLine(endedBy.message) : (state.errorHead?.read() ?? null),
    forwardedAt: state.forwardedAt,
    firstByteAt: state.firstByteAt,
    bytesOut: state.bytesOut,
    tallied: tally ? tally.read(whole && !endedBy) : unanswered(state),
    recountable: recountableOf(state),
  };
}

function recountableOf({ copy, tally, response, exchange, upstream, request }: Attempt): Recountable | undefined {
  const read = response ? (response.statusCode ?? 500) < 300 : request?.writableFinished;
  if (!copy || !read || response?.headers['content-encoding'] !== undefined) {
    copy?.letGo();
    return undefined;
  }
  return {
    upstream,
    path: exchange.upstreamPath,
    model: exchange.model,
    copy,
    contentType: response?.headers['content-type'] ?? '',
    reported: tally?.reported() ?? unknownTotals,
  };
}

/** What a tally has to know, whatever the answer is. */
export function tallyFacts({ route, dialect, operation, body }: Authorized) {
  const estimates = operation === 'chat' || operation === 'embeddings';
  const promptBytes = estimates ? body.facts.promptBytes : undefined;
  return { dialect, operation, metered: route.metered, promptBytes } satisfies Partial<TallyOptions>;
}

// The client left before there was an answer, but the model had been given all that it was to read.
function unanswered({ exchange, request }: Attempt): Tallied | undefined {
  if (!request?.writableFinished) return undefined;
  const tally = openTally({ ...tallyFacts(exchange), contentType: undefined, contentEncoding: undefined });
  return { ...tally.read(false), streamed: exchange.body.facts.streaming };
}
