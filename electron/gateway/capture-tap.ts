// Copies the bodies of a request whose key is being captured while they pass, and hands them on once it is over. Bounded:
// so much of each body, and so many requests at a time. Delays and changes nothing, and sees no headers.

import { captureBodyMaxBytes } from '../../shared/capture-model.ts';
import type { Authorized, Caller } from './exchange.ts';
import { createGrowingBytes } from './tally/growing-bytes.ts';

/** As it passed; `bytes` may be only the beginning. */
export type PassedBody = { readonly bytes: Buffer; readonly sizeBytes: number };

export type CapturePort = {
  /** Whether bodies of this caller's requests are kept now. From memory. */
  readonly wants: (caller: Caller) => boolean;
  /** Takes what passed; must not throw and must not take long. */
  readonly keep: (record: {
    readonly requestId: string;
    readonly keyId: string | null;
    readonly request: PassedBody;
    readonly answer: PassedBody;
  }) => void;
};

export type CaptureTap = {
  /** Copies a piece of the answer. */
  readonly answer: (bytes: Buffer) => void;
  /** Hands on what there is. */
  readonly end: () => void;
};

/** So many at a time, or 32 MiB; who comes then is served and not captured, and the header is not there to say otherwise. */
const capturedAtOnce = 64;

/** On the head of every answer that is kept, and of a WebSocket whose caller is being captured. */
export const capturedHeader = 'x-keyhatch-captured';

export type CaptureTaps = { readonly open: (exchange: Authorized) => CaptureTap | undefined };

export function createCaptureTaps(port: CapturePort): CaptureTaps {
  let open = 0;
  return {
    open({ id, caller, body }) {
      if (!port.wants(caller) || open >= capturedAtOnce) return undefined;
      open += 1;
      const sent = body.bytes();
      const request = { bytes: Buffer.from(sent.subarray(0, captureBodyMaxBytes)), sizeBytes: sent.length };
      const kept = createGrowingBytes(captureBodyMaxBytes);
      let sizeBytes = 0;
      return {
        answer(bytes) {
          sizeBytes += bytes.length;
          const room = captureBodyMaxBytes - kept.size();
          if (room > 0) kept.add(bytes, 0, Math.min(bytes.length, room));
        },
        end() {
          open -= 1;
          const keyId = caller.kind === 'key' ? caller.key.id : null;
          port.keep({ requestId: id, keyId, request, answer: { bytes: kept.view(), sizeBytes } });
        },
      };
    },
  };
}
