// The built-in echo model's server: on 127.0.0.1, on a free port, closed to whoever lacks its credential, so that the
// open port is of no use to other programs. What is answered stands in the dialects' files.

import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { digestOf } from '../lib/digest.ts';
import { asObject, type JsonObject } from '../lib/json-shape.ts';
import { type Log, silentLog } from '../lib/log.ts';
import { type EchoAnswer, type EchoRoutes, refusal, refusalBody } from './echo-answer.ts';
import { anthropicRoutes } from './echo-anthropic.ts';
import { ollamaRoutes } from './echo-ollama.ts';
import { openaiRoutes } from './echo-openai.ts';

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
    serve(request, response, credential, routes).catch((error: unknown) => {
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

async function serve(request: IncomingMessage, response: ServerResponse, credential: string, routes: EchoRoutes) {
  const path = decodePath(request.url ?? '/');
  if (!isAuthorized(request, credential)) {
    // Whoever is refused does not get to send a body first.
    response.setHeader('connection', 'close');
    response.setHeader('www-authenticate', 'Bearer');
    return send(response, path, refusal(401, 'the echo model answers to Keyhatch only', 'invalid_api_key'));
  }
  const bytes = await readBody(request);
  if (bytes !== 'gone') await send(response, path, answerTo(request.method ?? 'GET', path, bytes, routes));
}

function answerTo(method: string, path: string, bytes: Buffer | 'too large', routes: EchoRoutes): EchoAnswer {
  const handle = routes[`${method} ${path}`];
  if (handle === undefined) {
    const known = Object.keys(routes).some((route) => route.endsWith(` ${path}`));
    if (known) return refusal(405, `${path} does not take ${method}`, 'method_not_allowed');
    return refusal(404, `there is nothing at ${path}`, 'not_found');
  }
  if (bytes === 'too large') return refusal(413, `a body may have ${maxBodyBytes} bytes at most`);
  const body = parseBody(bytes);
  return body === undefined ? refusal(400, 'the body must be a JSON object') : handle(body);
}

async function send(response: ServerResponse, path: string, answer: EchoAnswer): Promise<void> {
  if (answer.kind === 'stream') {
    response.writeHead(200, { 'content-type': answer.type, 'cache-control': 'no-store' });
    return sendFrames(response, answer.frames);
  }
  if (answer.kind === 'text') {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(answer.text);
    return;
  }
  const isRefusal = answer.kind === 'refusal';
  response.writeHead(isRefusal ? answer.status : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(isRefusal ? refusalBody(path, answer) : answer.value));
}

// As fast as the client reads; when it has left, no more frames are made.
async function sendFrames(response: ServerResponse, frames: Iterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(frames), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function isAuthorized(request: IncomingMessage, credential: string): boolean {
  // Digests have one length, so that the comparison tells nothing, not even how long the credential is.
  return timingSafeEqual(digestOf(request.headers.authorization ?? ''), digestOf(`Bearer ${credential}`));
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
