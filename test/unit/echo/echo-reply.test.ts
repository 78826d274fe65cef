import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asBase64, embed } from '../../../electron/echo/echo-embedding.ts';
import { countTokens, piecesOf, replyTo, textOf } from '../../../electron/echo/echo-reply.ts';

const user = (text: string) => [{ role: 'user', text }];

test('pieces are words, join to the text, and are as many as are counted', () => {
  expect([...piecesOf('echo: hello  big\nworld ')]).toEqual(['echo:', ' hello', '  big', '\nworld ']);
  const words = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '\n', '\t'), maxLength: 40 });
  fc.assert(
    fc.property(words, (text) => {
      const pieces = [...piecesOf(text)];
      expect(pieces.join('')).toBe(text);
      expect(countTokens(text)).toBe(pieces.length);
    }),
  );
});

test('counts a body of 16 MiB', () => {
  expect(countTokens('a '.repeat(8 * 1024 * 1024))).toBe(8 * 1024 * 1024);
});

test('repeats the last user message and counts all of them', () => {
  const messages = [
    { role: 'system', text: 'be brief' },
    ...user('first'),
    { role: 'assistant', text: 'x' },
    ...user('one two'),
  ];
  const reply = replyTo({ messages, tools: [], maxTokens: undefined });
  expect(reply).toEqual({ text: 'echo: one two', tool: undefined, cut: false, tokensIn: 6, tokensOut: 3 });
});

test('stops at the limit of tokens, and only there', () => {
  expect(replyTo({ messages: user('a b c'), tools: [], maxTokens: 2 })).toMatchObject({
    text: 'echo: a',
    cut: true,
    tokensOut: 2,
  });
  expect(replyTo({ messages: user('a b c'), tools: [], maxTokens: 4 })).toMatchObject({
    text: 'echo: a b c',
    cut: false,
  });
});

test('calls a tool that is offered, when the user says so', () => {
  const ask = (text: string, tools = ['add']) => replyTo({ messages: user(text), tools, maxTokens: undefined });
  expect(ask('call add {"a": 1, "b": "x y"}').tool).toEqual({
    name: 'add',
    input: { a: 1, b: 'x y' },
    json: '{"a":1,"b":"x y"}',
  });
  expect(ask(' call add ').tool?.input).toEqual({});
  for (const text of ['call sub {}', 'call add [1]', 'call add {oops', 'please call add {}', 'call add{}']) {
    expect(ask(text).tool).toBeUndefined();
  }
  expect(ask('call add {}', []).tool).toBeUndefined();
});

test('repeats what a tool gave, instead of calling it for ever', () => {
  const messages = [...user('call add {}'), { role: 'assistant', text: '' }, { role: 'tool', text: '42' }];
  expect(replyTo({ messages, tools: ['add'], maxTokens: undefined }).text).toBe('echo: 42');
});

test('takes the text out of parts', () => {
  expect(
    textOf([
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: {} },
      { type: 'input_text', text: 'b' },
    ]),
  ).toBe('a\nb');
  expect(textOf([{ type: 'tool_result', content: [{ type: 'text', text: 'deep' }] }])).toBe('deep');
  expect(textOf(null)).toBe('');
});

test('embeds the same text to the same unit vector', () => {
  const one = embed('hello world');
  const other = embed(['bye', 'hello world'], 64);
  if (typeof one === 'string' || typeof other === 'string') throw new Error('refused');
  const [vector] = one.vectors;
  expect(vector).toHaveLength(64);
  expect(other.vectors[1]).toEqual(vector);
  expect(other.vectors[0]).not.toEqual(vector);
  expect(one.tokens).toBe(2);
  expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 5);
  const bytes = Buffer.from(asBase64(vector ?? new Float32Array()), 'base64');
  expect(bytes).toHaveLength(256);
  expect(bytes.readFloatLE(4)).toBe(vector?.[1]);
});

test('says what it cannot embed', () => {
  for (const input of ['', [], undefined, 7, [''], ['a', 1], Array.from({ length: 2049 }, () => 'a')]) {
    expect(embed(input)).toBeTypeOf('string');
  }
  expect(embed('a', 0)).toBeTypeOf('string');
  expect(embed([1, 2, 3])).toMatchObject({ tokens: 3 });
  expect(embed([[1], [2, 3]])).toMatchObject({ tokens: 3 });
});
