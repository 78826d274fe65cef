// The text that a model generated, out of the recorded bytes of its answer. Read once an answer is over, and only where a
// tokenizer is to count it: while it passes, its pieces are counted and not joined.

import { parseObject } from '../../lib/json-shape.ts';
import { readEvents } from './body-readers.ts';
import { generatedIn, isKeepAlive } from './generated-content.ts';
import { generatedMemberNames, generatedTexts } from './token-estimate.ts';

/** @param isEvents whether it came as server-sent events, and not as one JSON object */
export function generatedTextOf(bytes: Buffer, isEvents: boolean): string {
  return isEvents ? textOfEvents(bytes) : textOfWhole(bytes);
}

function textOfEvents(bytes: Buffer): string {
  const pieces: string[] = [];
  const reader = readEvents({
    wants: () => true,
    skipped() {},
    missed() {},
    event(text) {
      const event = parseObject(text);
      if (event && !isKeepAlive(event)) pieces.push(...generatedIn(event));
    },
  });
  reader.chunk(bytes);
  reader.end();
  return pieces.join('');
}

function textOfWhole(bytes: Buffer): string {
  const answer = parseObject(bytes.toString('utf8')) ?? {};
  const members = Object.entries(answer).filter(([name]) => generatedMemberNames.has(name));
  return generatedTexts(new Map(members)).join('\n');
}
