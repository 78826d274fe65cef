// Takes out of a stream the one event that only we asked for: the last chunk, which has usage and no choices. Every other
// byte passes as it came, however the stream is cut. Holds back no more than an event that is not whole yet.

import { sseEnds } from './tally/frame-ends.ts';
import { frameCapBytes } from './tally/frame-reader.ts';
import { createGrowingBytes } from './tally/growing-bytes.ts';
import { sseData } from './tally/sse-data.ts';

export type UsageStrip = {
  /** Takes a chunk, and hands on what of it may go to the client now. */
  readonly chunk: (bytes: Buffer) => void;
  /** Hands on what was held back: no more will come. */
  readonly end: () => void;
  /** Whether what was handed on so far ends behind a whole event. */
  readonly atBoundary: () => boolean;
};

/** @param pass gets bytes in their order; they are not changed afterwards */
export function createUsageStrip(pass: (bytes: Buffer) => void): UsageStrip {
  const ends = sseEnds();
  const held = createGrowingBytes(frameCapBytes);
  /** The event that runs is too large to be held, and its beginning has been handed on. */
  let oversized = false;
  /** The last byte seen ended an event that was taken out, so that the other half of a line end goes too. */
  let tookOut = false;

  function passSome(bytes: Buffer, from: number, to: number): void {
    if (to > from) pass(bytes.subarray(from, to));
  }

  function passHeld(): void {
    // A copy: the store is written over with the next event.
    if (held.size() > 0) pass(Buffer.from(held.view()));
    held.clear();
  }

  /** Deals with the event in `bytes[from, to)`, whose end mark ends at `end`; returns from where on bytes are to be passed. */
  function finish(bytes: Buffer, from: number, to: number, end: number, passedTo: number): number {
    const isOversized = oversized || to - from > frameCapBytes;
    oversized = false;
    if (isOversized) {
      passHeld();
      return passedTo;
    }
    if (held.size() === 0) {
      if (!isUsageAlone(bytes.subarray(from, to))) return passedTo;
      passSome(bytes, passedTo, from);
      return end;
    }
    const start = held.size();
    const whole = held.add(bytes, from, to);
    if (whole && isUsageAlone(held.view())) {
      held.clear();
      return end;
    }
    if (start > 0) passHeld();
    return whole ? to : passedTo;
  }

  return {
    chunk(bytes) {
      if (!tookOut && ends.atBoundary() && ends.closes(bytes) && !mayBeUsageAlone(bytes)) return pass(bytes);
      let from = ends.begin(bytes);
      let passedTo = tookOut ? from : 0;
      if (bytes.length > 0) tookOut = false;
      for (let to = ends.next(bytes, from); to !== -1; to = ends.next(bytes, from)) {
        const end = ends.resume();
        const next = finish(bytes, from, to, end, passedTo);
        tookOut = next === end && end === bytes.length;
        passedTo = next;
        from = end;
      }
      if (oversized) return passSome(bytes, passedTo, bytes.length);
      passSome(bytes, passedTo, from);
      if (from === bytes.length || held.add(bytes, from, bytes.length)) return;
      oversized = true;
      passHeld();
      passSome(bytes, from, bytes.length);
    },
    end() {
      if (held.size() > 0 && isUsageAlone(held.view())) held.clear();
      passHeld();
    },
    atBoundary: () => !oversized,
  };
}

const usageNeedle = /"usage"\s*:\s*\{/;
const noChoicesNeedle = /"choices"\s*:\s*\[\s*\]/;

function mayBeUsageAlone(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  return usageNeedle.test(text) && noChoicesNeedle.test(text);
}

/** A chunk with usage and without choices; never one that carries anything of the answer. */
function isUsageAlone(event: Buffer): boolean {
  if (!mayBeUsageAlone(event)) return false;
  try {
    const chunk = JSON.parse(sseData(event) ?? '') as { readonly choices?: unknown; readonly usage?: unknown };
    return (
      Array.isArray(chunk.choices) && chunk.choices.length === 0 && typeof chunk.usage === 'object' && !!chunk.usage
    );
  } catch {
    return false;
  }
}
