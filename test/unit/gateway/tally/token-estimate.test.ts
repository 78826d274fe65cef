// What is booked where a model server reported nothing: the pieces that passed, or the size of the text.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openTally, type Tallied, type TallyOptions } from '../../../../electron/gateway/tally/tally.ts';
import { streamFixtures } from '../../../fixtures/streams/streams.ts';

const folder = new URL('../../../fixtures/streams/', import.meta.url);
const sse: TallyOptions = {
  dialect: 'openai',
  operation: 'chat',
  metered: true,
  contentType: 'text/event-stream',
  contentEncoding: undefined,
  promptBytes: 41,
};
const json: TallyOptions = { ...sse, contentType: 'application/json' };
const lines: TallyOptions = { ...sse, dialect: 'ollama', contentType: 'application/x-ndjson' };

function feed(options: TallyOptions, chunks: readonly (string | Buffer)[], whole = true): Tallied {
  const tally = openTally(options);
  for (const chunk of chunks) tally.chunk(Buffer.from(chunk as string), 1000);
  tally.end();
  return tally.read(whole);
}

const delta = (value: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: value }] })}\n\n`;

describe.each(streamFixtures)('$file', (fixture) => {
  const bytes = readFileSync(new URL(fixture.file, folder));
  const options = { ...sse, ...fixture };

  test('what was reported stays, and the rest is not from nowhere', () => {
    const found = feed(options, [bytes]);
    const { source, tokensIn, tokensOut } = fixture.expected;
    if (source === 'reported' && tokensOut === null && found.source === 'counted') {
      expect(found.tokensIn).toBe(tokensIn);
    } else if (source !== 'unknown') {
      expect(found).toMatchObject({ source, tokensIn, tokensOut });
    } else {
      expect(['counted', 'estimated', 'unknown']).toContain(found.source);
    }
  });

  test('cut in two at every byte, it gives the same, whole or not', () => {
    for (const whole of [true, false]) {
      const once = feed(options, [bytes], whole);
      for (let at = 1; at < bytes.length; at += 1) {
        expect(feed(options, [bytes.subarray(0, at), bytes.subarray(at)], whole), `cut at ${at}`).toEqual(once);
      }
    }
  });
});

test('any chunking of any mixture of events gives the same count', () => {
  const events = fc.array(
    fc.constantFrom(
      delta({ content: 'a "content": b' }),
      delta({ content: '' }),
      delta({ role: 'assistant', content: null }),
      delta({ reasoning_content: 'x' }),
      ': keep-alive\n\n',
      'data: {"model":"keepalive","choices":[{"delta":{"content":" "}}]}\r\n\r\n',
      'data: [DONE]\n\n',
      'data: {"choices":[{"delta":{"content":"y"}}],"usage":null}\r\n\r\n',
    ),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(events, fc.array(fc.nat(), { maxLength: 20 }), (chosen, places) => {
      const bytes = Buffer.from(chosen.join(''));
      const edges = [0, ...places.map((place) => place % bytes.length).sort((a, b) => a - b), bytes.length];
      const cut = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
      const expected = chosen.filter((event) => /"(?:content|reasoning_content)":"[axy]/.test(event)).length;
      const found = feed(sse, cut);
      expect(found.tokensOut ?? 0).toBe(expected);
      expect(feed(sse, [bytes])).toMatchObject({ tokensOut: found.tokensOut, source: found.source });
    }),
  );
});

test.each([
  ['openai-chat-without-usage.sse', 'counted', 11, 3],
  ['openai-chat-interrupted.sse', 'counted', 11, 3],
  ['omlx-keepalive-midway.sse', 'counted', 11, 2],
  ['ollama-completions-interrupted.sse', 'counted', 11, 2],
  ['ollama-embeddings-old.json', 'estimated', 11, 0],
  ['lmstudio-v0-embeddings-zero.json', 'estimated', 11, 0],
  ['openai-error.json', 'unknown', null, null],
  ['ollama-generate-cached-prompt.json', 'reported', null, 282],
])('%s is %s', (name, source, tokensIn, tokensOut) => {
  const fixture = streamFixtures.find(({ file }) => file === name);
  const found = feed({ ...sse, ...fixture }, [readFileSync(new URL(name, folder))]);
  expect(found).toMatchObject({ source, tokensIn, tokensOut });
});

describe('pieces of an answer', () => {
  test.each<[string, TallyOptions, string, number]>([
    ['chat', sse, delta({ content: 'x' }).repeat(3), 3],
    ['text that speaks of them', sse, delta({ content: '"content":"x"' }).repeat(2), 2],
    ['a thought under two names', sse, delta({ reasoning: 'so\n', reasoning_content: 'so\n' }).repeat(4), 4],
    ['a thought, then an answer', sse, delta({ reasoning: 'so' }) + delta({ content: 'x' }), 2],
    [
      'the arguments of a tool call',
      sse,
      delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] }) +
        delta({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }).repeat(2),
      3,
    ],
    ['two answers at once', sse, 'data: {"choices":[{"delta":{"content":"a"}},{"delta":{"content":"b"}}]}\n\n', 2],
    ['a completion', sse, 'data: {"choices":[{"text":"a"}]}\n\n'.repeat(3), 3],
    [
      'Responses, each once',
      sse,
      'data: {"type":"response.created","response":{"output":[]}}\n\n' +
        'data: {"type":"response.output_text.delta","delta":"a"}\n\n'.repeat(3) +
        'data: {"type":"response.output_text.done","text":"aaa"}\n\n',
      3,
    ],
    [
      'Anthropic',
      sse,
      'event: x\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}\n\n'.repeat(5),
      5,
    ],
    ['Ollama', lines, '{"message":{"role":"assistant","content":"a"},"done":false}\n'.repeat(2), 2],
    ['an Ollama tool call', lines, '{"message":{"tool_calls":[{"function":{"arguments":{"a":1}}}]}}\n', 1],
  ])('are counted: %s', (_name, options, text, count) => {
    const expected = { source: 'counted', tokensIn: 11, tokensOut: count };
    expect(feed(options, [text])).toMatchObject(expected);
    expect(feed(options, [...text])).toMatchObject(expected);
  });

  test('of a broken-off answer count against older running totals', () => {
    const start = 'data: {"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}}\n\n';
    const text = 'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}\n\n'.repeat(6);
    expect(feed(sse, [start, text], false)).toMatchObject({ source: 'counted', tokensIn: 9, tokensOut: 6 });
    expect(feed(sse, [start, text], true)).toMatchObject({ source: 'reported', tokensIn: 9, tokensOut: 1 });
  });

  test('do not lower what was reported before the client left', () => {
    const text = `${delta({ content: 'x' })}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":8}}\n\n`;
    expect(feed(sse, [text], false)).toMatchObject({ source: 'reported', tokensIn: 3, tokensOut: 8 });
  });
});

