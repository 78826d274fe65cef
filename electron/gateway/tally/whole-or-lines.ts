// Reads what calls itself `application/json` but may be lines of it, as servers that imitate Ollama send: lines, once a
// line feed stands between one whole object and the next. Decides by the bytes alone, however they are cut into chunks.

import { scanTopLevel } from '../json-members.ts';
import { type BodyReader, readLines, readWhole } from './body-readers.ts';
import { createGrowingBytes, type GrowingBytes } from './growing-bytes.ts';
import type { MessageReading } from './message-reading.ts';

/** An object longer than this is no streamed line. */
const sniffCapBytes = 1024 * 1024;
const lineFeed = 0x0a;
const openBrace = 0x7b;

export function readWholeOrLines(reading: MessageReading): BodyReader {
  const whole = readWhole(reading);
  const sniffed = createGrowingBytes(sniffCapBytes);
  const areLines = createSniffer(sniffed);
  let decided: BodyReader | undefined;
  return {
    chunk(bytes) {
      if (decided !== undefined) return decided.chunk(bytes);
      const earlier = sniffed.size();
      sniffed.add(bytes, 0, Math.min(bytes.length, sniffCapBytes - earlier));
      whole.chunk(bytes);
      const lines = areLines();
      if (lines === undefined) return;
      decided = lines ? readLines(reading) : whole;
      if (lines) {
        decided.chunk(sniffed.view().subarray(0, earlier));
        decided.chunk(bytes);
      }
      sniffed.clear();
    },
    end: () => (decided ?? whole).end(),
    atBoundary: () => (decided ?? whole).atBoundary(),
    streamed: () => (decided ?? whole).streamed(),
  };
}

/** Answers undefined until enough bytes are there to tell. */
function createSniffer(sniffed: GrowingBytes): () => boolean | undefined {
  let searchedTo = 0;
  let lineEnd = -1;
  return () => {
    const bytes = sniffed.view();
    const full = bytes.length === sniffCapBytes;
    if (lineEnd === -1) {
      lineEnd = bytes.indexOf(lineFeed, searchedTo);
      searchedTo = bytes.length;
      if (lineEnd === -1) return full ? false : undefined;
      if (!scanTopLevel(bytes.subarray(0, lineEnd)).ok) return false;
    }
    const next = bytes[lineEnd + 1];
    if (next === undefined) return full ? false : undefined;
    return next === openBrace;
  };
}
