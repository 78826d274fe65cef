// What a request will use at most, as far as its body says: the text it gives to read, and what it lets be generated, as
// many times as it asks for it. An estimate, held until the real numbers are known. Decides nothing.

import type { BodyFacts } from './body-policy.ts';
import type { Operation } from './route-table.ts';

/** What a body asks for. */
export type Asked = {
  /** The most that may be generated for one answer; undefined where the body leaves that to the server. */
  readonly outputTokens: number | undefined;
  /** How many answers: `n` or `best_of`, for each of several prompts. */
  readonly answers: number;
  /** Texts that it gives to read, for embeddings. */
  readonly inputs: number;
};

export const asksNothing: Asked = { outputTokens: undefined, answers: 1, inputs: 1 };

/** Held for an answer whose length the body leaves to the server. */
const usualOutputTokens = 1024;
const bytesPerToken = 4;
const most = 1_000_000_000;

const outputMembers = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'];

export function askedOf(root: Readonly<Record<string, unknown>>): Asked {
  const options = root['options'];
  const predict =
    typeof options === 'object' && options !== null ? (options as Record<string, unknown>)['num_predict'] : undefined;
  const outputs = [...outputMembers.map((member) => root[member]), predict].map(countOf).filter((one) => one > 0);
  const each = Math.max(1, countOf(root['n']), countOf(root['best_of']));
  return {
    outputTokens: outputs.length === 0 ? undefined : Math.max(...outputs),
    answers: Math.min(most, each * textsIn(root['prompt'])),
    inputs: textsIn(root['input']),
  };
}

export type RequestCost = { readonly tokensIn: number; readonly tokensOut: number };

/** In tokens. What is neither text nor embedded has no tokens that could be told before. */
export function costOfRequest(facts: BodyFacts, operation: Operation): RequestCost {
  const { outputTokens = usualOutputTokens, answers, inputs } = facts.asked;
  const tokensIn = Math.max(Math.ceil(facts.promptBytes / bytesPerToken), operation === 'embeddings' ? inputs : 0);
  return { tokensIn, tokensOut: operation === 'chat' ? Math.min(most, outputTokens * answers) : 0 };
}

/** Servers take numbers in text for numbers, some of them. */
function countOf(value: unknown): number {
  const number = typeof value === 'string' && value.length < 20 ? Number(value) : value;
  return typeof number === 'number' && number > 0 ? Math.min(most, Math.ceil(number)) : 0;
}

// A list of numbers is one text, given as tokens.
function textsIn(value: unknown): number {
  return Array.isArray(value) && value.length > 0 && typeof value[0] !== 'number' ? value.length : 1;
}