describe('the size of the text', () => {
  test.each([
    ['{"choices":[{"message":{"role":"assistant","content":"12345678é"}}]}', 3],
    ['{"choices":[{"message":{"content":null,"tool_calls":[{"function":{"name":"f","arguments":"{}12"}}]}}]}', 1],
    ['{"choices":[{"text":"1234"}]}', 1],
    ['{"content":[{"type":"text","text":"12345678"}]}', 2],
    ['{"output":[{"content":[{"type":"output_text","text":"12345"}]}]}', 2],
    ['{"message":{"content":""}}', 0],
  ])('stands for an answer that says no numbers: %s', (answer, tokensOut) => {
    expect(feed(json, [answer])).toMatchObject({ source: 'estimated', tokensIn: 11, tokensOut });
  });

  test('embeddings are their input', () => {
    const options = { ...json, operation: 'embeddings' };
    const found = feed(options, ['{"data":[{"embedding":[1,2]}],"usage":{"prompt_tokens":0,"total_tokens":0}}']);
    expect(found).toMatchObject({ source: 'estimated', tokensIn: 11, tokensOut: 0 });
  });

  test.each(['{"error":{"message":"no"}}', '{"x":1}', '[1]', 'no json'])('does not stand for %s', (answer) => {
    expect(feed(json, [answer]).source).toBe('unknown');
  });

  test('a prompt that was read for a client that left', () => {
    expect(feed(sse, [': ping\n\n'], false)).toMatchObject({ source: 'estimated', tokensIn: 11, tokensOut: 0 });
  });

  test('nothing is estimated where tokens are not what is used', () => {
    const options = { ...json, operation: 'audio', promptBytes: undefined };
    expect(feed(options, ['{"text":"words"}'], false).source).toBe('unknown');
  });
});
