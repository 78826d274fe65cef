// Answers that came compressed are metered all the same, within bounds.

import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openTally, type Tallied, type TallyOptions } from '../../../../electron/gateway/tally/tally.ts';

const sse: TallyOptions = {
  dialect: 'openai',
  operation: 'chat',
  metered: true,
  contentType: 'text/event-stream',
  contentEncoding: 'gzip',
  promptBytes: 40,
};
const word = 'data: {"choices":[{"delta":{"content":"x"}}]}\n\n';
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n';

function feed(options: TallyOptions, bytes: Buffer, step = bytes.length, whole = true): Tallied {
  const tally = openTally(options);
  for (let at = 0; at < bytes.length; at += step) tally.chunk(bytes.subarray(at, at + step), 5 + at);
  tally.end();
  return tally.read(whole);
}

describe.each([
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const)('%s', (contentEncoding, compress) => {
  test('a stream', () => {
    const bytes = compress(word.repeat(9) + usage);
    for (const step of [bytes.length, 7, 1]) {
      const found = feed({ ...sse, contentEncoding }, bytes, step);
      expect(found).toMatchObject({ source: 'reported', tokensIn: 3, tokensOut: 4, streamed: true, firstTokenAt: 5 });
    }
  });

  test('one answer', () => {
    const bytes = compress('{"usage":{"prompt_tokens":3,"completion_tokens":4}}');
    const found = feed({ ...sse, contentType: 'application/json', contentEncoding }, bytes);
    expect(found).toMatchObject({ source: 'reported', tokensIn: 3, tokensOut: 4, streamed: false });
  });

  test('a stream that broke off is counted to there', () => {
    const words = Array.from({ length: 3000 }, () => word.replace('"x"', `"${randomBytes(9).toString('base64')}"`));
    const bytes = compress(words.join('') + usage);
    const found = feed({ ...sse, contentEncoding }, bytes.subarray(0, bytes.length - 20), 997, false);
    expect(found.source).toBe('counted');
    expect(found.tokensOut).toBeGreaterThan(100);
    expect(found.tokensOut).toBeLessThanOrEqual(3000);
  });

  test('a bomb is not opened', () => {
    const found = feed({ ...sse, contentEncoding }, compress(word.repeat(200_000) + usage));
    expect(found.source).toBe('unknown');
  });
});

test('past the cap nothing is kept', () => {
  const text = `data: {"x":"${randomBytes(1_200_000).toString('base64')}"}\n\n${usage}`;
  expect(feed(sse, gzipSync(text), 65_536).source).toBe('unknown');
});
