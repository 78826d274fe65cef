// Answers in the three dialects for the fake upstream: whole and streamed, with usage. And an unruly server, which does
// what the name of the model says: stalls, breaks off, is huge, sends keep-alives.

import type { ServerResponse } from 'node:http';
import { type Arrival, type Behaviour, chatFrames, chatUsage, json } from './fake-upstream.ts';

export type WireDialect = 'openai' | 'anthropic' | 'ollama';

const usualWords: readonly string[] = ['one', ' two', ' three'];
export const usualText = usualWords.join('');

export type Asked = {
  readonly model?: string;
  readonly stream?: boolean;
  readonly input?: unknown;
  readonly encoding_format?: string;
};

export function askedOf(arrival: Arrival): Asked {
  try {
    return JSON.parse(arrival.body.toString('utf8')) as Asked;
  } catch {
    return {};
  }
}

function dialectOf(path: string): WireDialect {
  if (path.startsWith('/v1/messages')) return 'anthropic';
  return path.startsWith('/api/') ? 'ollama' : 'openai';
}

/** Ollama streams unless it is told not to. */
function isStreamed(arrival: Arrival): boolean {
  const { stream } = askedOf(arrival);
  return dialectOf(arrival.path) === 'ollama' ? stream !== false : stream === true;
}

/** A whole stream as the frames in which it is sent. */
export function framesOf(dialect: WireDialect, words: readonly string[] = usualWords): readonly string[] {
  if (dialect === 'openai') return chatFrames(words);
  if (dialect === 'ollama') {
    const line = (content: string, more: object) =>
      `${JSON.stringify({ model: 'm', created_at: '2026-11-21T00:00:00Z', message: { role: 'assistant', content }, ...more })}\n`;
    const end = { done: true, done_reason: 'stop', prompt_eval_count: 7, eval_count: 3 };
    return [...words.map((word) => line(word, { done: false })), line('', end)];
  }
  const event = (type: string, more: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
  return [
    event('message_start', {
      message: { ...anthropicMessage, content: [], usage: { input_tokens: 7, output_tokens: 0 } },
    }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...words.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 3 } }),
    event('message_stop', {}),
  ];
}

const anthropicMessage = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  stop_reason: null,
  stop_sequence: null,
};

/** A whole answer that is not streamed. */
export function wholeOf(dialect: WireDialect, text: string = usualText): object {
  if (dialect === 'anthropic') {
    const content = [{ type: 'text', text }];
    return { ...anthropicMessage, content, stop_reason: 'end_turn', usage: { input_tokens: 7, output_tokens: 3 } };
  }
  if (dialect === 'ollama') {
    const message = { role: 'assistant', content: text };
    return { model: 'm', message, done: true, done_reason: 'stop', prompt_eval_count: 7, eval_count: 3 };
  }
  const choice = { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' };
  return { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'm', choices: [choice], usage: chatUsage };
}

export function openStream(res: ServerResponse, dialect: WireDialect): void {
  res.writeHead(200, { 'content-type': dialect === 'ollama' ? 'application/x-ndjson' : 'text/event-stream' });
  res.flushHeaders();
}

/** Lists of models for GET, vectors for embeddings, else the usual text, streamed or not as asked. */
export const dialectAnswer: Behaviour = (arrival, res) => {
  const dialect = dialectOf(arrival.path);
  if (arrival.method !== 'POST') return json(res, 200, listOf(dialect));
  if (/embed/.test(arrival.path)) return json(res, 200, vectorsFor(dialect, askedOf(arrival)));
  if (!isStreamed(arrival)) return json(res, 200, wholeOf(dialect));
  openStream(res, dialect);
  for (const frame of framesOf(dialect)) res.write(frame);
  res.end();
};

function listOf(dialect: WireDialect): object {
  if (dialect === 'ollama') return { models: [{ name: 'm:latest', model: 'm:latest', digest: 'ab12', size: 1 }] };
  return { object: 'list', data: [{ id: 'm', object: 'model', created: 1, owned_by: 'me' }] };
}

function vectorsFor(dialect: WireDialect, { input, encoding_format }: Asked): object {
  const texts = Array.isArray(input) ? input : [input];
  const vector = [0.5, 0.25];
  if (dialect === 'ollama') return { model: 'm', embeddings: texts.map(() => vector), prompt_eval_count: 2 };
  const packed = Buffer.from(Float32Array.from(vector).buffer).toString('base64');
  const embedding = encoding_format === 'base64' ? packed : vector;
  const data = texts.map((_, index) => ({ object: 'embedding', index, embedding }));
  return { object: 'list', model: 'm', data, usage: { prompt_tokens: 2, total_tokens: 2 } };
}

/** Five thousand words of a thousand letters, each its own. */
export const hugeWords: readonly string[] = Array.from({ length: 5000 }, (_, n) => ` ${n}`.padEnd(1000, 'x'));

/** Does what the model's name says, and answers as usual for every other name. */
export const unrulyAnswer: Behaviour = async (arrival, res, req) => {
  const dialect = dialectOf(arrival.path);
  const frames = framesOf(dialect);
  switch (arrival.method === 'POST' ? askedOf(arrival).model : undefined) {
    case 'fails':
      return json(res, 500, failureOf(dialect));
    case 'stalls':
      return;
    case 'dies-before':
      return void req.socket.destroy();
    case 'dies-inside':
      // Headers that promise a whole answer, half of it, and nothing more.
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 5000 });
      return void res.write('{"id":"chatcmpl-1","choices":[{', () => req.socket.destroy());
    case 'dies-streaming':
      openStream(res, dialect);
      return void res.write(frames.slice(0, -3).join(''), () => req.socket.destroy());
    case 'dies-in-a-frame':
      openStream(res, dialect);
      return void res.write(`${frames[0]}${frames[1]?.slice(0, 20)}`, () => req.socket.destroy());
    case 'stalls-streaming':
      openStream(res, dialect);
      return void res.write(frames.slice(0, dialect === 'ollama' ? 1 : 3).join(''));
    case 'keeps-alive':
      openStream(res, dialect);
      for (const frame of frames) res.write(`${keepAlive[dialect]}${frame}`);
      return void res.end();
    case 'huge':
      if (!isStreamed(arrival)) return json(res, 200, wholeOf(dialect, hugeWords.join('')));
      openStream(res, dialect);
      for (const frame of framesOf(dialect, hugeWords)) {
        if (!res.write(frame)) await new Promise((resolve) => res.once('drain', resolve));
      }
      return void res.end();
    default:
      return dialectAnswer(arrival, res, req);
  }
};

function failureOf(dialect: WireDialect): object {
  const message = 'the model fell over';
  if (dialect === 'ollama') return { error: message };
  if (dialect === 'anthropic') return { type: 'error', error: { type: 'api_error', message }, request_id: null };
  return { error: { message, type: 'server_error', param: null, code: 'model_failed' } };
}

// Ollama sends none; an empty line is what its clients would have to bear.
const keepAlive: Readonly<Record<WireDialect, string>> = {
  openai: ': keep-alive\n\n',
  anthropic: 'event: ping\ndata: {"type":"ping"}\n\n',
  ollama: '',
};
