// Decompression bombs: bodies that are small until they are unpacked. What is unpacked is bounded as it comes, in every coding
// that is taken, and coded twice is not taken at all.

import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
afterAll(() => bed.close());

const spaces = Buffer.alloc(50 * 1024 * 1024, ' ');

describe('bodies', () => {
  for (const [coding, encode] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    test(`in ${coding} that unpack to more than the limit are refused, however small they came`, async () => {
      bed.settings({ 'limits.bodyMaxBytes': 1024 * 1024 });
      const bomb = encode(spaces);
      expect(bomb.length).toBeLessThan(200_000);
      const response = await bed.fetch('/v1/chat/completions', {
        method: 'POST',
        body: new Uint8Array(bomb),
        headers: { 'content-encoding': coding, 'content-type': 'application/json' },
      });
      expect(response.status).toBe(413);
      expect(bed.upstream.journal).toEqual([]);
    });
  }
  test('in two layers or unknown encodings are refused', async () => {
    for (const encoding of ['gzip, gzip', 'compress']) {
      const response = await bed.fetch('/v1/chat/completions', {
        method: 'POST',
        body: chat(),
        headers: { 'content-encoding': encoding },
      });
      expect(response.status).toBe(415);
    }
  });
});
