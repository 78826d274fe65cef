// A request's way through the gateway, top to bottom: guard, route, identify, permit, admit, body, project, authorize,
// forward, meter.
// The only place that catches: one refusal, in the caller's dialect. What a stage took is given back here, once.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { KeyhatchError } from '../../shared/errors.ts';
import { type Admission, createAdmission } from './admit.ts';
import type { Forwarded } from './attempt.ts';
import { authorize } from './authorize.ts';
import { readBody } from './body.ts';
import { createBodyBudget } from './body-memory.ts';
import { answerPreflight, isPreflight, setCorsHeaders } from './cors.ts';
import type { Received, SoFar } from './exchange.ts';
import { createForward } from './forward.ts';
import { guard } from './guard.ts';
import { identify } from './identify.ts';
import { createKeyRules } from './key-rules.ts';
import type { Handler } from './listener.ts';
import type { Lockout } from './lockout.ts';
import { meter } from './meter.ts';
import { answerModelList, upstreamsToList } from './model-list.ts';
import { answerOwn } from './own-answers.ts';
import { permit } from './permit.ts';
import type { GatewayPorts } from './ports.ts';
import { applyProject } from './project.ts';
import { refuse } from './reply.ts';
import { makeRequestId } from './request-id.ts';
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
  readonly lockout: Lockout;
  readonly upstreamFailed: (upstreamId: string, reason: string) => void;
};

export function createPipeline(given: PipelinePorts): Pipeline {
  const ports = { ...given, rules: createKeyRules() };
  const agents = createUpstreamAgents(ports);
  const admission = createAdmission(ports);
  const route = createRouter(ports);
  const forward = createForward({ ...ports, agents });
  const bodyPorts = {
    settings: ports.settings,
    budget: createBodyBudget(() => ports.settings()['limits.bodiesInFlightBytes']),
  };
  const recount = createTokenRecount({ ...ports, agents });
  const meterPorts = { ...ports, recount };
  const listPorts = { ...ports, agents };
  const ownPorts = { ...ports, admission };

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
      const admitted = admission.admit(permit(identified, ports));
      soFar = admitted;
      setRateHeaders(soFar, admission);
      if (admitted.route.own) return answerOwn(admitted, ownPorts);
      const bodied = await readBody(admitted, bodyPorts);
      soFar = bodied;
      const projected = applyProject(bodied, ports);
      soFar = projected;
      const authorized = authorize(projected, ports);
      soFar = authorized;
      const lists = upstreamsToList(authorized);
      if (lists) return await answerModelList(authorized, lists, listPorts);
      end = await forward(authorized);
    } catch (error) {
      end = expected(error, received.id);
      if (!res.headersSent) {
        setCorsHeaders(req, res, ports.settings());
        setRateHeaders(soFar, admission);
      }
      // Who waited for 100 Continue may now leave the body out or not: what comes next could be either.
      if (expectsContinue && !res.headersSent) res.setHeader('connection', 'close');
      refuse(res, end, soFar.dialect ?? dialectOfPath(req.url ?? ''), received.id);
    } finally {
      // Each in its own right: a fault in one must not cost the others.
      try {
        soFar.body?.letGo();
      } finally {
        soFar.lease?.release();
        meter(soFar, end, meterPorts);
      }
    }
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

// What a key has left of its minute, on every answer, so that clients can pace themselves.
function setRateHeaders(soFar: SoFar, admission: Admission): void {
  if (soFar.caller?.kind !== 'key') return;
  const rate = admission.rateOf(soFar.caller.key);
  if (!rate) return;
  soFar.res.setHeader('x-ratelimit-limit-requests', rate.limit);
  soFar.res.setHeader('x-ratelimit-remaining-requests', rate.remaining);
  soFar.res.setHeader('x-ratelimit-reset-requests', `${Math.ceil(rate.resetMs / 1000)}s`);
}
