// The clients that people use, behind one face for tests: ask, stream, and what an error looks like to them. Each is the
// package from npm as it is, told nothing but address and key; what differs between them stands in a table row.

import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from '@anthropic-ai/sdk-0';
import { APICallError, generateText, RetryError, streamText } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import OpenAI6 from 'openai-6';

export type Asking = {
  /** Of the gateway, without a path. */
  readonly url: string;
  readonly key: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly model?: string;
  readonly prompt?: string;
  readonly signal?: AbortSignal;
  /** The SDK's own number unless told. */
  readonly maxRetries?: number;
};

/** What a program that catches the error can look at. */
export type SeenError = {
  readonly name: string;
  readonly status: number | undefined;
  readonly code: string | null | undefined;
  readonly message: string;
};

export type Sdk = {
  readonly name: string;
  readonly dialect: 'openai' | 'anthropic' | 'ollama';
  /** Attempts at a request that may be tried again. */
  readonly attempts: number;
  /** Whether `x-should-retry: false` keeps it from trying again. */
  readonly obeys: boolean;
  /** Whether its errors carry a code. */
  readonly codes: boolean;
  readonly errorNames: Readonly<Record<number, string>>;
  /** What a spent budget is answered with, by the version that it says it is of; 429 unless told. */
  readonly spentStatus?: number;
  readonly ask: (asking: Asking) => Promise<string>;
  /** @param onText told each piece as it comes */
  readonly stream: (asking: Asking, onText?: (text: string) => void) => Promise<string>;
  readonly seen: (error: unknown) => SeenError;
};

const openaiErrors = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  402: 'APIError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  413: 'APIError',
  429: 'RateLimitError',
  500: 'InternalServerError',
  502: 'InternalServerError',
  503: 'InternalServerError',
  504: 'InternalServerError',
} as const;

export const promptOf = (asking: Asking) => [{ role: 'user' as const, content: asking.prompt ?? 'hi' }];
const modelOf = (asking: Asking) => asking.model ?? 'm';
const fetchOf = ({ fetch }: Asking) => (fetch ? { fetch } : {});
const retriesOf = ({ maxRetries }: Asking) => (maxRetries === undefined ? {} : { maxRetries });
const signalOf = ({ signal }: Asking) => (signal ? { signal } : {});

/** One class for both: their faces are alike as far as they are used here. */
export type OpenAiClient = OpenAI;
export function openaiClient(Client: typeof OpenAI, asking: Asking): OpenAiClient {
  return new Client({ baseURL: `${asking.url}/v1`, apiKey: asking.key, ...fetchOf(asking), ...retriesOf(asking) });
}

function openai(name: string, Client: typeof OpenAI): Sdk {
  return {
    name,
    dialect: 'openai',
    attempts: 3,
    obeys: true,
    codes: true,
    errorNames: openaiErrors,
    async ask(asking) {
      const body = { model: modelOf(asking), messages: promptOf(asking) };
      const answer = await openaiClient(Client, asking).chat.completions.create(body, signalOf(asking));
      return answer.choices[0]?.message.content ?? '';
    },
    async stream(asking, onText) {
      const body = { model: modelOf(asking), messages: promptOf(asking), stream: true } as const;
      let text = '';
      for await (const chunk of await openaiClient(Client, asking).chat.completions.create(body, signalOf(asking))) {
        const piece = chunk.choices[0]?.delta.content ?? '';
        text += piece;
        if (piece !== '') onText?.(piece);
      }
      return text;
    },
    seen(error) {
      const { status, code } = error as InstanceType<typeof OpenAI.APIError>;
      return { name: nameOf(error), status, code, message: (error as Error).message };
    },
  };
}

export type AnthropicClient = Anthropic;
export function anthropicClient(Client: typeof Anthropic, asking: Asking): AnthropicClient {
  return new Client({ baseURL: asking.url, apiKey: asking.key, ...fetchOf(asking), ...retriesOf(asking) });
}

function anthropic(
  name: string,
  Client: typeof Anthropic,
  errorNames: Sdk['errorNames'],
  more: Pick<Sdk, 'spentStatus'> = {},
): Sdk {
  return {
    ...more,
    name,
    dialect: 'anthropic',
    attempts: 3,
    obeys: true,
    codes: true,
    errorNames: { ...openaiErrors, ...errorNames },
    async ask(asking) {
      const body = { model: modelOf(asking), max_tokens: 100, messages: promptOf(asking) };
      const answer = await anthropicClient(Client, asking).messages.create(body, signalOf(asking));
      return answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    },
    async stream(asking, onText) {
      const body = { model: modelOf(asking), max_tokens: 100, messages: promptOf(asking) };
      const stream = anthropicClient(Client, asking).messages.stream(body, signalOf(asking));
      stream.on('text', (text) => onText?.(text));
      return await stream.finalText();
    },
    seen(error) {
      // Its message is the whole body as text; what the server says stands inside.
      const { status, error: body } = error as InstanceType<typeof Anthropic.APIError>;
      const { error: inner } = (body ?? {}) as { error?: { message?: string; details?: { error_code?: string } } };
      const message = inner?.message ?? (error as Error).message;
      return { name: nameOf(error), status, code: inner?.details?.error_code, message };
    },
  };
}

