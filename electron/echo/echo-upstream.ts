// The built-in echo model's server: on 127.0.0.1, on a free port, closed to whoever lacks its credential, so that the
// open port is of no use to other programs. What is answered stands in the dialects' files.

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Log, silentLog } from '../lib/log.ts';
import { anthropicRoutes } from './echo-anthropic.ts';
import { type EchoExchange, type EchoRoutes, type JsonObject, refuse } from './echo-exchange.ts';
import { ollamaRoutes } from './echo-ollama.ts';
import { openaiRoutes } from './echo-openai.ts';
import { asObject } from './echo-reply.ts';
import { responsesRoutes } from './echo-responses.ts';

const maxBodyBytes = 64 * 1024 * 1024;

export type EchoUpstream = { readonly url: URL; readonly close: () => Promise<void> };

/**
 * Starts the echo model. It speaks OpenAI, Anthropic and Ollama; a token is a word, one delta each.
 * @param options.credential what must come as `Authorization: Bearer …`; anything else is 401
 */
export async function startEchoUpstream(options: {
  readonly credential: string;
  readonly log?: Log;
}): Promise<EchoUpstream> {
  const { credential, log = silentLog } = options;
  const routes = { ...openaiRoutes, ...responsesRoutes, ...anthropicRoutes, ...ollamaRoutes };
  const server = createServer((request, response) => {
    answer(request, response, credential, routes).catch((error: unknown) => {
      log.error('the echo model failed', { error });
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, credential: string, routes: EchoRoutes) {
  const method = request.method ?? 'GET';
  const path = decodePath(request.url ?? '/');
  const exchange: EchoExchange = { method, path, body: {}, response };
  response.on('error', () => {}); // The client left: whoever writes finds out by itself.
  if (!isAuthorized(request, credential)) {
    response.setHeader('connection', 'close');
    response.setHeader('www-authenticate', 'Bearer');
    return refuse(exchange, 401, 'the echo model answers to Keyhatch only', 'invalid_api_key');
  }
  const handle = routes[`${method} ${path}`];
  if (handle === undefined) return refuseUnknown(exchange, routes);
  const bytes = await readBody(request);
  if (bytes === 'gone') return;
  if (bytes === 'too large') return refuse(exchange, 413, `a body may have ${maxBodyBytes} bytes at most`);
  const body = parseBody(bytes);
  if (body === undefined) return refuse(exchange, 400, 'the body must be a JSON object');
  await handle({ ...exchange, body });
}

function isAuthorized(request: IncomingMessage, credential: string): boolean {
  // Digests have one length, so that the comparison tells nothing, not even how long the credential is.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${credential}`));
}

function refuseUnknown(exchange: EchoExchange, routes: EchoRoutes): void {
  const { method, path } = exchange;
  const methods = Object.keys(routes).flatMap((route) => (route.endsWith(` ${path}`) ? [route.split(' ')[0]] : []));
  if (methods.length === 0) return refuse(exchange, 404, `there is nothing at ${path}`, 'not_found');
  exchange.response.setHeader('allow', methods.join(', '));
  refuse(exchange, 405, `${path} does not take ${method}`, 'method_not_allowed');
}

function decodePath(url: string): string {
  const path = url.split('?')[0] ?? '/';
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

// What comes beyond the limit is read and dropped: a client that still sends would not see the refusal.
function readBody(request: IncomingMessage): Promise<Buffer | 'too large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBodyBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once('end', () => resolve(size > maxBodyBytes ? 'too large' : Buffer.concat(chunks)));
    request.once('close', () => resolve('gone'));
    request.on('error', () => resolve('gone'));
  });
}

function parseBody(bytes: Buffer): JsonObject | undefined {
  if (bytes.length === 0) return {};
  try {
    return asObject(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}
