// What a tally does beyond reading known shapes: choosing a reader, event boundaries, bounds, and never throwing.

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { openTally, type Tallied, type TallyOptions } from '../../../../electron/gateway/tally/tally.ts';

const chat: TallyOptions = {
  dialect: 'openai',
  operation: 'chat',
  metered: true,
  contentType: 'text/event-stream',
  contentEncoding: undefined,
};
const ollamaLines: TallyOptions = { ...chat, dialect: 'ollama', contentType: 'application/x-ndjson' };
const json: TallyOptions = { ...chat, contentType: 'application/json' };
const ollamaJson: TallyOptions = { ...json, dialect: 'ollama' };

const usageEvent = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n';
const tokenEvent = 'data: {"choices":[{"delta":{"content":"x"}}]}\n\n';
const mebibyte = 1024 * 1024;

function feed(options: TallyOptions, ...chunks: readonly (string | Uint8Array)[]): Tallied {
  const tally = openTally(options);
  for (const chunk of chunks) tally.chunk(Buffer.from(chunk as string), 1000);
  tally.end();
  return tally.read();
}

describe('choosing a reader', () => {
  test.each(['text/event-stream', 'text/event-stream;charset=utf-8', 'Text/Event-Stream ; charset=UTF-8'])(
    'reads-events %s',
    (contentType) => {
      expect(feed({ ...chat, contentType }, usageEvent)).toMatchObject({
        tokensIn: 3,
        source: 'reported',
        streamed: true,
      });
    },
  );

  test.each([undefined, '', 'text/plain', 'audio/mpeg', 'application/octet-stream'])(
    'knows-nothing-of %s',
    (contentType) => {
      expect(feed({ ...chat, contentType }, usageEvent)).toMatchObject({ source: 'unknown', streamed: false });
    },
  );

  test.each(['gzip', 'br', 'zstd', 'gzip, identity', 'odd'])('cannot-read-what-is-not %s', (contentEncoding) => {
    expect(feed({ ...chat, contentEncoding }, usageEvent)).toMatchObject({ source: 'unknown', streamed: true });
  });

  test.each(['identity', 'Identity', ''])('takes-for-plain %j', (contentEncoding) => {
    expect(feed({ ...chat, contentEncoding }, usageEvent).source).toBe('reported');
  });

  test.each([chat, ollamaLines, json, ollamaJson])('counts-nothing-when-not-metered %#', (options) => {
    const found = feed({ ...options, metered: false }, usageEvent, '{"usage":{"prompt_tokens":3},"id":"resp_1"}\n');
    expect(found).toMatchObject({ source: 'none', tokensIn: null, responseId: null, firstTokenAt: null });
  });

  test('reads-a-json-body-that-begins-with-a-byte-order-mark', () => {
    expect(feed(json, '\ufeff{"usage":{"prompt_tokens":3}}').tokensIn).toBe(3);
  });

  test.each(['', '[]', '"usage"', '{', '{"usage":{"prompt_tokens":3}', '{"usage":{"prompt_tokens":3}}x'])(
    'makes-nothing-of %j',
    (text) => {
      expect(feed(json, text)).toMatchObject({ source: 'unknown', tokensIn: null });
      expect(feed(ollamaJson, text)).toMatchObject({ source: 'unknown', tokensIn: null });
    },
  );
});

