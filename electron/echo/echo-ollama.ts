// The echo model in Ollama's dialect, where an absent `stream` means streaming and lines are NDJSON (wire-formats §1.1).
// Answers what clients ask before and while they chat; pulling, deleting and the like do not exist here.

import { createHash } from 'node:crypto';
import { embed } from './echo-embedding.ts';
import {
  type EchoExchange,
  type EchoRoutes,
  type JsonObject,
  modelCreatedAt,
  modelDescription,
  modelId,
  modelOf,
  refuse,
  sendJson,
  sendStream,
} from './echo-exchange.ts';
import { asObject, type EchoReply, limitOf, objectsIn, replyTo, textOf, toolNames } from './echo-reply.ts';

// Nothing is computed; clients divide tokens by it.
const nanosecondsPerToken = 1_000_000;

export const ollamaRoutes: EchoRoutes = {
  'GET /': greet,
  'HEAD /': greet,
  // Clients compare it with the version they need.
  'GET /api/version': (exchange) => sendJson(exchange, { version: '0.30.0-keyhatch-echo' }),
  'GET /api/tags': (exchange) => sendJson(exchange, { models: [model()] }),
  'GET /api/ps': (exchange) =>
    sendJson(exchange, { models: [{ ...model(), size_vram: 0, expires_at: '2318-01-01T00:00:00Z' }] }),
  'POST /api/show': show,
  'POST /api/chat': chat,
  'POST /api/generate': generate,
  'POST /api/embed': embedTexts,
  'POST /api/embeddings': embedPrompt,
};

const details = {
  parent_model: '',
  format: 'none',
  family: 'keyhatch-echo',
  families: ['keyhatch-echo'],
  parameter_size: '0',
  quantization_level: 'none',
} as const;

function model(): JsonObject {
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

function greet({ response }: EchoExchange): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('Keyhatch echo model is running');
}

function show(exchange: EchoExchange): void {
  if (modelOf(exchange, exchange.body.model ?? exchange.body.name) === undefined) return;
  sendJson(exchange, {
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
    modified_at: model().modified_at,
  });
}

function chat(exchange: EchoExchange): Promise<void> | void {
  const { body } = exchange;
  const model = modelOf(exchange);
  if (model === undefined) return;
  const messages = objectsIn(body.messages).map(({ role, content }) => ({
    role: typeof role === 'string' ? role : 'user',
    text: textOf(content),
  }));
  if (messages.length === 0) return sendJson(exchange, { ...baseOf(model), message: said(''), ...loaded });
  const reply = replyTo({ messages, tools: toolNames(body.tools), maxTokens: maxTokensOf(body) });
  const calls = reply.tool === undefined ? undefined : [calling(reply.tool)];
  if (body.stream === false) {
    const message = { ...said(reply.pieces.join('')), ...(calls === undefined ? {} : { tool_calls: calls }) };
    return sendJson(exchange, { ...baseOf(model), message, ...endOf(reply) });
  }
  const parts = reply.pieces.map((piece) => ({ message: said(piece) }));
  const all = calls === undefined ? parts : [{ message: { ...said(''), tool_calls: calls } }];
  return sendStream(exchange, 'application/x-ndjson', lines(model, all, { message: said(''), ...endOf(reply) }));
}

function generate(exchange: EchoExchange): Promise<void> | void {
  const { body } = exchange;
  const model = modelOf(exchange);
  if (model === undefined) return;
  if (body.prompt === undefined || body.prompt === '') {
    return sendJson(exchange, { ...baseOf(model), response: '', ...loaded });
  }
  if (typeof body.prompt !== 'string') return refuse(exchange, 400, 'prompt must be a text');
  const system = typeof body.system === 'string' ? [{ role: 'system', text: body.system }] : [];
  const messages = [...system, { role: 'user', text: body.prompt }];
  const reply = replyTo({ messages, tools: [], maxTokens: maxTokensOf(body) });
  if (body.stream === false) {
    return sendJson(exchange, { ...baseOf(model), response: reply.pieces.join(''), ...endOf(reply) });
  }
  const parts = reply.pieces.map((piece) => ({ response: piece }));
  return sendStream(exchange, 'application/x-ndjson', lines(model, parts, { response: '', ...endOf(reply) }));
}

function embedTexts(exchange: EchoExchange): void {
  const { body } = exchange;
  const model = modelOf(exchange);
  if (model === undefined) return;
  const embedded = embed(body.input, body.dimensions);
  if (typeof embedded === 'string') return refuse(exchange, 400, embedded);
  const embeddings = embedded.vectors.map((vector) => [...vector]);
  const total_duration = embedded.tokens * nanosecondsPerToken;
  sendJson(exchange, { model, embeddings, total_duration, load_duration: 0, prompt_eval_count: embedded.tokens });
}

function embedPrompt(exchange: EchoExchange): void {
  if (modelOf(exchange) === undefined) return;
  const embedded = embed(exchange.body.prompt);
  if (typeof embedded === 'string') return refuse(exchange, 400, embedded);
  sendJson(exchange, { embedding: [...(embedded.vectors[0] ?? [])] });
}

function* lines(model: string, parts: readonly object[], end: object): Generator<string> {
  for (const part of parts) yield `${JSON.stringify({ ...baseOf(model), ...part, done: false })}\n`;
  yield `${JSON.stringify({ ...baseOf(model), ...end })}\n`;
}

const loaded = { done: true, done_reason: 'load' } as const;

function baseOf(model: string): JsonObject {
  return { model, created_at: new Date().toISOString() };
}

function said(content: string): object {
  return { role: 'assistant', content };
}

function calling(tool: NonNullable<EchoReply['tool']>): object {
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
