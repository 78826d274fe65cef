// The gateway asks a model server for token numbers that the client did not ask for, and the client never notices.

import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type UpstreamKind, upstreamKindNames } from '../../../shared/upstream-kinds.ts';
import { startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
afterEach(() => bed.close());

const word = 'data: {"id":"c","choices":[{"index":0,"delta":{"content":"one"}}],"usage":null}\n\n';
const usageChunk =
  'data: {"id":"c","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}\n\n';
const done = 'data: [DONE]\n\n';

/** Like most servers: numbers for those who ask. */
async function open(kind: UpstreamKind, headers: Record<string, string> = {}): Promise<void> {
  bed = await makeBed({ kind });
  bed.upstream.behave = (arrival, res) => {
    const asked = /"include_usage": ?true/.test(arrival.body.toString());
    res.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    res.end(word + (asked ? usageChunk : '') + done);
  };
}

async function ask(body: string, path = '/v1/chat/completions') {
  const row = bed.nextRow();
  const response = await bed.fetch(path, { method: 'POST', body });
  const text = await response.text();
  const arrived = bed.upstream.journal.at(-1);
  return { text, response, row: await row, sent: arrived?.body.toString() ?? '', arrived };
}

test('it asks, meters, and takes the chunk out', async () => {
  await open('ollama');
  const body = chat({ stream: true });
  const { text, row, sent, arrived } = await ask(body);
  expect(sent).toBe(`{"stream_options":{"include_usage":true},${body.slice(1)}`);
  expect(arrived?.headers['content-length']).toBe(String(sent.length));
  expect(text).toBe(word + done);
  expect(row).toMatchObject({
    tokensIn: 7,
    tokensOut: 3,
    tokenSource: 'reported',
    outcome: 'ok',
    bytesIn: body.length,
    bytesOut: text.length,
  });
});

test('every byte of the client’s body stays, at both ends of the paths that know the option', async () => {
  await open('vllm');
  const body = ' {\n "model": "m",\t"prompt": "ü€😀 \\u0041",  "stream" : true }\n';
  const { sent, text } = await ask(body, '/v1/completions');
  expect(sent).toBe(` {"stream_options":{"include_usage":true},${body.slice(2)}`);
  expect(text).toBe(word + done);
});

test.each([
  ['{"a": [1, {"include_usage":2}] }', '{"include_usage":true,"a": [1, {"include_usage":2}] }'],
  ['{ }', '{"include_usage":true }'],
  ['null', '{"include_usage":true}'],
])('stream_options %s keep what the client put into them', async (before, after) => {
  await open('mlxlm');
  const body = (options: string) => `{"model":"m","messages":[],"stream_options": ${options} ,"stream":true}`;
  const { sent, text } = await ask(body(before));
  expect(sent).toBe(body(after));
  expect(text).toBe(word + done);
});

test.each(['{"include_usage":true}', '{"include_usage":false}', '{"Include_Usage":true}', '"odd"', '[]'])(
  'a client that says %s itself is left alone',
  async (options) => {
    await open('ollama');
    const body = `{"model":"m","messages":[],"stream":true,"stream_options":${options}}`;
    const { sent, text } = await ask(body);
    expect(sent).toBe(body);
    expect(text).toBe(word + (options === '{"include_usage":true}' ? usageChunk : '') + done);
  },
);

test('vLLM takes any stream options for a wish for usage, so the client keeps its chunk', async () => {
  await open('vllm');
  const body = chat({ stream: true, stream_options: { continuous_usage_stats: true } });
  expect((await ask(body)).sent).toBe(body);
});

const willing = ['ollama', 'lmstudio', 'vllm', 'omlx', 'mlxlm', 'textgen', 'tabbyapi', 'localai', 'koboldcpp', 'echo'];

test.each(upstreamKindNames)('%s is asked only when it is known to take it', async (kind) => {
  await open(kind);
  const body = chat({ stream: true });
  const { sent, text } = await ask(body);
  expect(sent === body).toBe(!willing.includes(kind));
  expect(text).toBe(word + done);
});

test.each([
  ['/v1/chat/completions', chat()],
  ['/v1/chat/completions', chat({ stream: false })],
  ['/v1/responses', JSON.stringify({ model: 'm', input: 'hi', stream: true })],
  ['/v1/messages', chat({ stream: true })],
  ['/api/chat', chat({ stream: true })],
])('%s with %s is not touched', async (path, body) => {
  await open('ollama');
  expect((await ask(body, path)).sent).toBe(body);
});

test('a server that refuses the option is not asked again', async () => {
  await open('localai');
  const answer = bed.upstream.behave;
  bed.upstream.behave = (arrival, res, req) => {
    if (!arrival.body.includes('stream_options')) return answer(arrival, res, req);
    res.writeHead(400, { 'content-type': 'application/json' });
    res.end('{"error":{"message":"Unrecognized request argument supplied: stream_options"}}');
  };
  const body = chat({ stream: true });
  const first = await ask(body);
  expect([first.response.status, first.text]).toEqual([400, expect.stringContaining('Unrecognized')]);
  const second = await ask(body);
  expect([second.response.status, second.sent, second.text]).toEqual([200, body, word + done]);
});

test.each([
  ['a value of its own', { temperature: 'include_usage' }],
  ['what was put in beside it', { messages: null }],
])('a key that has a refusal quote the option with %s spoils it for no other key', async (_what, spoilt) => {
  await open('vllm');
  const answer = bed.upstream.behave;
  bed.upstream.behave = ({ body }, res) => {
    res.writeHead(400, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ error: { message: `not valid: ${body}` } }));
  };
  expect((await ask(chat({ stream: true, ...spoilt }))).text).toContain('include_usage');
  bed.upstream.behave = answer;
  const { key } = bed.addKey();
  const response = await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat({ stream: true }), key });
  expect(await response.text()).toBe(word + done);
  expect(bed.upstream.journal.at(-1)?.body.toString()).toContain('include_usage');
});

