// Reads an answer that was compressed although nobody asked for it: keeps what passes, up to a cap, and opens it once it has
// ended, or as far as it came. Its bytes go to the client as they are; no time of a token can be told from inside.

import { brotliDecompressSync, constants, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { BodyReader } from './body-readers.ts';
import { keepBody } from './kept-body.ts';
import type { MessageReading } from './message-reading.ts';

/** Opened at once when the answer ends, while others wait: so much takes some ten milliseconds. */
const compressedCapBytes = 1024 * 1024;
const openedCapBytes = 4 * 1024 * 1024;

export function readCompressed(encoding: string, plain: BodyReader, reading: MessageReading): BodyReader | undefined {
  const open = openers[encoding];
  if (open === undefined) return undefined;
  const opened = (bytes: Buffer): Buffer => {
    try {
      return open(bytes);
    } catch (error) {
      reading.missed((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'compressed');
      throw error;
    }
  };
  const kept = keepBody(compressedCapBytes, reading, (bytes) => {
    if (bytes.length > 0) plain.chunk(opened(bytes));
    plain.end();
  });
  return { ...kept, streamed: plain.streamed };
}

// With the flush that takes what has come for all there is, so that an answer that broke off is read to there.
const zlibOptions = { maxOutputLength: openedCapBytes, finishFlush: constants.Z_SYNC_FLUSH };

const openers: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gunzipSync(bytes, zlibOptions),
  'x-gzip': (bytes) => gunzipSync(bytes, zlibOptions),
  deflate: (bytes) => inflateSync(bytes, zlibOptions),
  br: (bytes) =>
    brotliDecompressSync(bytes, {
      maxOutputLength: openedCapBytes,
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    }),
  zstd: (bytes) =>
    zstdDecompressSync(bytes, {
      maxOutputLength: openedCapBytes,
      finishFlush: constants.ZSTD_e_flush,
      params: { [constants.ZSTD_d_windowLogMax]: 23 },
    }),
};
