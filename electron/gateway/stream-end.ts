// Tells a finished stream from a broken connection where the protocol does not: answers without a length and without
// chunks end with their connection either way (mlx-lm), so that only their last event says whether they are whole.

import type { IncomingMessage } from 'node:http';

export type StreamEnd = {
  readonly chunk: (bytes: Buffer) => void;
  /** Whether the last event of its dialect has passed. */
  readonly isWhole: () => boolean;
};

const tailBytes = 4096;
const lastEvent = /\[DONE\]|"?message_stop"?|response\.(?:completed|incomplete|failed)|"done"\s*:\s*true|chat\.end/;

/** @returns undefined for an answer whose end can be seen */
export function watchStreamEnd(response: IncomingMessage, method: string | undefined): StreamEnd | undefined {
  const { headers, statusCode } = response;
  const counted = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const isStream = /^(?:text\/event-stream|application\/x-ndjson)/.test(headers['content-type'] ?? '');
  if (counted || !isStream || method === 'HEAD' || statusCode !== 200) return undefined;
  let tail = '';
  return {
    chunk(bytes) {
      tail = (tail + bytes.toString('latin1')).slice(-tailBytes);
    },
    isWhole: () => lastEvent.test(tail),
  };
}
