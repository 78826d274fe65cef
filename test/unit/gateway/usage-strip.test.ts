// The event that only the gateway asked for is taken out of a stream, and no other byte, however the stream is cut.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUsageStrip } from '../../../electron/gateway/usage-strip.ts';
import { bytesOf, streamFixtures } from '../../fixtures/streams/streams.ts';

/** Feeds copies and wipes them afterwards where they were not passed on: nothing may be kept of them. */
function stripped(pieces: readonly Buffer[]): string {
  const passed: Buffer[] = [];
  const strip = createUsageStrip((bytes) => passed.push(Buffer.from(bytes)));
  for (const piece of pieces) {
    const copy = Buffer.from(piece);
    strip.chunk(copy);
    copy.fill(0);
  }
  strip.end();
  return Buffer.concat(passed).toString('latin1');
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const inside = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...inside].map((from, index) => bytes.subarray(from, inside[index] ?? bytes.length));
}

/** What a reader of the whole text would leave of it; events of one data line only. */
function without(text: string): string {
  return text.replace(
    /data: ?\{[^\r\n]*"choices":\[\][^\r\n]*"usage":\{[^\r\n]*\}\}(?:\r\n|\n|\r|$)(?:\r\n|\n|\r|$)/g,
    '',
  );
}

// The one with a byte order mark is nothing but an event to take out.
const corpus = streamFixtures.filter(
  ({ file, dialect }) => dialect === 'openai' && file.endsWith('.sse') && file !== 'openai-chat-bom.sse',
);

describe.each(corpus)('$file', ({ file }) => {
  const bytes = bytesOf({ file });
  const expected = file === 'openai-chat-multi-line-data.sse' ? undefined : without(bytes.toString('latin1'));
  const whole = stripped([bytes]);

  test('whole', () => {
    if (expected !== undefined) expect(whole).toBe(expected);
    expect(whole).not.toMatch(/"choices":\s*\[\],[^[]*"usage":\s*\{[^[]*\[DONE\]/);
    expect(whole).not.toBe('');
  });

  test('cut in two at every byte', () => {
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(stripped([bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toBe(whole);
    }
  });

  test('cut anyhow', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), (places) => {
        expect(stripped(cut(bytes, places))).toBe(whole);
      }),
    );
  });
});

test('the corpus has streams to take something out of', () => {
  const changed = corpus.filter((fixture) => {
    const bytes = bytesOf(fixture);
    return stripped([bytes]) !== bytes.toString('latin1');
  });
  expect(changed.length).toBeGreaterThan(8);
});

const usage = '"usage":{"prompt_tokens":1,"completion_tokens":1}';

test.each([
  ['has choices', `data: {"choices":[{"index":0,"delta":{"content":"\\"choices\\":[]"}}],${usage}}\n\n`],
  ['says that there is none', 'data: {"choices":[],"usage":null}\n\n'],
  ['has no choices member of its own', `data: {"inner":{"choices":[]},${usage}}\n\n`],
  ['is a comment', `: {"choices":[],${usage}}\n\n`],
  ['is no JSON', `data: {"choices":[],${usage}\n\n`],
])('an event stays that %s', (_what, event) => {
  expect(stripped([Buffer.from(event)])).toBe(event);
  expect(stripped([Buffer.from(event.slice(0, 20)), Buffer.from(event.slice(20))])).toBe(event);
});

test('the second half of a line end goes with the event, in a chunk of its own too', () => {
  const event = `data: {"choices":[],${usage}}\r\n\r\n`;
  for (let at = 1; at < event.length; at += 1) {
    const pieces = [event.slice(0, at), event.slice(at), 'data: [DONE]\r\n\r\n'].map((text) => Buffer.from(text));
    expect(stripped(pieces), `cut at ${at}`).toBe('data: [DONE]\r\n\r\n');
  }
});

test('an event that is too large to be held passes as it came, and what follows is looked at again', () => {
  const large = `data: {"choices":[],${usage},"x":"${'x'.repeat(1024 * 1024)}"}\n\n`;
  const text = `data: {"a":1}\n\n${large}data: {"choices":[],${usage}}\n\ndata: [DONE]\n\n`;
  const expected = `data: {"a":1}\n\n${large}data: [DONE]\n\n`;
  const bytes = Buffer.from(text);
  for (const places of [[], [500], [500, 700_000], [20, large.length - 5], [15], [large.length + 10]]) {
    expect(stripped(cut(bytes, places)) === expected, `cut at ${places}`).toBe(true);
  }
});

test('a chunk of whole events with nothing to take out is handed on itself', () => {
  const passed: Buffer[] = [];
  const chunk = Buffer.from('data: {"choices":[{"delta":{"content":"a"}}]}\n\n');
  createUsageStrip((bytes) => passed.push(bytes)).chunk(chunk);
  expect(passed[0]).toBe(chunk);
});
