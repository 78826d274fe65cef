// The echo model in Ollama's dialect, where an absent `stream` means streaming and lines are NDJSON.
// Answers what clients ask before and while they chat; pulling, deleting and the like do not exist here.

import { createHash } from 'node:crypto';
import { asObject, type JsonObject, objectsIn } from '../lib/json-shape.ts';
import {
  type EchoAnswer,
  type EchoRoutes,
  forModel,
  json,
  modelCreatedAt,
  modelDescription,
  modelId,
  refusal,
} from './echo-answer.ts';
import { embed } from './echo-embedding.ts';
import { type EchoReply, type EchoToolCall, limitOf, piecesOf, replyTo, textOf, toolNames } from './echo-reply.ts';

// Nothing is computed; clients divide tokens by it.
const nanosecondsPerToken = 1_000_000;

export const ollamaRoutes: EchoRoutes = {
  'GET /': () => ({ kind: 'text', text: 'Keyhatch echo model is running' }),
  'HEAD /': () => ({ kind: 'text', text: 'Keyhatch echo model is running' }),
  // Clients compare it with the version they need.
  'GET /api/version': () => json({ version: '0.30.0-keyhatch-echo' }),
  'GET /api/tags': () => json({ models: [listed()] }),
  'GET /api/ps': () => json({ models: [{ ...listed(), size_vram: 0, expires_at: '2318-01-01T00:00:00Z' }] }),
  'POST /api/show': forModel(show),
  'POST /api/chat': forModel(chat),
  'POST /api/generate': forModel(generate),
  'POST /api/embed': forModel(embedTexts),
  'POST /api/embeddings': forModel(embedPrompt),
};

const details = {
  parent_model: '',
  format: 'none',
  family: 'keyhatch-echo',
  families: ['keyhatch-echo'],
  parameter_size: '0',
  quantization_level: 'none',
} as const;

function listed(): JsonObject {
  const name = `${modelId}:latest`;
  const digest = createHash('sha256').update(modelDescription).digest('hex');
  const modified_at = new Date(modelCreatedAt * 1000).toISOString();
  return {
    name,
    model: name,
    modified_at,
    size: 0,
    digest,
    description: modelDescription,
    owned_by: 'keyhatch',
    details,
  };
}

function show(): EchoAnswer {
  return json({
    license: '',
    modelfile: `# ${modelDescription}`,
    parameters: '',
    template: '{{ .Prompt }}',
    details,
    model_info: {
      'general.architecture': 'keyhatch-echo',
      'general.description': modelDescription,
      'keyhatch-echo.context_length': 131_072,
      'keyhatch-echo.embedding_length': 64,
    },
    capabilities: ['completion', 'tools', 'embedding'],
    modified_at: listed().modified_at,
  });
}

function chat(body: JsonObject, model: string): EchoAnswer {
  const messages = objectsIn(body.messages).map(({ role, content }) => ({
    role: typeof role === 'string' ? role : 'user',
    text: textOf(content),
  }));
  if (messages.length === 0) return json({ ...baseOf(model), message: said(''), ...loaded });
  const reply = replyTo({ messages, tools: toolNames(body.tools), maxTokens: maxTokensOf(body) });
  const calls = reply.tool === undefined ? undefined : [calling(reply.tool)];
  if (body.stream === false) {
    const message = { ...said(reply.text), ...(calls === undefined ? {} : { tool_calls: calls }) };
    return json({ ...baseOf(model), message, ...endOf(reply) });
  }
  const parts = calls === undefined ? spoken(reply.text) : [{ message: { ...said(''), tool_calls: calls } }];
  return lines(model, parts, { message: said(''), ...endOf(reply) });
}

function generate(body: JsonObject, model: string): EchoAnswer {
  if (body.prompt === undefined || body.prompt === '') {
    return json({ ...baseOf(model), response: '', ...loaded });
  }
  if (typeof body.prompt !== 'string') return refusal(400, 'prompt must be a text');
  const system = typeof body.system === 'string' ? [{ role: 'system', text: body.system }] : [];
  const messages = [...system, { role: 'user', text: body.prompt }];
  const reply = replyTo({ messages, tools: [], maxTokens: maxTokensOf(body) });
  if (body.stream === false) {
    return json({ ...baseOf(model), response: reply.text, ...endOf(reply) });
  }
  return lines(model, generated(reply.text), { response: '', ...endOf(reply) });
}

function embedTexts(body: JsonObject, model: string): EchoAnswer {
  const embedded = embed(body.input, body.dimensions);
  if (typeof embedded === 'string') return refusal(400, embedded);
  const embeddings = embedded.vectors.map((vector) => [...vector]);
  const total_duration = embedded.tokens * nanosecondsPerToken;
  return json({ model, embeddings, total_duration, load_duration: 0, prompt_eval_count: embedded.tokens });
}

function embedPrompt(body: JsonObject): EchoAnswer {
  const embedded = embed(body.prompt);
  if (typeof embedded === 'string') return refusal(400, embedded);
  return json({ embedding: [...(embedded.vectors[0] ?? [])] });
}

function lines(model: string, parts: Iterable<object>, end: object): EchoAnswer {
  const line = (fields: object) => `${JSON.stringify({ ...baseOf(model), ...fields })}\n`;
  const frames = function* () {
    for (const part of parts) yield line({ ...part, done: false });
    yield line(end);
  };
  return { kind: 'stream', type: 'application/x-ndjson', frames: frames() };
}

function* spoken(text: string): Generator<object> {
  for (const piece of piecesOf(text)) yield { message: said(piece) };
}

function* generated(text: string): Generator<object> {
  for (const piece of piecesOf(text)) yield { response: piece };
}

const loaded = { done: true, done_reason: 'load' } as const;

function baseOf(model: string): JsonObject {
  return { model, created_at: new Date().toISOString() };
}

function said(content: string): object {
  return { role: 'assistant', content };
}

function calling(tool: EchoToolCall): object {
  return { function: { index: 0, name: tool.name, arguments: tool.input } };
}

function endOf({ cut, tokensIn, tokensOut }: EchoReply): object {
  return {
    done: true,
    done_reason: cut ? 'length' : 'stop',
    total_duration: (tokensIn + tokensOut) * nanosecondsPerToken,
    load_duration: 0,
    prompt_eval_count: tokensIn,
    prompt_eval_duration: tokensIn * nanosecondsPerToken,
    eval_count: tokensOut,
    eval_duration: tokensOut * nanosecondsPerToken,
  };
}

function maxTokensOf(body: JsonObject): number | undefined {
  return limitOf(asObject(body.options)?.num_predict);
}
