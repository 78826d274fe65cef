import OpenAI from 'openai';
import OpenAI6 from 'openai-6';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EchoUpstream, startEchoUpstream } from '../../../electron/echo/echo-upstream.ts';
import { collect } from './collect.ts';

let echo: EchoUpstream;
beforeAll(async () => {
  echo = await startEchoUpstream({ credential: 'c0ffee' });
});
afterAll(() => echo.close());

const tools: OpenAI.ChatCompletionFunctionTool[] = [
  { type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: {} } } },
];
const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: [{ type: 'text', text: 'hello big world' }] },
];
const usage = { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 };

// Version 6 and 7 have the same types for what is used here.
describe.each([
  ['openai 7', OpenAI],
  ['openai 6', OpenAI6 as unknown as typeof OpenAI],
])('%s', (_name, Client) => {
  let client: OpenAI;
  beforeAll(() => {
    client = new Client({ baseURL: `${echo.url.origin}/v1`, apiKey: 'c0ffee', maxRetries: 0 });
  });

  test('lists and shows the model, labelled', async () => {
    const { data } = await client.models.list();
    expect(data).toMatchObject([{ id: 'echo', owned_by: 'keyhatch', description: expect.stringContaining('echo') }]);
    expect(await client.models.retrieve('echo')).toMatchObject({ id: 'echo' });
  });

  test('chats', async () => {
    const answer = await client.chat.completions.create({ model: 'echo', messages });
    expect(answer.choices[0]).toMatchObject({ message: { content: 'echo: hello big world' }, finish_reason: 'stop' });
    expect(answer).toMatchObject({ object: 'chat.completion', model: 'echo', usage });
  });

  test('streams one token a delta, usage only when asked', async () => {
    const stream = await client.chat.completions.create({ model: 'echo', messages, stream: true });
    const chunks = await collect(stream);
    const contents = chunks.map(({ choices }) => choices[0]?.delta.content).filter(Boolean);
    expect(contents).toEqual(['echo:', ' hello', ' big', ' world']);
    expect(chunks.every((chunk) => !('usage' in chunk) && chunk.choices.length === 1)).toBe(true);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  test('streams usage in a last chunk without choices', async () => {
    const stream = await client.chat.completions.create({
      model: 'echo',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null && chunk.choices.length === 1)).toBe(true);
  });

  test('calls a tool, whole and streamed', async () => {
    const ask = { role: 'user', content: 'call get_weather {"city": "New York"}' } as const;
    const request = { model: 'echo', messages: [ask], tools };
    const whole = await client.chat.completions.create(request);
    const call = { type: 'function', function: { name: 'get_weather', arguments: '{"city":"New York"}' } };
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: null, tool_calls: [call] },
    });
    const final = await client.chat.completions.stream(request).finalChatCompletion();
    expect(final.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { tool_calls: [call] } });
  });

  test('stops at max_tokens', async () => {
    const answer = await client.chat.completions.create({ model: 'echo', messages, max_tokens: 2 });
    expect(answer.choices[0]).toMatchObject({ message: { content: 'echo: hello' }, finish_reason: 'length' });
    expect(answer.usage?.completion_tokens).toBe(2);
  });

  test('completes, whole and streamed', async () => {
    const whole = await client.completions.create({ model: 'echo', prompt: ['a b', 'c'] });
    expect(whole.choices.map(({ text }) => text)).toEqual(['echo: a b', 'echo: c']);
    expect(whole.usage).toEqual({ prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 });
    const stream = await client.completions.create({
      model: 'echo',
      prompt: 'a b',
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);
    expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe('echo: a b');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 3 } });
  });

  test('embeds, in base64 as the client asks by itself and in numbers', async () => {
    const request = { model: 'echo', input: ['hello world', 'bye'] };
    const [coded, plain] = await Promise.all([
      client.embeddings.create(request),
      client.embeddings.create({ ...request, encoding_format: 'float' }),
    ]);
    expect(coded.data).toHaveLength(2);
    expect(coded.data[0]?.embedding).toHaveLength(64);
    expect(coded.data).toEqual(plain.data);
    expect(coded.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
  });

  test('responds, whole and as events in the right order', async () => {
    const request = { model: 'echo', instructions: 'be brief', input: 'hello world' };
    const whole = await client.responses.create(request);
    expect(whole.output_text).toBe('echo: hello world');
    expect(whole).toMatchObject({ status: 'completed', usage: { input_tokens: 4, output_tokens: 3, total_tokens: 7 } });
    const events = await collect(await client.responses.create({ ...request, stream: true }));
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      ...Array.from({ length: 3 }, () => 'response.output_text.delta'),
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
    const final = await client.responses.stream(request).finalResponse();
    expect(final.output_text).toBe('echo: hello world');
    expect(final.usage?.output_tokens).toBe(3);
  });

  test('responds with a tool call, takes its result, and says when it was cut', async () => {
    const tool = { type: 'function', name: 'get_weather', parameters: {}, strict: false } as const;
    const call = { type: 'function_call', name: 'get_weather', arguments: '{"city":"Oslo"}' } as const;
    const request = { model: 'echo', input: 'call get_weather {"city":"Oslo"}', tools: [tool] };
    expect((await client.responses.create(request)).output).toMatchObject([call]);
    expect((await client.responses.stream(request).finalResponse()).output).toMatchObject([call]);
    const result = { type: 'function_call_output', call_id: 'call_1', output: 'rain' } as const;
    const after = await client.responses.create({
      ...request,
      input: [{ role: 'user', content: request.input }, { ...call, call_id: 'call_1' }, result],
    });
    expect(after.output_text).toBe('echo: rain');
    const cut = await client.responses.create({ model: 'echo', input: 'a b c', max_output_tokens: 2 });
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  });

  test('refuses in the shape that the client reads', async () => {
    const failed = client.chat.completions.create({ model: 'gpt-9', messages });
    await expect(failed).rejects.toMatchObject({ status: 404, code: 'model_not_found', type: 'invalid_request_error' });
    await expect(client.responses.retrieve('resp_1')).rejects.toMatchObject({ status: 404, code: 'not_found' });
    await expect(client.embeddings.create({ model: 'echo', input: '' })).rejects.toMatchObject({ status: 400 });
    const stranger = new Client({ baseURL: `${echo.url.origin}/v1`, apiKey: 'wrong', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
  });
});
