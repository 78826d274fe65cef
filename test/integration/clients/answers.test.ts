// What a client is for: each SDK gets whole answers, streams, tool calls, embeddings and lists of models through the
// gateway, in front of aimock (which speaks all three dialects), of our own fake server and of the echo model.

import type Anthropic from '@anthropic-ai/sdk';
import { LLMock } from '@copilotkit/aimock';
import { embedMany, generateText, jsonSchema, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UsageReport } from '../../../shared/usage-model.ts';
import { dialectAnswer, usualText } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type KeyhatchProcess, startKeyhatch } from '../../fakes/keyhatch-process.ts';
import { startWireTap, type WireTap } from '../../fakes/wire-tap.ts';
import {
  Anthropic1,
  AnthropicBefore1,
  type Asking,
  aiProvider,
  anthropicClient,
  OpenAi6,
  OpenAi7,
  ollamaClient,
  openaiClient,
  promptOf,
  sdks,
} from './sdks.ts';

const openais = [
  ['openai 7', OpenAi7],
  ['openai 6', OpenAi6],
] as const;
const anthropics = [
  ['@anthropic-ai/sdk 1', Anthropic1],
  ['@anthropic-ai/sdk 0.137', AnthropicBefore1],
] as const;

/** Asks for the weather in Oslo; the model is to call the tool. */
const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
} satisfies Anthropic.Tool.InputSchema;
const openaiTool = { type: 'function', function: { name: 'weather', description: 'the weather', parameters } } as const;
const anthropicTool = { name: 'weather', description: 'the weather', input_schema: parameters };

type Place = { readonly asking: () => Asking; readonly prompts: { readonly plain: string; readonly tool: string } };

/** Everything an SDK can do that the server behind the gateway can do as well. */
function answersAreWhole(place: Place & { readonly expected: string; readonly model: string }): void {
  const { expected, model, prompts } = place;
  const asking = (prompt: string): Asking => ({ ...place.asking(), model, prompt });

  for (const sdk of sdks) {
    test(`${sdk.name} gets a whole answer`, async () => {
      expect(await sdk.ask(asking(prompts.plain))).toBe(expected);
    });
    test(`${sdk.name} gets a stream`, async () => {
      const pieces: string[] = [];
      expect(await sdk.stream(asking(prompts.plain), (text) => pieces.push(text))).toBe(expected);
      expect(pieces.length).toBeGreaterThan(1);
    });
  }
}

function toolsAreCalled({ asking: place, prompts, model }: Place & { readonly model: string }): void {
  const asking = (): Asking => ({ ...place(), model, prompt: prompts.tool });

  for (const [name, Client] of openais) {
    test(`${name} gets a tool call, streamed and not`, async () => {
      const client = openaiClient(Client, asking());
      const body = { model, messages: promptOf(asking()), tools: [openaiTool] };
      const whole = await client.chat.completions.create(body);
      expect(whole.choices[0]?.finish_reason).toBe('tool_calls');
      expect(whole.choices[0]?.message.tool_calls).toMatchObject([{ function: { name: 'weather' } }]);
      const streamed = await client.chat.completions.stream(body).finalChatCompletion();
      const [call] = streamed.choices[0]?.message.tool_calls ?? [];
      expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({ city: 'Oslo' });
    });
  }
  for (const [name, Client] of anthropics) {
    test(`${name} gets a tool call, streamed and not`, async () => {
      const { messages } = anthropicClient(Client, asking());
      const body = { model, max_tokens: 100, messages: promptOf(asking()), tools: [anthropicTool] };
      const call = { type: 'tool_use', name: 'weather', input: { city: 'Oslo' } };
      const whole = await messages.create(body);
      expect(whole.stop_reason).toBe('tool_use');
      expect(whole.content).toContainEqual(expect.objectContaining(call));
      const streamed = await messages.stream(body).finalMessage();
      expect(streamed.content).toContainEqual(expect.objectContaining(call));
    });
  }
  test('ollama gets a tool call, streamed and not', async () => {
    const client = ollamaClient(asking());
    const body = { model, messages: promptOf(asking()), tools: [openaiTool] };
    const call = { function: { name: 'weather', arguments: { city: 'Oslo' } } };
    const whole = await client.chat({ ...body, tools: [structuredClone(openaiTool)] });
    expect(whole.message.tool_calls).toMatchObject([call]);
    const calls = [];
    for await (const { message } of await client.chat({
      ...body,
      tools: [structuredClone(openaiTool)],
      stream: true,
    })) {
      calls.push(...(message.tool_calls ?? []));
    }
    expect(calls).toMatchObject([call]);
  });
  test('ai calls the tool and goes on with what it said', async () => {
    const cities: string[] = [];
    const weather = tool({
      description: 'the weather',
      inputSchema: jsonSchema<{ city: string }>(parameters),
      execute: ({ city }) => {
        cities.push(city);
        return 'rain';
      },
    });
    const { toolCalls } = await generateText({
      model: aiProvider(asking())(model),
      prompt: prompts.tool,
      tools: { weather },
    });
    expect(toolCalls).toMatchObject([{ toolName: 'weather', input: { city: 'Oslo' } }]);
    expect(cities).toEqual(['Oslo']);
  });
}

