// The echo model in OpenAI's Responses API, whole and as events. Stores nothing: an answer cannot be
// fetched again.

import { randomUUID } from 'node:crypto';
import { type JsonObject, objectsIn } from '../lib/json-shape.ts';
import { type EchoAnswer, type EchoRoutes, eventStream, forModel, json, refusal, sseFrame } from './echo-answer.ts';
import {
  type EchoMessage,
  type EchoReply,
  type EchoToolCall,
  limitOf,
  piecesOf,
  replyTo,
  textOf,
  toolNames,
} from './echo-reply.ts';

export const responsesRoutes: EchoRoutes = { 'POST /v1/responses': forModel(respond) };

function respond(body: JsonObject, model: string): EchoAnswer {
  const input = readInput(body.input);
  if (input === undefined) return refusal(400, 'input must be a text or a list of items');
  const system = typeof body.instructions === 'string' ? [{ role: 'system', text: body.instructions }] : [];
  const tools = body.tool_choice === 'none' ? [] : toolNames(body.tools);
  const reply = replyTo({ messages: [...system, ...input], tools, maxTokens: limitOf(body.max_output_tokens) });
  const base = baseOf(body, model);
  if (body.stream === true) return eventStream(frames(base, reply));
  return json(finished(base, reply, reply.tool === undefined ? messageItem(reply) : callItem(reply.tool)));
}

function* frames(base: JsonObject, reply: EchoReply): Generator<string> {
  let sequence_number = 0;
  const event = (type: string, fields: object) =>
    sseFrame({ type, ...fields, sequence_number: sequence_number++ }, type);
  const response = { ...base, status: 'in_progress', output: [], usage: null };
  yield event('response.created', { response });
  yield event('response.in_progress', { response });
  const item = yield* reply.tool === undefined ? messageEvents(event, reply) : callEvents(event, reply.tool);
  yield event('response.output_item.done', { output_index: 0, item });
  yield event(reply.cut ? 'response.incomplete' : 'response.completed', { response: finished(base, reply, item) });
}

type MakeEvent = (type: string, fields: object) => string;

function* messageEvents(event: MakeEvent, reply: EchoReply): Generator<string, JsonObject> {
  const item = messageItem(reply);
  const at = { item_id: item.id, output_index: 0, content_index: 0 };
  const { text } = reply;
  yield event('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } });
  yield event('response.content_part.added', { ...at, part: textPart('') });
  for (const delta of piecesOf(text)) yield event('response.output_text.delta', { ...at, delta, logprobs: [] });
  yield event('response.output_text.done', { ...at, text, logprobs: [] });
  yield event('response.content_part.done', { ...at, part: textPart(text) });
  return item;
}

function* callEvents(event: MakeEvent, tool: EchoToolCall): Generator<string, JsonObject> {
  const item = callItem(tool);
  const at = { item_id: item.id, output_index: 0 };
  const fresh = { ...item, status: 'in_progress', arguments: '' };
  yield event('response.output_item.added', { output_index: 0, item: fresh });
  for (const delta of piecesOf(tool.json)) yield event('response.function_call_arguments.delta', { ...at, delta });
  yield event('response.function_call_arguments.done', { ...at, name: tool.name, arguments: item.arguments });
  return item;
}

function readInput(input: unknown): readonly EchoMessage[] | undefined {
  if (typeof input === 'string') return [{ role: 'user', text: input }];
  return Array.isArray(input) ? objectsIn(input).map(readItem) : undefined;
}

function readItem(item: JsonObject): EchoMessage {
  if (item.type === 'function_call_output') return { role: 'tool', text: textOf(item.output) };
  return { role: typeof item.role === 'string' ? item.role : 'assistant', text: textOf(item.content) };
}

function messageItem(reply: EchoReply): JsonObject {
  const content = [textPart(reply.text)];
  const status = reply.cut ? 'incomplete' : 'completed';
  return { id: `msg_${randomUUID()}`, type: 'message', status, role: 'assistant', content };
}

function callItem(tool: EchoToolCall): JsonObject {
  const call = { name: tool.name, arguments: tool.json };
  return {
    id: `fc_${randomUUID()}`,
    type: 'function_call',
    status: 'completed',
    call_id: `call_${randomUUID()}`,
    ...call,
  };
}

function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function finished(base: JsonObject, reply: EchoReply, item: JsonObject): JsonObject {
  const usage = {
    input_tokens: reply.tokensIn,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: reply.tokensOut,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: reply.tokensIn + reply.tokensOut,
  };
  const incomplete = reply.cut ? { reason: 'max_output_tokens' } : null;
  const status = reply.cut ? 'incomplete' : 'completed';
  return { ...base, status, incomplete_details: incomplete, output: [item], usage };
}

function baseOf(body: JsonObject, model: string): JsonObject {
  return {
    id: `resp_${randomUUID().replaceAll('-', '')}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: body.temperature ?? 1,
    text: { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: 'disabled',
  };
}
