// What is said over a Responses WebSocket that no model server said: errors, as OpenAI's WebSocket mode has them, and that a turn is
// kept. Pure.

import type { KeyhatchError } from '../../../shared/errors.ts';
import { isJsonObject, type JsonObject } from '../../lib/json-shape.ts';
import { errorBody, errorHeaders } from '../reply.ts';

/** Codes that clients of OpenAI's WebSocket mode act upon: they send everything again, or open a new socket. */
const knownCodes: Readonly<Record<string, string>> = {
  response_unknown: 'previous_response_not_found',
  websocket_too_old: 'websocket_connection_limit_reached',
};

/** Said before the events of a turn that is kept, where the upgrade could not say it. Clients pass over types they do not know. */
export const capturedEvent = JSON.stringify({
  type: 'keyhatch.captured',
  message:
    'What is asked and answered with this key is being kept from now on. The owner of this server switched that on.',
});

/** The event that says an error of ours. */
export function errorEvent(error: KeyhatchError, requestId: string): string {
  const body = errorBody(error, 'openai', requestId) as { readonly error: JsonObject };
  return refusalEvent(error.status, body, { ...errorHeaders(error), 'x-request-id': requestId });
}

/** The event that says what would have been an HTTP answer with this status and body. */
export function refusalEvent(status: number, body: unknown, headers: Readonly<Record<string, string>>): string {
  const said = isJsonObject(body) && isJsonObject(body['error']) ? body['error'] : { message: 'It gave no reason.' };
  const code = knownCodes[headers['x-keyhatch-error'] ?? ''] ?? said['code'] ?? null;
  const param = code === 'previous_response_not_found' ? 'previous_response_id' : (said['param'] ?? null);
  const error = { ...said, code, param };
  // Twice, because the guide shows it inside and the SDK's types outside.
  return JSON.stringify({ type: 'error', status, code, message: said['message'], param, error, headers });
}