function textsAreEmbedded({ asking, model }: { readonly asking: () => Asking; readonly model: string }): void {
  const texts = ['one', 'two'];
  for (const [name, Client] of openais) {
    test(`${name} gets embeddings`, async () => {
      const { embeddings } = openaiClient(Client, asking());
      const plain = await embeddings.create({ model, input: texts, encoding_format: 'float' });
      expect(plain.data).toHaveLength(2);
      expect(plain.data[0]?.embedding.some((value) => value !== 0 && Math.abs(value) <= 1)).toBe(true);
    });
  }
  test('ai gets embeddings', async () => {
    const { embeddings } = await embedMany({ model: aiProvider(asking()).embeddingModel(model), values: texts });
    expect(embeddings).toHaveLength(2);
  });
}

/** What aimock leaves out: Ollama's newer path, and numbers in base64, which openai asks for by itself. */
function textsAreEmbeddedInFull({ asking, model }: { readonly asking: () => Asking; readonly model: string }): void {
  textsAreEmbedded({ asking, model });
  test('ollama gets embeddings', async () => {
    const { embeddings } = await ollamaClient(asking()).embed({ model, input: ['one', 'two'] });
    expect(embeddings).toHaveLength(2);
    expect(embeddings[0]?.some((value) => value !== 0 && Math.abs(value) <= 1)).toBe(true);
  });
  for (const [name, Client] of openais) {
    test(`${name} gets the same numbers in base64`, async () => {
      const { embeddings } = openaiClient(Client, asking());
      const [floats, packed] = await Promise.all([
        embeddings.create({ model, input: 'one', encoding_format: 'float' }),
        embeddings.create({ model, input: 'one' }),
      ]);
      const numbers = packed.data[0]?.embedding ?? [];
      expect(numbers.length).toBeGreaterThan(1);
      expect(floats.data[0]?.embedding).toHaveLength(numbers.length);
      for (const [n, value] of numbers.entries()) expect(floats.data[0]?.embedding[n]).toBeCloseTo(value, 5);
    });
  }
}

describe('in front of aimock', () => {
  let mock: LLMock;
  let tap: WireTap;
  let keyhatch: KeyhatchProcess;
  let key: { readonly id: string; readonly key: string };

  beforeAll(async () => {
    mock = new LLMock({ port: 0, chunkSize: 8 });
    mock.onMessage('say it', {
      content: 'the quick brown fox',
      usage: { prompt_tokens: 11, completion_tokens: 5, input_tokens: 11, output_tokens: 5 },
    });
    mock.onMessage('what is the weather', { toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] });
    await mock.start();
    tap = await startWireTap(mock.port);
    keyhatch = await startKeyhatch({ args: ['--upstream', tap.url] });
    key = await keyhatch.createKey('--rpm', 'none');
  });
  afterAll(async () => {
    await keyhatch?.close();
    await tap?.close();
    await mock?.stop();
  });

  const asking = () => ({ url: keyhatch.url, key: key.key });
  const place = { asking, prompts: { plain: 'say it', tool: 'what is the weather' }, model: 'gpt-4o' };

  answersAreWhole({ ...place, expected: 'the quick brown fox' });
  toolsAreCalled(place);
  textsAreEmbedded({ asking, model: 'text-embedding-3-small' });

  test('ollama gets an embedding by the older path', async () => {
    const { embedding } = await ollamaClient(asking()).embeddings({ model: 'nomic-embed-text', prompt: 'one' });
    expect(embedding.length).toBeGreaterThan(1);
  });

  for (const [name, Client] of openais) {
    test(`${name} gets an answer of the Responses API, streamed and not`, async () => {
      const { responses } = openaiClient(Client, asking());
      const whole = await responses.create({ model: 'gpt-4o', input: 'say it' });
      expect(whole.output_text).toBe('the quick brown fox');
      const types: string[] = [];
      for await (const event of await responses.create({ model: 'gpt-4o', input: 'say it', stream: true })) {
        types.push(event.type);
      }
      expect(types.at(-1)).toBe('response.completed');
    });
  }

  test('every request is in the usage report with what the server reported', async () => {
    const ask = sdks.find(({ name }) => name === 'openai 7');
    const mine = await keyhatch.createKey('--name', 'counted');
    for (let i = 0; i < 3; i++) await ask?.ask({ url: keyhatch.url, key: mine.key, model: 'gpt-4o', prompt: 'say it' });
    const { lines } = await keyhatch.json<UsageReport>(['usage']);
    expect(lines.find(({ group }) => group === mine.id)).toMatchObject({
      requests: 3,
      refused: 0,
      failed: 0,
      tokensIn: 33,
      tokensOut: 15,
    });
  });

  // Last of these: it is about all that went before.
  test('no byte of a client key reached it', () => {
    expect(mock.getRequests().length).toBeGreaterThan(20);
    expect(JSON.stringify(mock.getRequests())).not.toContain(key.key.slice(-38));
    expect(tap.sent()).toContain('say it');
    expect(tap.sent()).not.toContain(key.key.slice(-38));
    expect(tap.sent()).not.toContain(key.id);
  });
});