describe('numbers', () => {
  test.each(['-1', '1.5', '"3"', 'null', '1e400', '{}', 'true', '9007199254740993'])(
    'ignores-a-count-of %s',
    (value) => {
      expect(feed(json, `{"usage":{"prompt_tokens":${value},"completion_tokens":4}}`)).toMatchObject({
        tokensIn: null,
        tokensOut: 4,
        source: 'reported',
      });
    },
  );

  test('keeps-the-last-number-of-each-field', () => {
    const events = [
      '{"usage":{"prompt_tokens":3,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":2}}}',
      '{"usage":{"completion_tokens":9,"prompt_tokens":null}}',
      '{"usage":null}',
      '{"usage":[7]}',
    ];
    expect(feed(chat, ...events.map((event) => `data: ${event}\n\n`))).toMatchObject({
      tokensIn: 3,
      tokensOut: 9,
      tokensCached: 2,
    });
  });

  test('says-what-is-known-so-far', () => {
    const tally = openTally(chat);
    expect(tally.read()).toMatchObject({ source: 'unknown', firstTokenAt: null });
    tally.chunk(Buffer.from(tokenEvent), 5);
    expect(tally.read()).toMatchObject({ source: 'unknown', firstTokenAt: 5 });
    tally.chunk(Buffer.from(usageEvent), 6);
    expect(tally.read()).toMatchObject({ source: 'reported', tokensIn: 3, firstTokenAt: 5 });
  });
});

describe('response id', () => {
  test('is-told-once-and-at-once', () => {
    const onResponseId = vi.fn();
    const tally = openTally({ ...chat, onResponseId });
    tally.chunk(Buffer.from('data: {"type":"response.created","response":{"id":"resp_1","object":"response"}}\n\n'), 1);
    expect(onResponseId.mock.calls).toEqual([['resp_1']]);
    tally.chunk(
      Buffer.from('data: {"type":"response.completed","response":{"id":"resp_2","usage":{"input_tokens":1}}}\n\n'),
      2,
    );
    tally.end();
    expect(onResponseId.mock.calls).toEqual([['resp_1']]);
    expect(tally.read().responseId).toBe('resp_1');
  });

  test.each([
    '{"id":"chatcmpl-1","object":"chat.completion"}',
    '{"id":"msg_1","type":"message"}',
    '{"id":7,"object":"response"}',
  ])('is-not %s', (text) => {
    const onResponseId = vi.fn();
    expect(feed({ ...json, onResponseId }, text).responseId).toBeNull();
    expect(onResponseId).not.toHaveBeenCalled();
  });

  test('that-its-hearer-cannot-take-breaks-only-the-tally', () => {
    const onResponseId = () => {
      throw new Error('full');
    };
    const tally = openTally({ ...json, onResponseId });
    tally.chunk(Buffer.from('{"id":"resp_1","usage":{"input_tokens":1}}'), 1);
    tally.end();
    expect(tally.read()).toMatchObject({ source: 'unknown', tokensIn: null });
    expect(tally.atEventBoundary()).toBe(false);
  });
});

describe('event boundary', () => {
  /** After each byte, fed one by one. */
  function boundaries(options: TallyOptions, text: string): boolean[] {
    const tally = openTally(options);
    const found = [tally.atEventBoundary()];
    for (const byte of Buffer.from(text)) {
      tally.chunk(Buffer.from([byte]), 1);
      found.push(tally.atEventBoundary());
    }
    return found;
  }

  test.each([chat, { ...chat, metered: false }])('follows-blank-lines %#', (options) => {
    const text = `: ping\n\n${tokenEvent}event: x\n${tokenEvent}${usageEvent}data: [DONE]\n\nda`;
    const whole = (at: number) => at === 0 || text.slice(0, at).endsWith('\n\n');
    expect(boundaries(options, text)).toEqual([...Array(text.length + 1).keys()].map(whole));
  });

  test('follows-other-line-ends', () => {
    expect(boundaries(chat, 'a\r\n\r\nb\r\rc\n\r\n\n')).toEqual(
      // Behind `\r\n\r` the event is over, whether or not a \n follows.
      [true, false, false, false, true, true, false, false, true, false, false, true, true, true],
    );
  });

  test('follows-lines-of-json', () => {
    expect(boundaries(ollamaLines, '{}\n\n{}\n')).toEqual([true, false, false, true, true, false, false, true]);
  });

  test.each([json, ollamaJson, { ...chat, contentType: 'audio/mpeg' }, { ...chat, contentEncoding: 'gzip' }])(
    'is-only-before-the-first-byte-of-what-is-no-stream %#',
    (options) => {
      expect(boundaries(options, '{"a":1}\n')).toEqual([true, ...Array(8).fill(false)]);
    },
  );

  test('is-the-same-however-the-bytes-came', () => {
    fc.assert(
      fc.property(sseSoup, fc.array(fc.nat(), { maxLength: 20 }), (bytes, places) => {
        const single = openTally(chat);
        for (const byte of bytes) single.chunk(Buffer.from([byte]), 1);
        const cuts = openTally(chat);
        for (const chunk of cut(bytes, places)) cuts.chunk(chunk, 1);
        expect(cuts.atEventBoundary()).toBe(single.atEventBoundary());
      }),
      { numRuns: 500 },
    );
  });
});

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const inside = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...inside].map((from, index) => bytes.subarray(from, inside[index] ?? bytes.length));
}

