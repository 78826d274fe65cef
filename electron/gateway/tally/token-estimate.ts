// What is booked where a model server reported nothing, or its stream broke off before it did: pieces of generated content
// counted as they passed (local servers send about one token in each), or else bytes / 4. Knows nothing of framing.

import type { TokenTotals } from './token-counts.ts';

const bytesPerToken = 4;

/** Told apart from text about them by the quote behind the name, which inside a string would have a backslash before it. */
const contentNeedle =
  '"(?:content|refusal|text|thinking|partial_json|response)"\\s*:\\s*"(?!")|"arguments"\\s*:\\s*(?:"(?!")|\\{)';
// Some servers write the same thought under both names.
const reasoningName = '"reasoning(?:_content)?"\\s*:\\s*"(?!")';
const reasoningNeedle = `${reasoningName}(?:(?:[^"\\\\]|\\\\.){1,200}"\\s*,\\s*${reasoningName})?`;
/** Responses say everything a second time in their `…done` events. */
const responsesNeedle = '"delta"\\s*:\\s*"(?!")';

export type DeltaCounter = {
  /** How many pieces of generated content stand in the text of one or more whole events. */
  readonly countIn: (text: string) => number;
  /** From now on only as OpenAI's Responses spell them. */
  readonly readResponses: () => void;
};

export function createDeltaCounter(): DeltaCounter {
  let needle = new RegExp(`${contentNeedle}|${reasoningNeedle}`, 'g');
  return {
    countIn(text) {
      let count = 0;
      needle.lastIndex = 0;
      while (needle.test(text)) count += 1;
      return count;
    },
    readResponses() {
      needle = new RegExp(responsesNeedle, 'g');
    },
  };
}

const generatedMembers = ['choices', 'content', 'output', 'message', 'response', 'thinking'];

/** Members of an answer that is not streamed in which generated text lies. */
export const generatedMemberNames: ReadonlySet<string> = new Set(generatedMembers);

const textMembers: ReadonlySet<string> = new Set([
  'content',
  'text',
  'reasoning_content',
  'reasoning',
  'thinking',
  'refusal',
  'arguments',
  'input',
  'response',
  'summary_text',
]);

/** Bytes of generated text in those members; undefined when the answer has none of them. */
export function generatedBytes(members: ReadonlyMap<string, unknown>): number | undefined {
  if (members.size === 0) return undefined;
  return generatedTexts(members).reduce((sizeBytes, text) => sizeBytes + Buffer.byteLength(text), 0);
}

/** The generated texts in those members, in no order that means anything. */
export function generatedTexts(members: ReadonlyMap<string, unknown>): string[] {
  const left: [string, unknown][] = [...members];
  const texts: string[] = [];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [name, value] = next;
    if (typeof value === 'string') {
      if (textMembers.has(name)) texts.push(value);
    } else if (Array.isArray(value)) {
      for (const element of value) left.push([name, element]);
    } else if (typeof value === 'object' && value !== null) {
      left.push(...Object.entries(value));
    }
  }
  return texts;
}

export type Passed = {
  /** Text that the model was given to read. */
  readonly promptBytes: number;
  /** Pieces of generated content that passed. */
  readonly deltas: number;
  /** Generated text of an answer that was not streamed. */
  readonly answerBytes: number | undefined;
  /** False for what broke off, or whose client left. */
  readonly whole: boolean;
};

/** Completes what was found in an answer by what passed. What was reported is kept, unless more has passed since. */
export function completed(found: TokenTotals, passed: Passed): TokenTotals {
  const { deltas, answerBytes, whole } = passed;
  const promptTokens = Math.ceil(passed.promptBytes / bytesPerToken);
  if (deltas > (found.tokensOut ?? 0) && (!whole || found.tokensOut === null)) {
    return { ...found, tokensIn: found.tokensIn ?? promptTokens, tokensOut: deltas, source: 'counted' };
  }
  if (found.source !== 'unknown') return found;
  if (answerBytes !== undefined) {
    return { ...found, tokensIn: promptTokens, tokensOut: Math.ceil(answerBytes / bytesPerToken), source: 'estimated' };
  }
  // Whoever leaves while the model still reads has had it read.
  return whole ? found : { ...found, tokensIn: promptTokens, tokensOut: 0, source: 'estimated' };
}