describe('in front of a plain server', () => {
  let upstream: FakeUpstream;
  let tap: WireTap;
  let keyhatch: KeyhatchProcess;
  let key: string;

  beforeAll(async () => {
    upstream = await startFakeUpstream(dialectAnswer);
    tap = await startWireTap(upstream.port);
    keyhatch = await startKeyhatch({ args: ['--upstream', tap.url] });
    key = (await keyhatch.createKey('--rpm', 'none')).key;
  });
  afterAll(async () => {
    await keyhatch?.close();
    await tap?.close();
    await upstream?.close();
  });

  const asking = () => ({ url: keyhatch.url, key });
  answersAreWhole({ asking, prompts: { plain: 'hi', tool: '' }, model: 'm', expected: usualText });
  textsAreEmbeddedInFull({ asking, model: 'm' });

  test('the model list is what the server says, to each client that can ask for one', async () => {
    for (const [, Client] of openais) {
      const { data } = await openaiClient(Client, asking()).models.list();
      expect(data.map(({ id }) => id)).toEqual(['m']);
    }
    for (const [, Client] of anthropics) {
      const { data } = await anthropicClient(Client, asking()).models.list();
      expect(data.map(({ id }) => id)).toEqual(['m']);
    }
    const { models } = await ollamaClient(asking()).list();
    expect(models.map(({ name }) => name)).toEqual(['m:latest']);
  });

  test('no byte of a client key reached it', () => {
    expect(tap.sent()).toContain('/v1/messages');
    expect(tap.sent()).not.toContain(key.slice(-38));
  });
});

describe('in front of the echo model', () => {
  let keyhatch: KeyhatchProcess;
  let key: string;

  beforeAll(async () => {
    keyhatch = await startKeyhatch({ args: ['--echo'] });
    key = (await keyhatch.createKey('--rpm', 'none')).key;
  });
  afterAll(() => keyhatch?.close());

  const asking = () => ({ url: keyhatch.url, key });
  const prompts = { plain: 'the quick brown fox', tool: 'call weather {"city":"Oslo"}' };
  const place = { asking, prompts, model: 'echo' };

  answersAreWhole({ ...place, expected: 'echo: the quick brown fox' });
  toolsAreCalled(place);
  textsAreEmbeddedInFull(place);

  for (const [name, Client] of openais) {
    test(`${name} gets an answer of the Responses API, streamed and not`, async () => {
      const { responses } = openaiClient(Client, asking());
      const whole = await responses.create({ model: 'echo', input: 'hello you' });
      expect(whole.output_text).toBe('echo: hello you');
      const final = await responses.stream({ model: 'echo', input: 'hello you' }).finalResponse();
      expect(final.output_text).toBe('echo: hello you');
      expect(final.usage).toMatchObject({ input_tokens: 2, output_tokens: 3 });
    });
    test(`${name} gets usage at the end of a stream when it asks for it`, async () => {
      const chunks = [];
      const stream = await openaiClient(Client, asking()).chat.completions.create({
        model: 'echo',
        messages: promptOf({ ...asking(), prompt: 'hello you' }),
        stream: true,
        stream_options: { include_usage: true },
      });
      for await (const chunk of stream) chunks.push(chunk);
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 3 } });
    });
  }
  for (const [name, Client] of anthropics) {
    test(`${name} counts tokens before it asks`, async () => {
      const { messages } = anthropicClient(Client, asking());
      const counted = await messages.countTokens({ model: 'echo', messages: [{ role: 'user', content: 'hello you' }] });
      expect(counted.input_tokens).toBe(2);
    });
    test(`${name} gets usage with the answer`, async () => {
      const { messages } = anthropicClient(Client, asking());
      const body = { model: 'echo', max_tokens: 2, messages: [{ role: 'user' as const, content: 'hello you' }] };
      expect(await messages.stream(body).finalMessage()).toMatchObject({
        stop_reason: 'max_tokens',
        usage: { input_tokens: 2, output_tokens: 2 },
      });
    });
  }
  test('ollama looks it up, lists it and completes a text', async () => {
    const client = ollamaClient(asking());
    expect((await client.list()).models.map(({ name }) => name)).toEqual(['echo:latest']);
    expect((await client.show({ model: 'echo' })).capabilities).toContain('completion');
    expect((await client.generate({ model: 'echo', prompt: 'hello you' })).response).toBe('echo: hello you');
  });
});