export function ollamaClient(asking: Asking): Ollama {
  return new Ollama({ host: asking.url, headers: { Authorization: `Bearer ${asking.key}` }, ...fetchOf(asking) });
}

const ollama: Sdk = {
  name: 'ollama',
  dialect: 'ollama',
  attempts: 1,
  obeys: true,
  codes: false,
  errorNames: Object.fromEntries(Object.keys(openaiErrors).map((status) => [status, 'ResponseError'])),
  async ask(asking) {
    const { message } = await ollamaClient(asking).chat({ model: modelOf(asking), messages: promptOf(asking) });
    return message.content;
  },
  async stream(asking, onText) {
    const body = { model: modelOf(asking), messages: promptOf(asking), stream: true } as const;
    const stream = await ollamaClient(asking).chat(body);
    asking.signal?.addEventListener('abort', () => stream.abort());
    let text = '';
    for await (const { message } of stream) {
      text += message.content;
      if (message.content !== '') onText?.(message.content);
    }
    return text;
  },
  seen(error) {
    const { status_code } = error as { status_code?: number };
    return { name: nameOf(error), status: status_code, code: undefined, message: (error as Error).message };
  },
};

export function aiProvider(asking: Asking) {
  return createOpenAICompatible({
    name: 'gateway',
    baseURL: `${asking.url}/v1`,
    apiKey: asking.key,
    includeUsage: true,
    ...fetchOf(asking),
  });
}

const aiSdk: Sdk = {
  name: 'ai with @ai-sdk/openai-compatible',
  dialect: 'openai',
  attempts: 3,
  obeys: false,
  codes: true,
  errorNames: Object.fromEntries(Object.keys(openaiErrors).map((status) => [status, 'AI_APICallError'])),
  async ask(asking) {
    const { text } = await generateText({ ...aiCall(asking), prompt: asking.prompt ?? 'hi' });
    return text;
  },
  async stream(asking, onText) {
    const result = streamText({ ...aiCall(asking), prompt: asking.prompt ?? 'hi', onError: () => {} });
    let text = '';
    for await (const part of result.fullStream) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'abort') throw new DOMException('aborted', 'AbortError');
      if (part.type !== 'text-delta') continue;
      text += part.text;
      onText?.(part.text);
    }
    if ((await result.finishReason) !== 'stop') throw new Error(`it ended with ${await result.finishReason}`);
    return text;
  },
  seen(error) {
    const last = RetryError.isInstance(error) ? error.lastError : error;
    if (!APICallError.isInstance(last))
      return { name: nameOf(last), status: undefined, code: undefined, message: String(last) };
    const { error: body } = JSON.parse(last.responseBody ?? '{}') as { error?: { code?: string | null } };
    return { name: last.name, status: last.statusCode, code: body?.code, message: last.message };
  },
};

function aiCall(asking: Asking) {
  const { signal } = asking;
  return {
    model: aiProvider(asking)(modelOf(asking)),
    ...(signal ? { abortSignal: signal } : {}),
    ...retriesOf(asking),
  };
}

function nameOf(error: unknown): string {
  // Some SDKs leave `name` at "Error" and tell their errors apart by class alone.
  return error instanceof Error ? (error.name === 'Error' ? error.constructor.name : error.name) : String(error);
}

export const OpenAi7 = OpenAI;
export const OpenAi6 = OpenAI6 as unknown as typeof OpenAI;
export const Anthropic1 = Anthropic;
export const AnthropicBefore1 = Anthropic0 as unknown as typeof Anthropic;

export const sdks: readonly Sdk[] = [
  openai('openai 7', OpenAi7),
  openai('openai 6', OpenAi6),
  anthropic(
    '@anthropic-ai/sdk 1',
    Anthropic1,
    {
      402: 'PaymentRequiredError',
      413: 'ContentTooLargeError',
      503: 'ServiceUnavailableError',
      504: 'GatewayTimeoutError',
    },
    { spentStatus: 402 },
  ),
  anthropic('@anthropic-ai/sdk 0.137', AnthropicBefore1, {}),
  ollama,
  aiSdk,
];
