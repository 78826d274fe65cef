// The echo model in the OpenAI dialect: models, chat completions, completions and embeddings. The
// Responses API has its own file.

import { randomUUID } from 'node:crypto';
import { asObject, type JsonObject, objectsIn } from '../lib/json-shape.ts';
import {
  type EchoAnswer,
  type EchoRoutes,
  eventStream,
  forModel,
  json,
  modelCreatedAt,
  modelDescription,
  modelId,
  refusal,
  sseFrame,
} from './echo-answer.ts';
import { asBase64, embed } from './echo-embedding.ts';
import { type EchoMessage, type EchoReply, limitOf, piecesOf, replyTo, textOf, toolNames } from './echo-reply.ts';

const done = 'data: [DONE]\n\n';

export const openaiRoutes: EchoRoutes = {
  'GET /v1/models': () => json({ object: 'list', data: [model], has_more: false, first_id: modelId, last_id: modelId }),
  'GET /v1/models/echo': () => json(model),
  'GET /v1/models/echo:latest': () => json(model),
  'POST /v1/chat/completions': forModel(chat),
  'POST /v1/completions': forModel(complete),
  'POST /v1/embeddings': forModel(embeddings),
};

// Anthropic clients list models at the same path: one entry serves both.
const model = {
  id: modelId,
  object: 'model',
  created: modelCreatedAt,
  owned_by: 'keyhatch',
  description: modelDescription,
  type: 'model',
  display_name: 'Echo (built into Keyhatch, not a model)',
  created_at: new Date(modelCreatedAt * 1000).toISOString(),
} as const;

function chat(body: JsonObject, model: string): EchoAnswer {
  const messages = objectsIn(body.messages).map(readMessage);
  if (messages.length === 0) return refusal(400, 'messages must hold at least one message');
  const tools = body.tool_choice === 'none' ? [] : toolNames(body.tools);
  const reply = replyTo({ messages, tools, maxTokens: limitOf(body.max_completion_tokens, body.max_tokens) });
  const base = baseOf('chatcmpl', model);
  if (body.stream === true) {
    return eventStream(chatFrames(base, reply, wantsUsage(body)));
  }
  const toolCalls = reply.tool === undefined ? {} : { tool_calls: [toolCall(reply.tool, reply.tool.json)] };
  const content = reply.tool === undefined ? reply.text : null;
  const message = { role: 'assistant', content, refusal: null, ...toolCalls };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishOf(reply) };
  return json({ ...base, object: 'chat.completion', choices: [choice], usage: usageOf(reply) });
}

function* chatFrames(base: JsonObject, reply: EchoReply, withUsage: boolean): Generator<string> {
  const frame = (choices: readonly object[], usage: object | null) =>
    sseFrame({ ...base, object: 'chat.completion.chunk', choices, ...(withUsage ? { usage } : {}) });
  const delta = (part: object, finish: string | null = null) =>
    frame([{ index: 0, delta: part, logprobs: null, finish_reason: finish }], null);
  if (reply.tool === undefined) {
    yield delta({ role: 'assistant', content: '' });
    for (const content of piecesOf(reply.text)) yield delta({ content });
  } else {
    yield delta({ role: 'assistant', content: null, tool_calls: [{ index: 0, ...toolCall(reply.tool, '') }] });
    for (const piece of piecesOf(reply.tool.json))
      yield delta({ tool_calls: [{ index: 0, function: { arguments: piece } }] });
  }
  yield delta({}, finishOf(reply));
  if (withUsage) yield frame([], usageOf(reply));
  yield done;
}

function complete(body: JsonObject, model: string): EchoAnswer {
  const prompts = Array.isArray(body.prompt) ? body.prompt : [body.prompt];
  if (!prompts.every((prompt) => typeof prompt === 'string')) return refusal(400, 'prompt must be a text');
  const maxTokens = limitOf(body.max_tokens);
  const replies = prompts.map((text) => replyTo({ messages: [{ role: 'user', text }], tools: [], maxTokens }));
  const base = { ...baseOf('cmpl', model), object: 'text_completion' };
  if (body.stream === true) {
    return eventStream(completionFrames(base, replies, wantsUsage(body)));
  }
  const choices = replies.map((reply, index) => choiceOf(index, reply.text, finishOf(reply)));
  return json({ ...base, choices, usage: usageOf(...replies) });
}

function* completionFrames(base: JsonObject, replies: readonly EchoReply[], withUsage: boolean): Generator<string> {
  const usage = withUsage ? { usage: null } : {};
  for (const [index, reply] of replies.entries()) {
    for (const piece of piecesOf(reply.text))
      yield sseFrame({ ...base, choices: [choiceOf(index, piece, null)], ...usage });
    yield sseFrame({ ...base, choices: [choiceOf(index, '', finishOf(reply))], ...usage });
  }
  if (withUsage) yield sseFrame({ ...base, choices: [], usage: usageOf(...replies) });
  yield done;
}

function embeddings(body: JsonObject, model: string): EchoAnswer {
  const embedded = embed(body.input, body.dimensions);
  if (typeof embedded === 'string') return refusal(400, embedded);
  const data = embedded.vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: body.encoding_format === 'base64' ? asBase64(vector) : [...vector],
  }));
  const usage = { prompt_tokens: embedded.tokens, total_tokens: embedded.tokens };
  return json({ object: 'list', model, data, usage });
}

function readMessage(message: JsonObject): EchoMessage {
  const role = message.role === 'function' ? 'tool' : message.role;
  return { role: typeof role === 'string' ? role : 'user', text: textOf(message.content) };
}

function toolCall(tool: { readonly name: string }, json: string): object {
  return { id: `call_${randomUUID()}`, type: 'function', function: { name: tool.name, arguments: json } };
}

function choiceOf(index: number, text: string, finish: string | null): object {
  return { index, text, logprobs: null, finish_reason: finish };
}

function baseOf(prefix: string, model: string): JsonObject {
  const created = Math.floor(Date.now() / 1000);
  return { id: `${prefix}-${randomUUID()}`, created, model, system_fingerprint: 'keyhatch-echo' };
}

function wantsUsage(body: JsonObject): boolean {
  return asObject(body.stream_options)?.include_usage === true;
}

function finishOf(reply: EchoReply): string {
  if (reply.tool !== undefined) return 'tool_calls';
  return reply.cut ? 'length' : 'stop';
}

function usageOf(...replies: readonly EchoReply[]): object {
  const prompt = replies.reduce((sum, { tokensIn }) => sum + tokensIn, 0);
  const completion = replies.reduce((sum, { tokensOut }) => sum + tokensOut, 0);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
