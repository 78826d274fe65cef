// A request's way through the gateway, top to bottom: guard, route, identify, permit, admit, body, authorize, reserve,
// forward, meter.
// The only place that catches: one refusal, in the caller's dialect. What a stage took is given back here, once.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { KeyhatchError } from '../../shared/errors.ts';
import { admit } from './admit.ts';
import type { Forwarded } from './attempt.ts';
import { authorize } from './authorize.ts';
import { readBody } from './body.ts';
import { createBodyBudget } from './body-memory.ts';
import type { BudgetCalendar } from './budget-calendar.ts';
import { answerPreflight, isPreflight, setCorsHeaders } from './cors.ts';
import type { Received, SoFar } from './exchange.ts';
import { createForward } from './forward.ts';
import { guard } from './guard.ts';
import { identify } from './identify.ts';
import type { KeyLimits } from './key-limits.ts';
import { createKeyRules } from './key-rules.ts';
import type { Handler } from './listener.ts';
import type { Lockout } from './lockout.ts';
import { meter } from './meter.ts';
import { answerModelList, upstreamsToList } from './model-list.ts';
import { answerOwn } from './own-answers.ts';
import { permit } from './permit.ts';
import type { Places } from './places.ts';
import type { GatewayPorts } from './ports.ts';
import { setRateHeaders } from './rate-headers.ts';
import { refuse } from './reply.ts';
import { makeRequestId } from './request-id.ts';
import { createReserve } from './reserve.ts';
import { createRouter, dialectOfPath } from './route.ts';
import type { RunningRequests } from './running.ts';
import { createSocketUpgrade, type SocketUpgrade } from './socket/upgrade.ts';
import { createTokenRecount } from './token-recount.ts';
import { createUpstreamAgents } from './upstream-agent.ts';

export type Pipeline = {
  /** Takes a request from any listener; never rejects. */
  readonly handle: Handler;
  readonly sockets: SocketUpgrade;
  readonly close: () => void;
};

export type PipelinePorts = GatewayPorts & {
  readonly running: RunningRequests;
  readonly limits: KeyLimits;
  readonly calendar: BudgetCalendar;
  readonly places: Places;
  readonly lockout: Lockout;
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
  const recount = createTokenRecount({ ...ports, agents });
  const meterPorts = { ...ports, recount };
  const listPorts = { ...ports, agents };

  async function handle(
    req: IncomingMessage,
    res: ServerResponse,
    expectsContinue: boolean,
    onCut?: Received['onCut'],
  ): Promise<void> {
    const receivedAt = ports.clock.now();
    const received: Received = {
      req,
      res,
      id: makeRequestId(receivedAt),
      receivedAt,
      expectsContinue,
      onCut,
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
      const identified = identify(routed, ports);
      soFar = identified;
      const admitted = await admit(permit(identified, ports), ports);
      soFar = admitted;
      if (admitted.route.own) {
        showLimits(soFar);
        return answerOwn(admitted, ports);
      }
      const bodied = await readBody(admitted, bodyPorts);
      soFar = bodied;
      const authorized = authorize(bodied, ports);
      soFar = authorized;
      const reserved = await reserve(authorized);
      soFar = reserved;
      showLimits(soFar);
      const lists = upstreamsToList(authorized, listPorts);
      if (lists) return await answerModelList(authorized, lists, listPorts);
      end = await forward(reserved);
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
      }
    }
  }

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
