// Stage 2: finds the row of the route table that fits method and path, or refuses. Looks at nothing else; decodes
// nothing but a model id captured from the path.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Dialect } from '../../shared/upstream-kinds.ts';
import type { Guarded, Routed } from './exchange.ts';
import type { UpstreamRegistry } from './ports.ts';
import { lmStudioModelList, type RouteRow, routeTable } from './route-table.ts';

type Found = { readonly row: RouteRow; readonly argument: string | undefined };
export type Router = (guarded: Guarded) => Routed;

/** Indexes the table once: exact paths by map, patterns in order. */
export function createRouter(ports: {
  readonly upstreams: UpstreamRegistry;
  readonly dashboardUrl: () => string | null;
}): Router {
  const exact = new Map<string, RouteRow[]>();
  const patterns: (RouteRow & { readonly path: RegExp })[] = [];
  for (const row of routeTable) {
    if (typeof row.path === 'string') exact.set(row.path, [...(exact.get(row.path) ?? []), row]);
    else patterns.push({ ...row, path: row.path });
  }

  function rowsAt(path: string): Found[] {
    const found: Found[] = (exact.get(path) ?? []).map((row) => ({ row, argument: undefined }));
    for (const row of found.length > 0 ? [] : patterns) {
      const match = row.path.exec(path);
      if (match) found.push({ row, argument: match[1] });
    }
    return found;
  }

  return (guarded) => {
    const { path } = guarded;
    const method = guarded.req.method ?? '';
    const rows = rowsAt(path);
    const fit = rows.find(({ row }) => row.methods.includes(method));
    if (!fit) throw rows.length > 0 ? wrongMethod(guarded, rows) : unknown(guarded, ports.dashboardUrl());
    const row = path === '/api/v1/models' && hasLmStudio(ports.upstreams) ? lmStudioModelList : fit.row;
    checkQuery(guarded.query, row);
    return {
      ...guarded,
      route: row,
      dialect: row.dialect,
      operation: row.operation,
      upstreamPath: upstreamPath(path, row, fit.argument),
      pathArgument: fit.argument === undefined ? undefined : decodeArgument(fit.argument),
    };
  };
}

/** The dialect in which to answer somebody at this target, whether or not its path exists. */
export function dialectOfPath(target: string): Dialect {
  const [path = ''] = target.split('?', 1);
  if (/^(?:\/api)?\/v1\/messages(?:\/|$)/.test(path)) return 'anthropic';
  if (/^\/api\/v1\/(?:chat\/completions|completions|embeddings|responses|audio|images)/.test(path)) return 'openai';
  if (/^\/api\/v[01](?:\/|$)/.test(path)) return 'lmstudio';
  if (path === '/' || /^\/api(?:\/|$)/.test(path)) return 'ollama';
  return 'openai';
}

function hasLmStudio(upstreams: UpstreamRegistry): boolean {
  return upstreams.list().some((upstream) => upstream.kind === 'lmstudio');
}

// What the client named goes up as one encoded segment: some servers route by the end of a path, and a model called
// `x/api/extra/generate/check` would be another command to them.
function upstreamPath(path: string, row: RouteRow, argument: string | undefined): string {
  const own = row.upstreamPrefix ? row.upstreamPrefix.to + path.slice(row.upstreamPrefix.from.length) : path;
  if (argument === undefined || row.names !== 'model-in-path') return own;
  return own.slice(0, own.length - argument.length) + modelSegment(decodeArgument(argument));
}

/** A model's name as the one segment of a path that it is. */
export function modelSegment(model: string): string {
  return encodeURIComponent(model).replaceAll('%3A', ':').replaceAll('%40', '@');
}

function checkQuery(query: URLSearchParams, row: RouteRow): void {
  for (const parameter of query.keys()) {
    if (!row.query.includes(parameter)) {
      throw new KeyhatchError('query_not_allowed', { details: { parameter: parameter.slice(0, 60) } });
    }
  }
}

// Guard let only %2F through, and only here; anything that decodes to more than a model id stays refused by the pattern.
function decodeArgument(argument: string): string {
  return argument.replace(/%2f/gi, '/').replace(/%3a/gi, ':');
}

function wrongMethod(guarded: Guarded, rows: readonly Found[]): KeyhatchError {
  const allowed = [...new Set(rows.flatMap(({ row }) => row.methods))].join(' or ');
  return new KeyhatchError('method_not_allowed', {
    details: { method: guarded.req.method ?? '', path: guarded.path, allowed },
  });
}

function unknown(guarded: Guarded, dashboardUrl: string | null): KeyhatchError {
  const { path } = guarded;
  const withV1 = `/v1${path.startsWith('/') ? '' : '/'}${path}`;
  const known = routeTable.some((row) => (typeof row.path === 'string' ? row.path === withV1 : row.path.test(withV1)));
  const doubled = path.startsWith('/v1/v1/');
  const hint = path.startsWith('/api/auth/')
    ? ` People sign in at the dashboard: ${dashboardUrl === null ? 'its owner has to switch it on.' : `${dashboardUrl}${path}.`}`
    : doubled
      ? ' The base URL ends in /v1 twice: leave one out.'
      : known
        ? ` Did you mean ${withV1}? Put /v1 at the end of the base URL.`
        : '';
  return new KeyhatchError('route_unknown', {
    details: { method: guarded.req.method ?? '', path: path.slice(0, 200), hint },
  });
}
