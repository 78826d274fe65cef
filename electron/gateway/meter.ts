// The last stage: writes down what became of an exchange, exactly one row, however far it got, at
// once or when a tokenizer has been asked. Callers without a known
// key are counted, not listed, so that a scanner cannot fill the disk. Never throws: it logs.

import type { KeyhatchError } from '../../shared/errors.ts';
import type { RequestRow } from '../../shared/usage-model.ts';
import type { Clock } from '../lib/clock.ts';
import { type Log, scrub } from '../lib/log.ts';
import type { Forwarded } from './attempt.ts';
import type { ClientName } from './client-name.ts';
import { errorLine } from './error-text.ts';
import { type SoFar, wayOf } from './exchange.ts';
import type { NoteOldSecret, UsageSink } from './ports.ts';
import { routeLabel } from './route-label.ts';
import { speedsOf } from './speeds.ts';
import type { TokenRecount } from './token-recount.ts';
import { outcomeOf } from './upstream-failure.ts';

export type MeterPorts = {
  readonly usage: UsageSink;
  readonly clientName: ClientName;
  readonly oldSecretUsed: NoteOldSecret;
  readonly recount: TokenRecount;
  readonly clock: Clock;
  readonly log: Log;
};

/** @param end how it ended: an answer, a refusal, or nothing when we answered ourselves */
export function meter(soFar: SoFar, end: Forwarded | KeyhatchError | undefined, ports: MeterPorts): void {
  try {
    const { caller } = soFar;
    const refusal = end instanceof Error ? end : undefined;
    if (!caller || caller.kind === 'nobody') {
      if (refusal) ports.usage.stranger(refusal.code);
      return;
    }
    if (caller.kind === 'key' && caller.key.byOldSecret) ports.oldSecretUsed(oldSecretUse(caller.key.id, soFar));
    if (soFar.route?.own !== undefined) return;
    const recountable = end instanceof Error ? undefined : end?.recountable;
    ports.recount.settle(rowOf(soFar, end, ports), recountable, ports.usage.record);
  } catch (error) {
    ports.log.error('a request could not be metered', { request: soFar.id, error });
  }
}

function rowOf(
  soFar: SoFar,
  end: Forwarded | KeyhatchError | undefined,
  { clock, clientName }: MeterPorts,
): RequestRow {
  const { caller, req, res } = soFar;
  const refusal = end instanceof Error ? end : undefined;
  const forwarded = end instanceof Error ? undefined : end;
  const tallied = forwarded?.tallied;
  const key = caller?.kind === 'key' ? caller.key : undefined;
  return {
    id: soFar.id,
    keyId: key?.id ?? null,
    caller: wayOf(caller),
    project: key?.projectId ?? null,
    model: textOf(soFar.model ?? soFar.body?.facts.model),
    upstreamId: forwarded?.upstreamId ?? null,
    operation: soFar.operation ?? 'about',
    dialect: soFar.dialect ?? 'openai',
    streamed: tallied?.streamed ?? soFar.body?.facts.streaming ?? false,
    outcome: refusal ? outcomeOf(refusal) : (forwarded?.outcome ?? 'ok'),
    status: refusal?.status ?? forwarded?.status ?? res.statusCode,
    errorCode: refusal?.code ?? forwarded?.errorCode ?? null,
    receivedAt: soFar.receivedAt,
    admittedAt: soFar.admittedAt ?? null,
    queuedMs: soFar.candidates === undefined ? null : (soFar.queuedMs ?? 0),
    forwardedAt: forwarded?.forwardedAt ?? null,
    firstByteAt: forwarded?.firstByteAt ?? null,
    firstTokenAt: tallied?.firstTokenAt ?? null,
    lastTokenAt: tallied?.lastTokenAt ?? null,
    endedAt: clock.now(),
    bytesIn: soFar.body?.sizeBytes ?? 0,
    bytesOut: forwarded?.bytesOut ?? 0,
    tokensIn: tallied?.tokensIn ?? null,
    tokensOut: tallied?.tokensOut ?? null,
    tokensCached: tallied?.tokensCached ?? null,
    tokensReasoning: tallied?.tokensReasoning ?? null,
    tokenSource: tallied?.source ?? 'none',
    unmetered: tallied?.unmetered ?? null,
    ...speedsOf(forwarded),
    clientAddress: soFar.clientAddress ?? '',
    userAgent: textOf(req.headers['user-agent']),
    attempt: attemptOf(req.headers['x-stainless-retry-count']),
    route: soFar.route ? routeLabel(req.method ?? '', soFar.route) : null,
    client: clientName(req.headers['user-agent']),
    errorText: refusal ? errorLine(refusal.message) : (forwarded?.errorText ?? null),
    modelAsked: textOf(soFar.route?.names === 'model-in-path' ? soFar.pathArgument : soFar.body?.facts.model),
    replayOf: caller?.kind === 'replay' ? caller.of : null,
    captured: soFar.capture !== undefined,
  };
}

function oldSecretUse(id: string, { receivedAt, clientAddress, req }: SoFar): Parameters<NoteOldSecret>[0] {
  return { id, at: receivedAt, address: clientAddress ?? '', userAgent: textOf(req.headers['user-agent']) };
}

// Whatever a caller writes goes into the ledger short, and without what looks like a key.
function textOf(text: string | undefined): string | null {
  return text === undefined ? null : scrub(text.slice(0, 200));
}

function attemptOf(header: string | string[] | undefined): number {
  return typeof header === 'string' && /^\d{1,2}$/.test(header) ? Number(header) : 0;
}
