// Finds the id under which a server keeps an answer, so that only its maker can go on from it or read it. The ids of chat
// chunks and messages are left out: nothing is kept under them.

import type { JsonObject } from '../../lib/json-shape.ts';
import { valueAt } from './json-path.ts';

/** The route table takes no longer ones back. */
const longestId = 200;

/** Top-level members from which the id of an answer that is not streamed can be read. */
export const responseIdMembers: readonly string[] = ['id', 'object', 'response_id'];

/** OpenAI Responses (whole, or in an event's `response`) and LM Studio's `/api/v1/chat` (whole, or in chat.end). */
export function responseIdOf(message: JsonObject): string | undefined {
  return (
    keptId(message['response_id']) ??
    keptId(valueAt(message, ['result', 'response_id'])) ??
    idOfResponse(message['response']) ??
    idOfResponse(message)
  );
}

function idOfResponse(value: unknown): string | undefined {
  const id = keptId(valueAt(value, ['id']));
  if (id === undefined) return undefined;
  return id.startsWith('resp_') || valueAt(value, ['object']) === 'response' ? id : undefined;
}

function keptId(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= longestId ? value : undefined;
}
