// Which kinds of model servers can be asked how many tokens a text has, where, and how their answers are read. Data and
// small pure functions; asking is token-recount.ts's.

import type { UpstreamKind } from '../../shared/upstream-kinds.ts';
import { isJsonObject, type JsonObject } from '../lib/json-shape.ts';

export type Question = {
  readonly path: string;
  readonly body: JsonObject;
  /** The number of tokens in the answer; undefined where it says none. */
  readonly read: (answer: unknown) => number | undefined;
};

export type Tokenizer = {
  /** Questions for the tokens of a whole prompt, the most exact one first. */
  readonly ofPrompt: (prompt: Prompt) => readonly Question[];
  /** The question for the tokens of a text that was generated. */
  readonly ofText: (text: string, prompt: Prompt) => Question;
};

export type Prompt = {
  /** Of the route table. */
  readonly path: string;
  /** The request's body, parsed. */
  readonly body: JsonObject;
  /** All text in it that the model reads. */
  readonly text: string;
};

const numberAt = (name: string) => (answer: unknown) => {
  const value = isJsonObject(answer) ? answer[name] : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};

const lengthAt = (name: string) => (answer: unknown) => {
  const value = isJsonObject(answer) ? answer[name] : undefined;
  return Array.isArray(value) ? value.length : undefined;
};

const inputTokens = numberAt('input_tokens');

function anthropicCount({ body }: Prompt): Question {
  // What only makes sense for an answer would be refused.
  const { stream: _stream, max_tokens: _most, ...counted } = body;
  return { path: '/v1/messages/count_tokens', body: counted, read: inputTokens };
}

/** llama.cpp, tools/server/README: `/tokenize`, `/v1/messages/count_tokens`, `/v1/chat/completions/input_tokens`. */
const llamaCpp: Tokenizer = {
  ofPrompt(prompt) {
    const plain: Question = {
      path: '/tokenize',
      body: { content: prompt.text, add_special: true },
      read: lengthAt('tokens'),
    };
    if (prompt.path === '/v1/messages') return [anthropicCount(prompt), plain];
    if (prompt.path !== '/v1/chat/completions') return [plain];
    return [{ path: '/v1/chat/completions/input_tokens', body: prompt.body, read: inputTokens }, plain];
  },
  ofText: (text) => ({ path: '/tokenize', body: { content: text, add_special: false }, read: lengthAt('tokens') }),
};

/** vLLM, "OpenAI-compatible server": `/tokenize` takes a prompt, or messages to which it applies the chat template. */
const vllm: Tokenizer = {
  ofPrompt(prompt) {
    const { model, messages, tools } = prompt.body;
    const read = numberAt('count');
    const plain: Question = { path: '/tokenize', body: { model, prompt: prompt.text }, read };
    if (prompt.path === '/v1/messages') return [anthropicCount(prompt), plain];
    if (prompt.path !== '/v1/chat/completions') return [plain];
    return [{ path: '/tokenize', body: { model, messages, ...(tools === undefined ? {} : { tools }) }, read }, plain];
  },
  ofText: (text, { body }) => ({
    path: '/tokenize',
    body: { model: body['model'], prompt: text, add_special_tokens: false },
    read: numberAt('count'),
  }),
};

/** text-generation-webui, "OpenAI-compatible API": internal endpoints. */
const textgen: Tokenizer = {
  ofPrompt: ({ text }) => [countOfText(text)],
  ofText: countOfText,
};

function countOfText(text: string): Question {
  return { path: '/v1/internal/token-count', body: { text }, read: numberAt('length') };
}

const tokenizers: Partial<Record<UpstreamKind, Tokenizer>> = { llamacpp: llamaCpp, vllm, textgen };

export function tokenizerOf(kind: UpstreamKind): Tokenizer | undefined {
  return tokenizers[kind];
}
