// What the echo model says, whatever the dialect: the last thing it was told, behind "echo: ", or the tool call it was
// asked for. A token is a word with the white space before it, so that every count can be checked by hand. Pure.

import type { JsonObject } from './echo-exchange.ts';

export type EchoMessage = { readonly role: string; readonly text: string };

export type EchoConversation = {
  /** In order, with the system prompt. */
  readonly messages: readonly EchoMessage[];
  /** Names of the tools that may be called. */
  readonly tools: readonly string[];
  /** The most tokens the answer may have. */
  readonly maxTokens: number | undefined;
};

export type EchoReply = {
  /** One each token; joined they are the text. Empty when a tool is called. */
  readonly pieces: readonly string[];
  readonly tool: { readonly name: string; readonly input: JsonObject; readonly pieces: readonly string[] } | undefined;
  /** `maxTokens` was reached. */
  readonly cut: boolean;
  readonly tokensIn: number;
  readonly tokensOut: number;
};

/** `call NAME JSON` from the user calls that tool, if the request offers it; everything else is repeated. */
export function replyTo({ messages, tools, maxTokens }: EchoConversation): EchoReply {
  const tokensIn = messages.reduce((sum, { text }) => sum + countTokens(text), 0);
  const last = messages.findLast(({ role }) => role === 'user' || role === 'tool') ?? messages.at(-1);
  const call = last?.role === 'user' ? toolCallIn(last.text, tools) : undefined;
  if (call !== undefined) {
    const pieces = piecesOf(JSON.stringify(call.input));
    return { pieces: [], tool: { ...call, pieces }, cut: false, tokensIn, tokensOut: pieces.length + 1 };
  }
  const all = piecesOf(`echo: ${last?.text ?? ''}`);
  const pieces = maxTokens === undefined ? all : all.slice(0, maxTokens);
  return { pieces, tool: undefined, cut: pieces.length < all.length, tokensIn, tokensOut: pieces.length };
}

/** Splits into words, each with the white space before it; joined they are the text again. */
export function piecesOf(text: string): readonly string[] {
  return text.match(/\s*\S+(?:\s+$)?|^\s+$/g) ?? [];
}

export function countTokens(text: string): number {
  return piecesOf(text).length;
}

/** The text of a message's content: a string, or parts of which those that hold text count. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsIn(content)
    .map((part) => (typeof part.text === 'string' ? part.text : textOf(part.content)))
    .filter((text) => text !== '')
    .join('\n');
}

/** The objects of a list; everything else in it is left out. Not a list: empty. */
export function objectsIn(list: unknown): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter((item) => asObject(item) !== undefined) : [];
}

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
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

function toolCallIn(text: string, tools: readonly string[]) {
  const [, name = '', json = '{}'] = /^\s*call\s+(\S+)(?:\s+([^]*\S))?\s*$/.exec(text) ?? [];
  if (!tools.includes(name)) return undefined;
  try {
    const input = asObject(JSON.parse(json));
    return input === undefined ? undefined : { name, input };
  } catch {
    return undefined;
  }
}
