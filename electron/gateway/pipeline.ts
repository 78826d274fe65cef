// A request's way through the gateway, top to bottom: guard, route, identify, permit, admit, body, project, authorize, reserve,
// forward, meter.
// The only place that catches: one refusal, in the caller's dialect. What a stage took is given back here, once.

import { KeyhatchError } from '../../shared/errors.ts';
import { admit } from './admit.ts';
import type { Forwarded } from './attempt.ts';
import { authorize } from './authorize.ts';
import { readBody } from './body.ts';
import { createBodyBudget } from './body-memory.ts';
import type { BudgetCalendar } from './budget-calendar.ts';
import { type CaptureTaps, capturedHeader, createCaptureTaps } from './capture-tap.ts';
import { createClientName } from './client-name.ts';
import { answerPreflight, isPreflight, setCorsHeaders } from './cors.ts';
import type { Received, Reserved, SoFar } from './exchange.ts';
import { createForward } from './forward.ts';
import type { ForwardedNotes } from './forwarded-notes.ts';
import { guard } from './guard.ts';
import { identify } from './identify.ts';
import type { KeyLimits } from './key-limits.ts';
import { createKeyRules } from './key-rules.ts';
import type { Lockout } from './lockout.ts';
import { meter } from './meter.ts';
import { answerModelList, upstreamsToList } from './model-list.ts';
import { answerOwn } from './own-answers.ts';
import { takePathToken } from './path-token.ts';
import { permit } from './permit.ts';
import type { Places } from './places.ts';
import type { GatewayPorts } from './ports.ts';
import { applyProject } from './project.ts';
import { setRateHeaders } from './rate-headers.ts';
import { refuse } from './reply.ts';
import { makeRequestId } from './request-id.ts';
import { createReserve } from './reserve.ts';
import { createRouter, dialectOfPath } from './route.ts';
import type { RunningRequests } from './running.ts';
import type { InsideHandler } from './send-inside.ts';
import { createSocketUpgrade, type SocketUpgrade } from './socket/upgrade.ts';
import { createTokenRecount } from './token-recount.ts';
import { createUpstreamAgents } from './upstream-agent.ts';
import type { WeakBrake } from './weak-brake.ts';

export type Pipeline = {
  /** Takes a request from any listener; never rejects. */
  readonly handle: InsideHandler;
  readonly sockets: SocketUpgrade;
  readonly close: () => void;
};

export type PipelinePorts = GatewayPorts & {
  readonly running: RunningRequests;
  readonly limits: KeyLimits;
  readonly calendar: BudgetCalendar;
  readonly places: Places;
  readonly lockout: Lockout;
  readonly weakBrake: WeakBrake;
  readonly forwarded: ForwardedNotes;
  readonly upstreamFailed: (upstreamId: string, reason: string) => void;
};

export function createPipeline(given: PipelinePorts): Pipeline {
  const ports = { ...given, rules: createKeyRules() };
  const agents = createUpstreamAgents(ports);
  const route = createRouter(ports);
  const reserve = createReserve(ports);
  const forward = createForward({ ...ports, agents });
  const bodyPorts = {
    settings: ports.settings,
    budget: createBodyBudget(() => ports.settings()['limits.bodiesInFlightBytes']),
  };
  const taps = createCaptureTaps(ports.capture);
  const recount = createTokenRecount({ ...ports, agents });
  const meterPorts = { ...ports, recount, clientName: createClientName() };
  const listPorts = { ...ports, agents };

  const handle: InsideHandler = async (req, res, expectsContinue, onCut, from = {}) => {
    const { inside, bySecondPort = false } = from;
    // Before anything looks at the path, so that no log, row or error can name it.
    const pathToken = from.pathToken ?? takePathToken(req);
    const receivedAt = ports.clock.now();
    const received: Received = {
      req,
      res,
      id: inside?.id ?? makeRequestId(receivedAt),
      receivedAt,
      expectsContinue,
      onCut,
      inside: inside !== undefined,
      bySecondPort,
      pathToken,
    };
    let soFar: SoFar = received;
    let end: Forwarded | KeyhatchError | undefined;
    try {
      res.setHeader('x-request-id', received.id);
      const guarded = guard(received, ports);
      soFar = guarded;
      if (isPreflight(req)) return answerPreflight(req, res, ports.settings());
      setCorsHeaders(req, res, ports.settings());
      const routed = route(guarded);
      soFar = routed;
      const identified = inside ? { ...routed, caller: inside.caller } : identify(routed, ports);
      soFar = identified;
      const admitted = await admit(permit(identified, ports), ports);
      soFar = admitted;
      if (admitted.route.own) {
        showLimits(soFar);
        return answerOwn(admitted, ports);
      }
      const bodied = await readBody(admitted, bodyPorts);
      soFar = bodied;
      const projected = applyProject(bodied, ports);
      soFar = projected;
      const authorized = authorize(projected, ports);
      soFar = authorized;
      const reserved = await reserve(authorized);
      soFar = reserved;
      showLimits(soFar);
      const lists = upstreamsToList(authorized);
      if (lists) return await answerModelList(authorized, lists, listPorts);
      const tapped = withCapture(reserved, taps);
      soFar = tapped;
      end = await forward(tapped);
    } catch (error) {
      end = expected(error, received.id);
      if (!res.headersSent) {
        setCorsHeaders(req, res, ports.settings());
        showLimits(soFar);
      }
      // Who waited for 100 Continue may now leave the body out or not: what comes next could be either.
      if (expectsContinue && !res.headersSent) res.setHeader('connection', 'close');
      refuse(res, end, soFar.dialect ?? dialectOfPath(req.url ?? ''), received.id);
    } finally {
      // Each in its own right: a fault in one must not cost the others.
      try {
        soFar.body?.letGo();
        soFar.reservation?.settle(end);
      } finally {
        soFar.place?.release();
        soFar.lease?.release();
        meter(soFar, end, meterPorts);
        soFar.capture?.end();
      }
    }
  };

  // What a key has left, on every answer, so that clients can pace themselves.
  function showLimits({ caller, res, dialect }: SoFar): void {
    if (caller?.kind !== 'key') return;
    setRateHeaders(res, dialect ?? 'openai', ports.limits.shown(caller.key), ports.clock.now());
  }

  function expected(error: unknown, id: string): KeyhatchError {
    if (error instanceof KeyhatchError) return error;
    ports.log.error('a request failed inside Keyhatch', { request: id, error });
    return new KeyhatchError('internal', { details: { id }, cause: error });
  }

  const sockets = createSocketUpgrade({
    ...ports,
    budget: bodyPorts.budget,
    route,
    handle,
    meter: (soFar, error) => meter(soFar, error, meterPorts),
  });

  return {
    handle,
    sockets,
    close() {
      recount.close();
      agents.close();
    },
  };
}

// Said on the answer itself, so that whoever holds the key can know.
function withCapture(reserved: Reserved, taps: CaptureTaps): Reserved {
  const capture = taps.open(reserved);
  if (!capture) return reserved;
  reserved.res.setHeader(capturedHeader, '1');
  return { ...reserved, capture };
}
