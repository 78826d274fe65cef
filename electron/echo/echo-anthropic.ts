// The echo model in the Anthropic dialect: messages, whole and as events, and counting. Models are
// listed by echo-openai.ts, which serves both.

import { randomUUID } from 'node:crypto';
import { asObject, type JsonObject, objectsIn } from '../lib/json-shape.ts';
import { type EchoAnswer, type EchoRoutes, eventStream, forModel, json, refusal, sseFrame } from './echo-answer.ts';
import {
  countTokens,
  type EchoMessage,
  type EchoReply,
  limitOf,
  piecesOf,
  replyTo,
  textOf,
  toolNames,
} from './echo-reply.ts';

export const anthropicRoutes: EchoRoutes = {
  'POST /v1/messages': forModel(answer),
  'POST /v1/messages/count_tokens': forModel(count),
};

function answer(body: JsonObject, model: string): EchoAnswer {
  const messages = readMessages(body);
  if (messages === undefined) return refusal(400, 'messages: at least one message is required');
  const tools = asObject(body.tool_choice)?.type === 'none' ? [] : toolNames(body.tools);
  const reply = replyTo({ messages, tools, maxTokens: limitOf(body.max_tokens) });
  const base = { id: `msg_${randomUUID()}`, type: 'message', role: 'assistant', model };
  if (body.stream === true) return eventStream(frames(base, reply));
  const block = reply.tool === undefined ? { type: 'text', text: reply.text } : toolBlock(reply.tool, reply.tool.input);
  const usage = usageOf(reply, reply.tokensOut);
  return json({ ...base, content: [block], stop_reason: stopOf(reply), stop_sequence: null, usage });
}

function* frames(base: JsonObject, reply: EchoReply): Generator<string> {
  const event = (type: string, fields: object = {}) => sseFrame({ type, ...fields }, type);
  const start = { ...base, content: [], stop_reason: null, stop_sequence: null, usage: usageOf(reply, 0) };
  yield event('message_start', { message: start });
  const block = reply.tool === undefined ? { type: 'text', text: '' } : toolBlock(reply.tool, {});
  yield event('content_block_start', { index: 0, content_block: block });
  yield event('ping');
  for (const text of piecesOf(reply.text))
    yield event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
  for (const partial_json of piecesOf(reply.tool?.json ?? '')) {
    yield event('content_block_delta', { index: 0, delta: { type: 'input_json_delta', partial_json } });
  }
  yield event('content_block_stop', { index: 0 });
  // Totals of the whole message, not additions.
  const delta = { stop_reason: stopOf(reply), stop_sequence: null };
  yield event('message_delta', { delta, usage: usageOf(reply, reply.tokensOut) });
  yield event('message_stop');
}

function count(body: JsonObject): EchoAnswer {
  const messages = readMessages(body);
  if (messages === undefined) return refusal(400, 'messages: at least one message is required');
  return json({ input_tokens: messages.reduce((sum, { text }) => sum + countTokens(text), 0) });
}

function readMessages(body: JsonObject): readonly EchoMessage[] | undefined {
  const messages = objectsIn(body.messages);
  if (messages.length === 0) return undefined;
  const system = { role: 'system', text: textOf(body.system) };
  return [system, ...messages.map((message) => ({ role: roleOf(message), text: textOf(message.content) }))];
}

// Results of tools come in the user's name here.
function roleOf(message: JsonObject): string {
  if (objectsIn(message.content).some(({ type }) => type === 'tool_result')) return 'tool';
  return typeof message.role === 'string' ? message.role : 'user';
}

function toolBlock(tool: { readonly name: string }, input: JsonObject): object {
  return { type: 'tool_use', id: `toolu_${randomUUID().replaceAll('-', '')}`, name: tool.name, input };
}

function stopOf(reply: EchoReply): string {
  if (reply.tool !== undefined) return 'tool_use';
  return reply.cut ? 'max_tokens' : 'end_turn';
}

function usageOf(reply: EchoReply, tokensOut: number): object {
  return {
    input_tokens: reply.tokensIn,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: tokensOut,
  };
}