/** Streams made of the pieces that matter to the readers, in and out of order. */
const sseSoup = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\n\r\n') },
      { weight: 3, arbitrary: fc.constantFrom(tokenEvent, usageEvent, ': ping\n\n', 'data: [DONE]\n\n', '\ufeff') },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          'data: ',
          'data:',
          'data',
          'event: x',
          '{"usage":',
          '{"prompt_tokens":5}}',
          '{"done":true}',
        ),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.nat(99), fc.nat(99))
          .map(([a, b]) => `data: {"usage":{"prompt_tokens":${a},\ndata: "completion_tokens":${b}}}\n\n`),
      },
    ),
    { maxLength: 30 },
  )
  .map((pieces) => Buffer.from(pieces.join('')));

const lineSoup = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\r\n', '{"model":"m","message":{"content":"x"}}\n', '{}', '{}\n', ' ', 'x', '{\n"a":1}\n'),
      fc.tuple(fc.nat(99), fc.nat(99)).map(([a, b]) => `{"done":true,"prompt_eval_count":${a},"eval_count":${b}}\n`),
    ),
    { maxLength: 20 },
  )
  .map((pieces) => Buffer.from(pieces.join('')));

describe('any bytes', () => {
  const options = fc.constantFrom(chat, ollamaLines, json, ollamaJson, { ...chat, metered: false });

  test('give-the-same-however-they-are-cut', () => {
    fc.assert(
      fc.property(
        options,
        fc.oneof(sseSoup, lineSoup),
        fc.array(fc.nat(), { maxLength: 30 }),
        (option, bytes, places) => {
          const whole = feed(option, bytes);
          expect(feed(option, ...cut(bytes, places))).toEqual(whole);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('never-make-it-throw', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
      sseSoup,
      lineSoup,
    );
    fc.assert(
      fc.property(options, fc.array(garbage, { maxLength: 5 }), (option, chunks) => {
        const found = feed(option, ...chunks);
        expect(['reported', 'unknown', 'none']).toContain(found.source);
      }),
      { numRuns: 1000 },
    );
  });

  test('after-the-end-are-ignored', () => {
    const tally = openTally(chat);
    tally.end();
    tally.chunk(Buffer.from(usageEvent), 1);
    tally.end();
    expect(tally.read().source).toBe('unknown');
  });
});

describe('bounds', () => {
  /** An event of exactly so many bytes, up to and with the line end of its data, that reports 7 tokens. */
  function eventOf(sizeBytes: number): Buffer {
    const head = 'data: {"pad":"';
    const tail = '","usage":{"prompt_tokens":7}}\n';
    return Buffer.from(`${head}${'x'.repeat(sizeBytes - head.length - tail.length)}${tail}\n`);
  }

  test.each([
    ['up-to-the-cap', mebibyte, 7],
    ['past-the-cap', mebibyte + 1, null],
  ])('an-event %s', (_, sizeBytes, tokensIn) => {
    const event = eventOf(sizeBytes);
    for (const step of [event.length, 65_536, mebibyte, mebibyte - 1, 100_003]) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < event.length; at += step) chunks.push(event.subarray(at, at + step));
      expect(feed(chat, ...chunks).tokensIn, `chunks of ${step}`).toBe(tokensIn);
      expect(feed(chat, tokenEvent, ...chunks, usageEvent).tokensIn, `chunks of ${step}, then usage`).toBe(3);
    }
  });

  test('the-cap-is-the-same-wherever-a-line-end-is-cut', () => {
    const before = tokenEvent.replaceAll('\n', '\r\n');
    const head = 'event: x\r\ndata: {"usage":{"prompt_tokens":7},"pad":"';
    for (const [sizeBytes, tokensIn] of [
      [mebibyte, 7],
      [mebibyte + 1, null],
    ] as const) {
      const padding = 'x'.repeat(sizeBytes - head.length - 4);
      const bytes = Buffer.from(`${before}${head}${padding}"}\r\n\r\n`);
      const around = [before.length, before.length + 'event: x\r\n'.length, bytes.length - 2, bytes.length];
      for (const at of around.flatMap((end) => [end - 3, end - 2, end - 1, end])) {
        expect(feed(chat, bytes.subarray(0, at), bytes.subarray(at)).tokensIn, `cut at ${at}`).toBe(tokensIn);
      }
    }
  });

  test('nothing-of-an-event-past-the-cap-is-read', () => {
    const lines = [`data: ${'x'.repeat(mebibyte)}\n`, 'data: {"usage":{"prompt_tokens":7}}\n\n'];
    for (const chunks of [lines, [lines.join('')]]) {
      expect(feed(chat, ...chunks).source).toBe('unknown');
      expect(feed(chat, ...chunks, usageEvent.slice(0, 20), usageEvent.slice(20)).tokensIn).toBe(3);
    }
  });

  test('a-giant-event-takes-no-memory', () => {
    const tally = openTally(chat);
    const chunk = Buffer.alloc(65_536, 'x');
    tally.chunk(Buffer.from('data: {"a":"'), 1);
    const before = process.memoryUsage().arrayBuffers;
    for (let passed = 0; passed < 256 * mebibyte; passed += chunk.length) tally.chunk(chunk, 1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * mebibyte);
    expect(tally.atEventBoundary()).toBe(false);
    tally.chunk(Buffer.from(`"}\n\n${tokenEvent}${usageEvent}`), 2);
    expect(tally.atEventBoundary()).toBe(true);
    expect(tally.read()).toMatchObject({ tokensIn: 3, tokensOut: 4, firstTokenAt: 2 });
  });

  test('a-giant-line-is-stepped-over', () => {
    const done = '{"done":true,"prompt_eval_count":3,"eval_count":4}\n';
    expect(feed(ollamaLines, `{"a":"${'x'.repeat(2 * mebibyte)}"}`, '\n', done).tokensIn).toBe(3);
  });

  test('a-large-answer-is-read-by-its-members-alone', () => {
    const vectors = '0.0123456789,'.repeat(600_000);
    const answer = `{"object":"list","data":[{"embedding":[${vectors}0]}],"usage":{"prompt_tokens":8,"total_tokens":8}}`;
    for (const options of [json, ollamaJson]) {
      const found = feed({ ...options, operation: 'embeddings' }, answer);
      expect(found).toMatchObject({ tokensIn: 8, tokensOut: 0, source: 'reported', streamed: false });
    }
  });

  test('an-answer-past-the-limit-is-unknown', () => {
    const chunk = Buffer.alloc(mebibyte, ' ');
    const chunks = ['{"usage":{"prompt_tokens":8}', ...Array<Buffer>(16).fill(chunk), '}'];
    expect(feed(json, ...chunks)).toMatchObject({ source: 'unknown', firstTokenAt: 1000 });
    expect(feed(json, ...chunks.slice(2)).source).toBe('unknown');
  });
});
