import { Ollama } from 'ollama';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EchoUpstream, startEchoUpstream } from '../../../electron/echo/echo-upstream.ts';
import { collect } from './collect.ts';

let echo: EchoUpstream;
let client: Ollama;
beforeAll(async () => {
  echo = await startEchoUpstream({ credential: 'c0ffee' });
  client = new Ollama({ host: echo.url.origin, headers: { Authorization: 'Bearer c0ffee' } });
});
afterAll(() => echo.close());

const model = 'echo';
const messages = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: 'hello big world' },
];
const counts = { prompt_eval_count: 5, eval_count: 4 };
const tool = { type: 'function', function: { name: 'get_weather', description: '', parameters: { type: 'object' } } };

test('is listed, shown and running, labelled as what it is', async () => {
  expect((await client.list()).models).toMatchObject([
    { name: 'echo:latest', owned_by: 'keyhatch', description: expect.stringContaining('echo') },
  ]);
  expect((await client.ps()).models).toMatchObject([{ name: 'echo:latest' }]);
  expect(await client.show({ model })).toMatchObject({ capabilities: ['completion', 'tools', 'embedding'] });
  expect((await client.version()).version).toContain('keyhatch-echo');
});

test('chats, whole and streamed', async () => {
  const whole = await client.chat({ model: 'echo:latest', messages });
  expect(whole).toMatchObject({
    message: { content: 'echo: hello big world' },
    done: true,
    done_reason: 'stop',
    ...counts,
  });
  const parts = await collect(await client.chat({ model, messages, stream: true }));
  expect(parts.slice(0, -1).map(({ message }) => message.content)).toEqual(['echo:', ' hello', ' big', ' world']);
  expect(parts.at(-1)).toMatchObject({ done: true, done_reason: 'stop', ...counts });
});

test('streams where nothing is said about streaming', async () => {
  const headers = { authorization: 'Bearer c0ffee' };
  for (const path of ['/api/chat', '/api/generate']) {
    const body = JSON.stringify({ model, messages, prompt: 'hi' });
    const response = await fetch(new URL(path, echo.url), { method: 'POST', headers, body });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).done).filter(Boolean)).toHaveLength(1);
  }
});

test('generates, whole and streamed', async () => {
  const whole = await client.generate({ model, prompt: 'hi there', system: 'be brief' });
  expect(whole).toMatchObject({ response: 'echo: hi there', prompt_eval_count: 4, eval_count: 3 });
  const parts = await collect(await client.generate({ model, prompt: 'hi there', stream: true }));
  expect(parts.map(({ response }) => response)).toEqual(['echo:', ' hi', ' there', '']);
});

test('calls a tool, whole and streamed, and takes its result', async () => {
  const ask = { role: 'user', content: 'call get_weather {"city": "Oslo"}' };
  const call = { function: { name: 'get_weather', arguments: { city: 'Oslo' } } };
  const whole = await client.chat({ model, messages: [ask], tools: [tool] });
  expect(whole.message.tool_calls).toMatchObject([call]);
  const parts = await collect(await client.chat({ model, messages: [ask], tools: [tool], stream: true }));
  expect(parts.flatMap(({ message }) => message.tool_calls ?? [])).toMatchObject([call]);
  const history = [ask, whole.message, { role: 'tool', tool_name: 'get_weather', content: 'rain' }];
  expect((await client.chat({ model, messages: history, tools: [tool] })).message.content).toBe('echo: rain');
});

test('stops at num_predict, and takes -1 for no limit', async () => {
  const cut = await client.chat({ model, messages, options: { num_predict: 2 } });
  expect(cut).toMatchObject({ message: { content: 'echo: hello' }, done_reason: 'length', eval_count: 2 });
  expect(await client.chat({ model, messages, options: { num_predict: -1 } })).toMatchObject(counts);
});

test('answers a load without counts', async () => {
  const loaded = await client.chat({ model, messages: [] });
  expect(loaded).toMatchObject({ done: true, done_reason: 'load' });
  expect(loaded).not.toHaveProperty('eval_count');
  expect(await client.generate({ model, prompt: '' })).toMatchObject({ done_reason: 'load' });
});

test('embeds, in the new way and the old', async () => {
  const embedded = await client.embed({ model, input: ['hello world', 'bye'] });
  expect(embedded.embeddings.map((vector) => vector.length)).toEqual([64, 64]);
  expect(embedded.prompt_eval_count).toBe(3);
  expect((await client.embeddings({ model, prompt: 'bye' })).embedding).toEqual(embedded.embeddings[1]);
});

test('refuses in the shape that the client reads', async () => {
  const failed = client.chat({ model: 'llama9', messages });
  await expect(failed).rejects.toMatchObject({
    status_code: 404,
    message: expect.stringContaining("'llama9' not found"),
  });
  await expect(client.pull({ model: 'llama3' })).rejects.toMatchObject({ status_code: 404 });
  const stranger = new Ollama({ host: echo.url.origin });
  await expect(stranger.list()).rejects.toMatchObject({ status_code: 401 });
});
