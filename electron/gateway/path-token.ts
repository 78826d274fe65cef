// Takes a path token out of a request's target before anybody else looks at it, so that routes, rows, logs and errors never
// see one: `/k/khp_…/v1/models` becomes `/v1/models`. Knows no token, only where one stands.

import type { IncomingMessage } from 'node:http';

/** Whatever stands there, whole or mistyped: what begins like a token must not stay in the path. */
const withToken = /^\/k\/(khp_[^/?]*)(?=[/?]|$)/;

/** What stands in front of a target, and the target without it. */
export function splitPathToken(target: string): { readonly token: string | undefined; readonly rest: string } {
  const [whole, token] = withToken.exec(target) ?? [];
  if (whole === undefined || token === undefined) return { token: undefined, rest: target };
  const rest = target.slice(whole.length);
  return { token, rest: rest.startsWith('/') ? rest : `/${rest}` };
}

/** @returns the token that stood in the target, from which it is gone now */
export function takePathToken(req: Pick<IncomingMessage, 'url'>): string | undefined {
  const { token, rest } = splitPathToken(req.url ?? '');
  if (token !== undefined) req.url = rest;
  return token;
}
