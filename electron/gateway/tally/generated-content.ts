// Tells a streamed event that carries something the model generated from roles, pings, progress and ends, by the members
// that hold text, reasoning or tool calls in each protocol. Counts nothing.

import type { JsonObject } from '../../lib/json-shape.ts';
import { isFilledAt, type JsonPath, stringsAt } from './json-path.ts';

const contentPaths: readonly JsonPath[] = [
  // OpenAI chat; the names for reasoning differ from server to server.
  ['choices', '*', 'delta', 'content'],
  ['choices', '*', 'delta', 'reasoning_content'],
  ['choices', '*', 'delta', 'reasoning'],
  ['choices', '*', 'delta', 'tool_calls'],
  ['choices', '*', 'delta', 'function_call', 'arguments'],
  ['choices', '*', 'delta', 'refusal'],
  // OpenAI legacy completions.
  ['choices', '*', 'text'],
  // Responses `*.delta`, and transcriptions.
  ['delta'],
  // Anthropic content_block_delta.
  ['delta', 'text'],
  ['delta', 'thinking'],
  ['delta', 'partial_json'],
  // Ollama /api/chat and /api/generate.
  ['message', 'content'],
  ['message', 'thinking'],
  ['message', 'tool_calls'],
  ['response'],
  ['thinking'],
  // LM Studio message.delta and reasoning.delta; llama.cpp /completion.
  ['content'],
];

export function carriesGenerated(event: JsonObject): boolean {
  return contentPaths.some((path) => isFilledAt(event, path));
}

/** The pieces of text in an event, as `carriesGenerated` finds them; of tool calls, whatever is written in them. */
export function generatedIn(event: JsonObject): string[] {
  // Some servers write the same thought under two names.
  return [...new Set(contentPaths.flatMap((path) => stringsAt(event, path)))];
}

/** oMLX keeps a connection alive with chunks that look like content. */
export function isKeepAlive(event: JsonObject): boolean {
  return event['model'] === 'keepalive';
}
