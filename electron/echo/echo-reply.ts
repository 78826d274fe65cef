// What the echo model says, whatever the dialect: the last thing it was told, behind "echo: ", or the tool call it was
// asked for. A token is a word with the white space before it, so that every count can be checked by hand. Pure.

import { asObject, type JsonObject, objectsIn } from '../lib/json-shape.ts';

export type EchoMessage = { readonly role: string; readonly text: string };

export type EchoConversation = {
  /** In order, with the system prompt. */
  readonly messages: readonly EchoMessage[];
  /** Names of the tools that may be called. */
  readonly tools: readonly string[];
  /** The most tokens the answer may have. */
  readonly maxTokens: number | undefined;
};

export type EchoToolCall = { readonly name: string; readonly input: JsonObject; readonly json: string };

export type EchoReply = {
  /** Empty when a tool is called. */
  readonly text: string;
  readonly tool: EchoToolCall | undefined;
  /** `maxTokens` was reached. */
  readonly cut: boolean;
  readonly tokensIn: number;
  readonly tokensOut: number;
};

/** `call NAME JSON` from the user calls that tool, if the request offers it; everything else is repeated. */
export function replyTo({ messages, tools, maxTokens }: EchoConversation): EchoReply {
  const tokensIn = messages.reduce((sum, { text }) => sum + countTokens(text), 0);
  const last = messages.findLast(({ role }) => role === 'user' || role === 'tool') ?? messages.at(-1);
  const tool = last?.role === 'user' ? toolCallIn(last.text, tools) : undefined;
  if (tool !== undefined) return { text: '', tool, cut: false, tokensIn, tokensOut: countTokens(tool.json) + 1 };
  const whole = `echo: ${last?.text ?? ''}`;
  const text = maxTokens === undefined ? whole : firstTokens(whole, maxTokens);
  return { text, tool: undefined, cut: text.length < whole.length, tokensIn, tokensOut: countTokens(text) };
}

/** The tokens of a text, one by one; joined they are the text again. */
export function* piecesOf(text: string): Generator<string> {
  let start = 0;
  for (let end = nextWordEnd(text, 0); start < text.length; end = nextWordEnd(text, end)) {
    // White space at the end belongs to the last word.
    const isLast = nextWordEnd(text, end) === end;
    yield text.slice(start, isLast ? text.length : end);
    if (isLast) return;
    start = end;
  }
}

/** How many tokens a text has. Copies nothing: a body may have 64 MiB. */
export function countTokens(text: string): number {
  let count = 0;
  for (let end = 0, next = nextWordEnd(text, 0); next > end; end = next, next = nextWordEnd(text, end)) count += 1;
  return count === 0 && text !== '' ? 1 : count;
}

/** The text of a message's content: a string, or parts of which those that hold text count. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsIn(content)
    .map((part) => (typeof part.text === 'string' ? part.text : textOf(part.content)))
    .filter((text) => text !== '')
    .join('\n');
}

/** A limit as requests give it: whole and at least 1, or none. */
export function limitOf(...values: readonly unknown[]): number | undefined {
  return values.find((value): value is number => Number.isInteger(value) && (value as number) > 0);
}

/** Names of tools, which each dialect wraps differently: `{ name }` or `{ function: { name } }`. */
export function toolNames(tools: unknown): readonly string[] {
  const names = objectsIn(tools).map((tool) => tool.name ?? asObject(tool.function)?.name);
  return names.filter((name) => typeof name === 'string');
}

// The end of the word that begins at or after `from`; `from` itself when there is none.
function nextWordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
  if (at === text.length) return from;
  while (at < text.length && !isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function firstTokens(text: string, count: number): string {
  let end = 0;
  for (let n = 0; n < count; n += 1) end = nextWordEnd(text, end);
  return nextWordEnd(text, end) === end ? text : text.slice(0, end);
}

function toolCallIn(text: string, tools: readonly string[]): EchoToolCall | undefined {
  const [, name = '', json = ''] = /^call\s+(\S+)(.*)$/s.exec(text.trim()) ?? [];
  if (!tools.includes(name)) return undefined;
  try {
    const input = asObject(JSON.parse(json.trim() === '' ? '{}' : json));
    return input === undefined ? undefined : { name, input, json: JSON.stringify(input) };
  } catch {
    return undefined;
  }
}
