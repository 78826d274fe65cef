// One request to the dashboard, from its head to its answer: names and origin first, then a page, a session call, what keys open
// (the metrics, the admin API), or, with a session, a call of the contract. Raises trust. Review this file hardest. Must not know what a call does.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/node';
import type { Contract } from '../../shared/contract.ts';
import { errorsToWire, plainForm, toWireError } from '../../shared/error-wire.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Actor } from '../../shared/history-model.ts';
import type { Acting, CallContext } from '../lib/acting.ts';
import { plainAddress } from '../lib/address-block.ts';
import type { Log } from '../lib/log.ts';
import { pagePolicy } from '../lib/page-files.ts';
import { isEncrypted } from '../lib/tls-port.ts';
import { type ApiAnswer, isApi } from './api-answer.ts';
import { type AuthAnswer, authPrefix } from './auth-answer.ts';
import { dashboardHost } from './dashboard-listener.ts';
import { asksForWorker, retireWorker } from './leftover-worker.ts';
import { type MetricsAnswer, metricsPath } from './metrics-answer.ts';
import { createPageAnswers } from './page-answers.ts';
import { checkOwnNames, checkOwnPage, type Door, plainDoor, secureUrl } from './same-origin.ts';
import { isSessionPath, readJson, type SessionCalls } from './session-calls.ts';

export type DashboardRouter = Router<Contract, CallContext>;
export type DashboardAnswer = (request: IncomingMessage, response: ServerResponse) => void;

const bodyMaxBytes = 4 * 1024 * 1024;

/** On every answer, whatever it is. */
const safeHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': pagePolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function createDashboardAnswer(ports: {
  readonly router: DashboardRouter;
  readonly pagesDir: string | undefined;
  readonly sessionCalls: SessionCalls;
  readonly answerMetrics: MetricsAnswer;
  /** What the certificate is for. */
  readonly names: () => readonly string[];
  readonly answerAuth: AuthAnswer;
  readonly answerApi: ApiAnswer;
  readonly acting: Pick<Acting, 'as'>;
  readonly log: Log;
}): DashboardAnswer {
  const { sessionCalls, log } = ports;
  const handler = new RPCHandler(ports.router, { clientInterceptors: [errorsToWire(log)] });
  const answerPage = createPageAnswers(ports.pagesDir);

  async function call(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const session = sessionCalls.require(request);
    const method = request.method ?? '';
    if (method !== 'POST')
      throw new KeyhatchError('method_not_allowed', { details: { path, method, allowed: 'POST' } });
    // Whoever signs out takes what still runs with them, event streams above all.
    response.once(
      'close',
      session.enter(() => response.destroy()),
    );
    const body = await readJson(request, bodyMaxBytes);
    const { matched } = await handler.handle(Object.assign(request, { body }), response, {
      prefix: '/rpc',
      context: { actor: { kind: 'dashboard', detail: session.label }, caller: session.caller() },
    });
    if (!matched) throw new KeyhatchError('route_unknown', { details: { method, path, hint: '' } });
  }

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    // Under whichever name it was registered.
    if (asksForWorker(request)) return retireWorker(response);
    const port = request.socket.localPort ?? 0;
    checkOwnNames(request, port, doorOf(request, ports.names));
    if (path.startsWith(authPrefix)) return ports.answerAuth(request, response, path);
    if (path === metricsPath) return ports.answerMetrics(request, response, port);
    if (isApi(path)) return ports.answerApi(request, response, port);
    if (!isCall(path)) return answerPage(request, response, path);
    checkOwnPage(request, port);
    return isSessionPath(path) ? sessionCalls.answer(request, response, path) : call(request, response, path);
  }

  return (request, response) => {
    response.setHeaders(new Map(Object.entries(safeHeaders)));
    const [path = ''] = (request.url ?? '').split('?', 1);
    // Not in the name of whoever had the listener opened, which is what a request would begin with.
    const kind = path.startsWith(authPrefix) || isApi(path) ? 'api' : 'dashboard';
    const came: Actor = { kind, detail: plainAddress(request.socket.remoteAddress) };
    ports.acting
      .as(came, () => answer(request, response, path))
      .catch((error: unknown) => {
        if (response.headersSent || response.destroyed) return response.destroy();
        return refuse(response, path, toWireError(error, log, { path: [path] }));
      });
  };
}

/** @throws KeyhatchError `dashboard_https_required` for what came over a network in the clear */
function doorOf({ socket }: IncomingMessage, names: () => readonly string[]): Door {
  if (isEncrypted(socket)) return { scheme: 'https', names: names() };
  const here = (socket.localAddress ?? '').replace(/^::ffff:/i, '');
  if (here === dashboardHost) return plainDoor;
  const details = { url: secureUrl(here, socket.localPort ?? 0) };
  throw new KeyhatchError('dashboard_https_required', { details });
}

function isCall(path: string): boolean {
  return isSessionPath(path) || path === '/rpc' || path.startsWith('/rpc/');
}

function refuse(response: ServerResponse, path: string, error: ReturnType<typeof toWireError>): void {
  const { details = {} } = (error.data ?? {}) as { readonly details?: Readonly<Record<string, string | number>> };
  // What is left of its body need not be read.
  response.setHeader('connection', 'close');
  if (error.status === 429 && details['seconds'] !== undefined) response.setHeader('retry-after', details['seconds']);
  if (error.status === 405 && details['allowed'] !== undefined) response.setHeader('allow', details['allowed']);
  if (error.status === 401 && (path === metricsPath || isApi(path))) response.setHeader('www-authenticate', 'Bearer');
  // Pages are read by people; calls get the shape of oRPC's own error replies, which its client reads like any other.
  const [type, body] = isCall(path)
    ? ['application/json', JSON.stringify({ json: error.toJSON() })]
    : isApi(path)
      ? ['application/json', JSON.stringify(plainForm(error))]
      : ['text/plain; charset=utf-8', `${error.message}\n`];
  response.writeHead(error.status, { 'content-type': type }).end(body);
}
