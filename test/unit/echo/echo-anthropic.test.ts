import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from '@anthropic-ai/sdk-0';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EchoUpstream, startEchoUpstream } from '../../../electron/echo/echo-upstream.ts';
import { collect } from './collect.ts';

let echo: EchoUpstream;
beforeAll(async () => {
  echo = await startEchoUpstream({ credential: 'c0ffee' });
});
afterAll(() => echo.close());

const tools = [{ name: 'get_weather', input_schema: { type: 'object' } }] satisfies Anthropic.ToolUnion[];
const request = {
  model: 'echo',
  max_tokens: 100,
  system: 'be brief',
  messages: [{ role: 'user', content: 'hello big world' }],
} satisfies Anthropic.MessageCreateParamsNonStreaming;

describe.each([
  ['@anthropic-ai/sdk 1', Anthropic],
  ['@anthropic-ai/sdk 0.137', Anthropic0 as unknown as typeof Anthropic],
])('%s', (_name, Client) => {
  let client: Anthropic;
  beforeAll(() => {
    // Version 0 sends an `apiKey` as x-api-key, which the echo model does not take: the gateway sends it Bearer.
    client = new Client({ baseURL: echo.url.origin, apiKey: null, authToken: 'c0ffee', maxRetries: 0 });
  });

  test('answers', async () => {
    const message = await client.messages.create(request);
    expect(message).toMatchObject({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'echo: hello big world' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 4 },
    });
  });

  test('streams', async () => {
    const stream = client.messages.stream(request);
    const texts: string[] = [];
    stream.on('text', (text) => texts.push(text));
    const message = await stream.finalMessage();
    expect(texts).toEqual(['echo:', ' hello', ' big', ' world']);
    expect(message).toMatchObject({ stop_reason: 'end_turn', usage: { input_tokens: 5, output_tokens: 4 } });
    const events = await collect(await client.messages.create({ ...request, stream: true }));
    const types = events.map(({ type }) => type).filter((type) => (type as string) !== 'ping');
    expect(types.slice(0, 2)).toEqual(['message_start', 'content_block_start']);
    expect(types.slice(-3)).toEqual(['content_block_stop', 'message_delta', 'message_stop']);
  });

  test('calls a tool, whole and streamed, and takes its result', async () => {
    const ask = { role: 'user', content: 'call get_weather {"city": "New York"}' } as const;
    const call = { type: 'tool_use', name: 'get_weather', input: { city: 'New York' } } as const;
    const whole = await client.messages.create({ ...request, tools, messages: [ask] });
    expect(whole).toMatchObject({ stop_reason: 'tool_use', content: [call] });
    const final = await client.messages.stream({ ...request, tools, messages: [ask] }).finalMessage();
    expect(final).toMatchObject({ stop_reason: 'tool_use', content: [call] });
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'rain' }] } as const;
    const after = await client.messages.create({
      ...request,
      tools,
      messages: [
        ask,
        { role: 'assistant', content: [{ ...call, id: 'toolu_1' }] },
        { role: 'user', content: [{ ...result, content: [...result.content] }] },
      ],
    });
    expect(after.content).toMatchObject([{ text: 'echo: rain' }]);
  });

  test('stops at max_tokens, counts, and lists models', async () => {
    expect(await client.messages.create({ ...request, max_tokens: 1 })).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ text: 'echo:' }],
      usage: { output_tokens: 1 },
    });
    const { model, messages, system } = request;
    expect(await client.messages.countTokens({ model, messages, system })).toMatchObject({ input_tokens: 5 });
    expect((await client.models.list()).data).toMatchObject([{ id: 'echo', type: 'model' }]);
  });

  test('refuses in the shape that the client reads', async () => {
    const failed = client.messages.create({ ...request, model: 'claude-9' });
    await expect(failed).rejects.toThrow(Client.NotFoundError);
    await expect(failed).rejects.toMatchObject({ error: { type: 'error', error: { type: 'not_found_error' } } });
    const empty = client.messages.create({ ...request, messages: [] });
    await expect(empty).rejects.toThrow(Client.BadRequestError);
    const stranger = new Client({ baseURL: echo.url.origin, apiKey: null, authToken: 'wrong', maxRetries: 0 });
    await expect(stranger.messages.create(request)).rejects.toThrow(Client.AuthenticationError);
  });
});
