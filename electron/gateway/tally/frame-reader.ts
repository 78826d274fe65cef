// Cuts a stream into frames (events or lines) as its chunks come, and hands over the bytes of those that are wanted. Steps
// over whole chunks that hold nothing wanted, and over frames larger than the cap, so that memory stays bounded.
// Must give the same frames however the bytes are cut into chunks, and must not keep a chunk.

import type { FrameEnds } from './frame-ends.ts';
import { createGrowingBytes } from './growing-bytes.ts';

export type FrameReader = {
  readonly chunk: (bytes: Buffer) => void;
  /** Hands over a last frame that has no end mark. */
  readonly end: () => void;
  /** Whether the bytes so far end where a frame ends. */
  readonly atBoundary: () => boolean;
};

export type FrameReaderOptions = {
  readonly ends: FrameEnds;
  /** Whether any frame inside these bytes is wanted; asked of whole chunks and of single frames. May only go from true to
   * false for the same bytes as the stream goes on. */
  readonly wants: (bytes: Buffer) => boolean;
  /** Gets a wanted frame without its end mark. The bytes are good until it returns. */
  readonly onFrame: (frame: Buffer) => void;
  /** Told that the bytes last asked about are stepped over: one or more whole frames. */
  readonly onSkipped: () => void;
  /** Told of a frame that is larger than the cap and so is stepped over unread. */
  readonly onOverCap: () => void;
  readonly capBytes?: number;
};

/** Larger frames are stepped over unread: no server's counts need more, and a stream may not fill the memory. */
export const frameCapBytes = 1024 * 1024;

export function createFrameReader(options: FrameReaderOptions): FrameReader {
  const { ends, wants, onFrame, onSkipped, onOverCap, capBytes = frameCapBytes } = options;
  const held = createGrowingBytes(capBytes);
  let overCap = false;

  function frame(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (wants(bytes)) onFrame(bytes);
    else onSkipped();
  }

  function hold(bytes: Buffer, from: number, to: number): void {
    if (overCap || held.add(bytes, from, to)) return;
    overCap = true;
    held.clear();
    onOverCap();
  }

  function finish(bytes: Buffer, from: number, to: number): void {
    if (held.size() > 0 || overCap) {
      hold(bytes, from, to);
      if (!overCap) frame(held.view());
      held.clear();
      overCap = false;
    } else if (to - from <= capBytes) {
      frame(bytes.subarray(from, to));
    } else {
      onOverCap();
    }
  }

  return {
    chunk(bytes) {
      if (ends.atBoundary() && ends.closes(bytes) && !wants(bytes)) return onSkipped();
      let from = ends.begin(bytes);
      for (let to = ends.next(bytes, from); to !== -1; to = ends.next(bytes, from)) {
        finish(bytes, from, to);
        from = ends.resume();
      }
      if (from < bytes.length) hold(bytes, from, bytes.length);
    },
    end() {
      if (held.size() > 0) frame(held.view());
      held.clear();
    },
    atBoundary: () => ends.atBoundary(),
  };
}
