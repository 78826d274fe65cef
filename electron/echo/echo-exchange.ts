// One request to the echo model and the ways to answer it: JSON, a stream, or a refusal in the dialect of its path. Knows
// no endpoint; must not decide what is answered.

import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type JsonObject = Readonly<Record<string, unknown>>;

export type EchoExchange = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The JSON object that was sent; empty when there was no body. */
  readonly body: JsonObject;
  readonly response: ServerResponse;
};

export type EchoHandler = (exchange: EchoExchange) => void | Promise<void>;

/** By method and path: `POST /v1/chat/completions`. */
export type EchoRoutes = Readonly<Record<string, EchoHandler>>;

export const modelId = 'echo';
export const modelDescription =
  "Keyhatch's built-in echo model: repeats what it is sent, to try a client without a model.";

/** Epoch seconds at which the model claims to have been made. */
export const modelCreatedAt = 1_767_225_600;

export function sendJson({ response }: EchoExchange, value: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

/** Sends frame by frame as fast as the client reads, and makes no more of them once it has left. */
export async function sendStream({ response }: EchoExchange, type: string, frames: Iterable<string>): Promise<void> {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
  try {
    await pipeline(Readable.from(frames), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** A server-sent event; Anthropic and the Responses API name it as well. */
export function sseFrame(data: object, event?: string): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${JSON.stringify(data)}\n\n`;
}

/** Refuses in the error shape that clients of this path read (wire-formats §4.1). */
export function refuse(exchange: EchoExchange, status: number, message: string, code: string | null = null): void {
  const { path } = exchange;
  if (path === '/' || path.startsWith('/api/')) sendJson(exchange, { error: message }, status);
  else if (path.startsWith('/v1/messages')) sendJson(exchange, anthropicError(status, message), status);
  else sendJson(exchange, { error: { message, type: openaiType(status), param: null, code } }, status);
}

/** The model asked for, or undefined after a refusal: the echo model does not pose as another one. */
export function modelOf(exchange: EchoExchange, named: unknown = exchange.body.model): string | undefined {
  if (named === modelId || named === `${modelId}:latest`) return named;
  if (typeof named !== 'string' || named === '') refuse(exchange, 400, 'model is required');
  else refuse(exchange, 404, `model '${named}' not found: there is only '${modelId}' here`, 'model_not_found');
  return undefined;
}

function openaiType(status: number): string {
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

function anthropicError(status: number, message: string): JsonObject {
  const types: Readonly<Record<number, string>> = {
    401: 'authentication_error',
    404: 'not_found_error',
    413: 'request_too_large',
    500: 'api_error',
  };
  const error = { type: types[status] ?? 'invalid_request_error', message };
  return { type: 'error', error, request_id: `req_${randomUUID()}` };
}
