// Which web pages may read answers, and the headers that tell their browsers so. Preflights are answered here before any
// key is asked for: they never carry one (peers §4.4). The upstream's own CORS headers never get through.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Settings } from '../../shared/settings.ts';

export function isOriginAllowed(origin: string, settings: Settings): boolean {
  if (settings['cors.mode'] === 'any') return origin !== 'null';
  return settings['cors.mode'] === 'list' && settings['cors.origins'].includes(origin);
}

const exposed = [
  'x-request-id',
  'request-id',
  'x-keyhatch-error',
  'x-keyhatch-captured',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
].join(', ');

/** Puts CORS headers on any answer to an allowed page, our own errors included. */
export function setCorsHeaders(req: IncomingMessage, res: ServerResponse, settings: Settings): void {
  if (settings['cors.mode'] === 'off') return;
  res.setHeader('vary', 'Origin');
  const origin = req.headers.origin;
  if (origin === undefined || !isOriginAllowed(origin, settings)) return;
  res.setHeader('access-control-allow-origin', origin);
  res.setHeader('access-control-expose-headers', exposed);
}

const requestable =
  /^(?:authorization|content-type|accept|x-api-key|x-access-key|api-key|user-agent|x-requested-with|x-request-id|idempotency-key|anthropic-[a-z-]+|openai-[a-z-]+|x-stainless-[a-z-]+)$/;

/** Whether this is a browser asking if it may send a request. */
export function isPreflight(req: IncomingMessage): boolean {
  return (
    req.method === 'OPTIONS' &&
    req.headers.origin !== undefined &&
    req.headers['access-control-request-method'] !== undefined
  );
}

/** Answers a preflight whose origin guard has let through. Does nothing else, whatever the path. */
export function answerPreflight(req: IncomingMessage, res: ServerResponse, settings: Settings): void {
  setCorsHeaders(req, res, settings);
  const asked = String(req.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => requestable.test(name));
  res.setHeader('access-control-allow-methods', 'GET, HEAD, POST, DELETE');
  if (asked.length > 0) res.setHeader('access-control-allow-headers', asked.join(', '));
  if (req.headers['access-control-request-private-network'] === 'true') {
    res.setHeader('access-control-allow-private-network', 'true');
  }
  res.setHeader('access-control-max-age', '600');
  res.writeHead(204).end();
}
