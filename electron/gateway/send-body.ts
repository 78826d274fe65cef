// How a body goes up: how long it is once everything has been put into it, and its bytes in their order. Knows nothing of
// answers; forward.ts says when.

import type { Stream } from 'node:stream';
import type { Clock } from '../lib/clock.ts';
import type { Attempt } from './attempt.ts';

/** Its length, or `chunked` where only its end will tell. */
export function bodyBytesUp({ exchange, splices }: Attempt): number | 'chunked' {
  const { upload, sizeBytes } = exchange.body;
  if (upload) return upload.announcedBytes ?? 'chunked';
  return splices.reduce((sum, { from, to, text }) => sum + text.length - (to - from), sizeBytes);
}

// All that the library does with a body is to pipe it. Ours goes with the head in one write, without a stream's machinery;
// and this does not hold its bytes, because the library holds on to it.
export function bodySource(onPipe: () => void): Stream {
  return { pipe: onPipe } as unknown as Stream;
}

export function sendBody(state: Attempt, clock: Clock): void {
  const { request, exchange, splices } = state;
  if (!request || request.destroyed) return;
  state.forwardedAt = clock.now();
  const bytes = exchange.body.bytes();
  if (splices.length === 0) return void request.end(bytes);
  // In pieces, because a copy of a large body would be memory that nobody counts.
  request.cork();
  let sent = 0;
  for (const { from, to, text } of splices) {
    request.write(bytes.subarray(sent, from));
    request.write(text);
    sent = to;
  }
  request.end(bytes.subarray(sent));
}
