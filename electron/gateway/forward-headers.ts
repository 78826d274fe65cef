// Which headers pass, in either direction. Upwards an allow-list, so that no credential, cookie or forwarding header of
// a client can reach a model server; downwards everything but hop-by-hop headers, the server's own CORS, and what would
// steer browsers or other proxies.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { credentialHeaders } from '../lib/credential-headers.ts';
import type { Authorized } from './exchange.ts';
import { hopHeader, hopsOf } from './guard.ts';
import type { GatewayUpstream } from './ports.ts';

const allowed =
  /^(?:accept|accept-language|content-type|user-agent|idempotency-key|anthropic-[a-z0-9-]+|openai-[a-z0-9-]+|x-stainless-[a-z0-9-]+)$/;
// These would be matched above, and carry keys or name accounts in some client.
const never: ReadonlySet<string> = new Set([
  'openai-organization',
  'openai-project',
  'anthropic-api-key',
  'openai-api-key',
]);

/** Headers for the upstream: what the client may say, then what we say, so that nothing of the client's overrides ours. */
export function upstreamHeaders(
  exchange: Authorized,
  upstream: GatewayUpstream,
  instanceId: string,
  bodyBytes: number | 'chunked' = exchange.body.sizeBytes,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const named = namedByConnection(exchange.req.headers);
  for (const [name, value] of Object.entries(exchange.req.headers)) {
    if (allowed.test(name) && !never.has(name) && !named.has(name) && typeof value === 'string') headers[name] = value;
  }
  headers['host'] = upstream.url.host;
  // The meter reads the answer as it passes, and model servers gain nothing from compressing on loopback.
  headers['accept-encoding'] = 'identity';
  headers['x-request-id'] = exchange.id;
  headers[hopHeader] = [...hopsOf(exchange.req).slice(-7), instanceId].join(',');
  // mlx-lm answers 411 to a chunked body, so the length is said wherever it is known.
  if (bodyBytes === 'chunked') headers['transfer-encoding'] = 'chunked';
  else if (bodyBytes > 0 || exchange.req.method === 'POST') headers['content-length'] = String(bodyBytes);
  else delete headers['content-type'];
  return Object.assign(headers, credentialHeaders(upstream.kind, upstream.credential));
}

const dropped: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  // The gateway's own to say, or nobody's business.
  'set-cookie',
  'www-authenticate',
  'server',
  'x-powered-by',
  'date',
  'vary',
  'alt-svc',
  'strict-transport-security',
  'x-request-id',
  'x-should-retry',
  'location',
  'refresh',
  // What browsers keep of a whole origin, and report to others.
  'accept-ch',
  'clear-site-data',
  'critical-ch',
  'expect-ct',
  'nel',
  'public-key-pins',
  'public-key-pins-report-only',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie2',
  'speculation-rules',
  'use-as-dictionary',
  // What proxies in front obey.
  'cdn-cache-control',
  'surrogate-control',
  'x-lighttpd-send-file',
  'x-reproxy-url',
  'x-sendfile',
]);
const droppedPrefixes = /^(?:access-control-|x-ratelimit-|x-keyhatch-|x-accel-(?!buffering$))/;
/** Obeyed by clients, so that nobody is put off for longer than three hours; and that a stream is not to be held up. */
const usualValues: ReadonlyMap<string, RegExp> = new Map([
  ['retry-after', /^\d{1,4}$/],
  ['retry-after-ms', /^\d{1,7}$/],
  ['x-accel-buffering', /^no$/],
]);

/** Headers of the upstream's answer that the client gets. */
export function clientHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = namedByConnection(headers);
  const kept: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || dropped.has(name) || named.has(name)) continue;
    if (droppedPrefixes.test(name) || usualValues.get(name)?.test(String(value)) === false) continue;
    kept[name] = value;
  }
  return kept;
}

function namedByConnection(headers: IncomingHttpHeaders): ReadonlySet<string> {
  if (headers.connection === undefined || headers.connection === 'keep-alive') return nothing;
  return new Set(headers.connection.split(',').map((name) => name.trim().toLowerCase()));
}

const nothing: ReadonlySet<string> = new Set();
