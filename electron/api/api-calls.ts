// Calls of the contract over HTTP as programs spell them: finds the call by method and path, reads numbers out of the URL, and
// answers. Only what stands in the table of routes can be reached. Who calls was decided before; what a call does is not known.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { getRouter, isProcedure, Procedure, type Router } from '@orpc/server';
import type { ApiDocument, ApiOperationObject } from '../../shared/api-document.ts';
import { apiPrefix } from '../../shared/api-route.ts';
import { apiRoutes } from '../../shared/api-routes.ts';
import type { Contract } from '../../shared/contract.ts';
import { errorsToWire, plainForm } from '../../shared/error-wire.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import type { CallContext } from '../lib/acting.ts';
import type { Log } from '../lib/log.ts';
import { routeOf } from './openapi-document.ts';
import { unknownMember } from './unknown-member.ts';
import { valuesOf } from './url-values.ts';

export type ApiRouter = Router<Contract, CallContext>;

export type ApiCalls = {
  /**
   * Answers a request whose body, if any, was read into `body`.
   * @throws KeyhatchError `route_unknown`, `method_not_allowed`, `query_not_allowed`, `body_invalid`
   */
  readonly answer: (request: IncomingMessage, response: ServerResponse, call: ApiCall) => Promise<void>;
};

type ApiCall = { readonly path: string; readonly body: unknown; readonly context: CallContext };

const documentPath = `${apiPrefix}/openapi.json`;

export function createApiCalls(ports: {
  readonly router: ApiRouter;
  readonly document: () => Promise<ApiDocument>;
  readonly log: Log;
}): ApiCalls {
  const { document, log } = ports;
  let operations: Promise<ReadonlyMap<string, ApiOperationObject>> | undefined;
  const operation = async (id: string | undefined) => {
    operations ??= document().then(operationsOf);
    return (await operations).get(id ?? '');
  };
  const handler = new OpenAPIHandler<CallContext>(routedRouter(ports.router), {
    customErrorResponseBodyEncoder: plainForm,
    clientInterceptors: [
      errorsToWire(log),
      async (call) => {
        const found = await operation(call.path[0]);
        const input = valuesOf(call.input, found?.parameters ?? []);
        checkMembers(ports.router, call.path[0], input);
        return call.next({ ...call, input });
      },
    ],
  });

  return {
    async answer(request, response, { path, body, context }) {
      const method = request.method ?? '';
      const query = new URLSearchParams((request.url ?? '').slice(path.length + 1));
      if (path === documentPath) {
        checkMethod(path, method, new Map([['GET', 'document']]));
        checkQuery(query, undefined);
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await document()));
        return;
      }
      const calls = callsAt(path.slice(apiPrefix.length));
      checkMethod(path, method, calls);
      checkQuery(query, await operation(calls.get(method)));
      await handler.handle(Object.assign(request, { body }), response, { prefix: apiPrefix, context });
    },
  };
}

/** The same procedures as everywhere, permissions and all, under the routes of the table. */
function routedRouter(router: ApiRouter) {
  const calls = [...apiRoutes].map(([name, route]) => {
    const found = getRouter(router, name.split('.'));
    if (!isProcedure(found)) throw new Error(`there is no call ${name}`);
    return [name, new Procedure({ ...found['~orpc'], route: routeOf(route) })] as const;
  });
  return Object.fromEntries(calls);
}

function operationsOf({ paths }: ApiDocument): ReadonlyMap<string, ApiOperationObject> {
  const all = Object.values(paths).flatMap((methods) => Object.values(methods));
  return new Map(all.map((operation) => [operation.operationId, operation]));
}

/** Names of the calls at a path, by method. */
function callsAt(path: string): ReadonlyMap<string, string> {
  const steps = path.split('/');
  const fits = (template: string) => {
    const wanted = template.split('/');
    return (
      wanted.length === steps.length &&
      wanted.every((step, n) => (step.startsWith('{') ? steps[n] !== '' : step === steps[n]))
    );
  };
  const found = [...apiRoutes].filter(([, route]) => fits(route.path));
  // What is spelled out counts before a name in braces.
  const inOrder = found.toSorted(([, a], [, b]) => Number(a.path.includes('{')) - Number(b.path.includes('{')));
  return new Map(inOrder.toReversed().map(([name, { method }]) => [method, name]));
}

function checkMethod(path: string, method: string, calls: ReadonlyMap<string, string>): void {
  if (calls.has(method)) return;
  if (calls.size === 0) throw new KeyhatchError('route_unknown', { details: { method, path, hint: '' } });
  throw new KeyhatchError('method_not_allowed', {
    details: { path, method, allowed: [...calls.keys()].sort().join(', ') },
  });
}

/** @throws KeyhatchError `body_invalid` */
function checkMembers(router: ApiRouter, name: string | undefined, input: unknown): void {
  const call = getRouter(router, (name ?? '').split('.'));
  const unknown = isProcedure(call) ? unknownMember(call['~orpc'].inputSchema, input) : undefined;
  if (unknown === undefined) return;
  const reason = `it has a member "${unknown.slice(0, 80)}", which this call does not know`;
  throw new KeyhatchError('body_invalid', { details: { reason } });
}

// A name that is not known would be passed over, and the answer be of something else than was asked.
function checkQuery(query: URLSearchParams, operation: ApiOperationObject | undefined): void {
  const known = new Set(operation?.parameters?.filter((one) => one.in === 'query').map(({ name }) => name));
  const unknown = [...query.keys()].find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new KeyhatchError('query_not_allowed', { details: { parameter: unknown.slice(0, 40) } });
}
