// What a dialect of the echo model is made of: routes that turn a body into an answer, as values. Sending them is
// echo-upstream.ts's work; what the model says is echo-reply.ts's.

import type { JsonObject } from '../lib/json-shape.ts';

export type EchoRefusal = { readonly status: number; readonly message: string; readonly code: string | null };

export type EchoAnswer =
  | { readonly kind: 'json'; readonly value: object }
  | { readonly kind: 'text'; readonly text: string }
  /** Frames are made as the client reads them. */
  | { readonly kind: 'stream'; readonly type: string; readonly frames: Iterable<string> }
  | ({ readonly kind: 'refusal' } & EchoRefusal);

/** @param body the JSON object that was sent; empty when there was none */
export type EchoHandler = (body: JsonObject) => EchoAnswer;

/** By method and path: `POST /v1/chat/completions`. */
export type EchoRoutes = Readonly<Record<string, EchoHandler>>;

export const modelId = 'echo';
export const modelDescription =
  "Keyhatch's built-in echo model: repeats what it is sent, to try a client without a model.";

/** Epoch seconds at which the model claims to have been made. */
export const modelCreatedAt = 1_767_225_600;

export function json(value: object): EchoAnswer {
  return { kind: 'json', value };
}

export function eventStream(frames: Iterable<string>): EchoAnswer {
  return { kind: 'stream', type: 'text/event-stream', frames };
}

export function refusal(status: number, message: string, code: string | null = null): EchoAnswer {
  return { kind: 'refusal', status, message, code };
}

/** A server-sent event; Anthropic and the Responses API name it as well. */
export function sseFrame(data: object, event?: string): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${JSON.stringify(data)}\n\n`;
}

/** Answers for the echo model alone: it does not pose as another one. */
export function forModel(handle: (body: JsonObject, model: string) => EchoAnswer): EchoHandler {
  return (body) => {
    const model = body.model ?? body.name;
    if (typeof model !== 'string' || model === '') return refusal(400, 'model is required');
    if (model === modelId || model === `${modelId}:latest`) return handle(body, model);
    return refusal(404, `model '${model}' not found: there is only '${modelId}' here`, 'model_not_found');
  };
}

/** The body of a refusal in the shape that clients of this path read. */
export function refusalBody(path: string, { status, message, code }: EchoRefusal): object {
  if (path === '/' || path.startsWith('/api/')) return { error: message };
  if (path.startsWith('/v1/messages')) {
    return { type: 'error', error: { type: anthropicType(status), message }, request_id: null };
  }
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  return { error: { message, type, param: null, code } };
}

function anthropicType(status: number): string {
  const types: Readonly<Record<number, string>> = {
    401: 'authentication_error',
    404: 'not_found_error',
    413: 'request_too_large',
    500: 'api_error',
  };
  return types[status] ?? 'invalid_request_error';
}
