// Keeps the bytes of an answer that can be read only once it is whole, up to a cap; past that it keeps nothing.

import { createGrowingBytes } from './growing-bytes.ts';
import type { MessageReading } from './message-reading.ts';

/** @param onEnd gets what was kept, which is nothing past the cap; valid until it returns */
export function keepBody(
  capBytes: number,
  reading: Pick<MessageReading, 'firstToken' | 'missed'>,
  onEnd: (bytes: Buffer) => void,
): { readonly chunk: (bytes: Buffer) => void; readonly end: () => void; readonly atBoundary: () => boolean } {
  const kept = createGrowingBytes(capBytes);
  let empty = true;
  let overCap = false;
  return {
    chunk(bytes) {
      if (bytes.length === 0) return;
      empty = false;
      reading.firstToken();
      if (overCap || kept.add(bytes, 0, bytes.length)) return;
      overCap = true;
      kept.clear();
      reading.missed('too_large');
    },
    end() {
      onEnd(kept.view());
      kept.clear();
    },
    /** Only before the first byte. */
    atBoundary: () => empty,
  };
}