test('a refusal for another reason changes nothing', async () => {
  await open('localai');
  const answer = bed.upstream.behave;
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"too long"}}');
  };
  await ask(chat({ stream: true }));
  bed.upstream.behave = answer;
  expect((await ask(chat({ stream: true }))).sent).toContain('include_usage');
});

test('a stream that is compressed all the same passes whole, and its server is not asked again', async () => {
  await open('ollama');
  bed.upstream.behave = (arrival, res) => {
    expect(arrival.headers['accept-encoding']).toBe('identity');
    res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    res.end(gzipSync(word + usageChunk + done));
  };
  const body = chat({ stream: true });
  const first = await ask(body);
  expect(first.text).toBe(word + usageChunk + done);
  expect(first.row).toMatchObject({ tokensIn: 7, tokensOut: 3, tokenSource: 'reported' });
  expect((await ask(body)).sent).toBe(body);
});

test('a stream that says its length is not cut short by what was taken out', async () => {
  await open('ollama', { 'content-length': String((word + usageChunk + done).length) });
  const { text, response } = await ask(chat({ stream: true }));
  expect(text).toBe(word + done);
  expect(response.headers.get('content-length')).toBe(null);
});

test('a large body goes on whole', async () => {
  await open('ollama');
  const body = chat({ stream: true, padding: 'x'.repeat(3_000_000) });
  const { sent } = await ask(body);
  expect(sent === `{"stream_options":{"include_usage":true},${body.slice(1)}`).toBe(true);
});

test('after a refused connection the next server is asked by its own rule', async () => {
  await open('ollama');
  const gone = await startFakeUpstream();
  const first = bed.upstreams[0];
  if (!first) throw new Error('no upstream');
  bed.upstreams[0] = { ...first, url: new URL(gone.url) };
  await gone.close();
  const other = await startFakeUpstream(bed.upstream.behave);
  try {
    bed.addUpstream(other, { kind: 'llamacpp' });
    const body = chat({ stream: true });
    const response = await bed.fetch('/v1/chat/completions', { method: 'POST', body });
    expect(await response.text()).toBe(word + done);
    expect(other.journal[0]?.body.toString()).toBe(body);
  } finally {
    await other.close();
  }
});

test('a stream that breaks in the middle of an event ends behind a whole one, and says so', async () => {
  await open('ollama');
  bed.upstream.behave = async (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    await new Promise((resolve) => res.write(word + usageChunk.slice(0, 40), resolve));
    res.destroy();
  };
  const text = await bed.raw(
    [
      'POST /v1/chat/completions HTTP/1.1',
      `host: 127.0.0.1:${bed.port}`,
      `authorization: Bearer ${bed.key}`,
      'content-type: application/json',
      `content-length: ${chat({ stream: true }).length}`,
      '',
      chat({ stream: true }),
    ].join('\r\n'),
  );
  expect(text).toContain(word);
  expect(text).toContain('upstream_broken');
  expect(text).not.toContain('"choices":[]');
});
