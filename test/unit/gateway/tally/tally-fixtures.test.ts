// Every known shape of answer gives its numbers, however its bytes are cut into chunks, and counts alike where it has none.

import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openTally, type Tallied } from '../../../../electron/gateway/tally/tally.ts';
import { bytesOf, type StreamFixture, streamFixtures } from '../../../fixtures/streams/streams.ts';

const folder = new URL('../../../fixtures/streams/', import.meta.url);

/** Feeds copies and wipes them behind the tally's back: it may not keep what it was shown. */
function tallyOf(fixture: StreamFixture, chunks: readonly Buffer[], promptBytes?: number): Tallied {
  const tally = openTally({ ...fixture, contentEncoding: undefined, promptBytes });
  let passed = 0;
  for (const chunk of chunks) {
    passed += chunk.length;
    const copy = Buffer.from(chunk);
    tally.chunk(copy, passed);
    copy.fill(0);
  }
  tally.end();
  return tally.read();
}

function withoutTime({ firstTokenAt: _first, lastTokenAt: _last, ...rest }: Tallied): StreamFixture['expected'] {
  return rest;
}

/** Cuts at these places, in any order and possibly outside. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const inside = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...inside].map((from, index) => bytes.subarray(from, inside[index] ?? bytes.length));
}

/** Where the frame that holds `text` ends, its end mark included; only for streams whose lines end with \n. */
function frameEndAfter(bytes: Buffer, text: string, endMark: string): number {
  const at = bytes.indexOf(text);
  expect(at).toBeGreaterThan(-1);
  const end = bytes.indexOf(endMark, at);
  return end === -1 ? bytes.length : end + endMark.length;
}

test('lists-every-file-in-the-folder', () => {
  const files = readdirSync(folder).filter(
    (file) => /\.(?:sse|ndjson|json)$/.test(file) && !file.endsWith('.expected.json'),
  );
  expect(streamFixtures.map((fixture) => fixture.file).sort()).toEqual(files.sort());
});

describe.each(streamFixtures)('$file', (fixture) => {
  const bytes = bytesOf(fixture);

  test('whole', () => {
    expect(withoutTime(tallyOf(fixture, [bytes]))).toEqual(fixture.expected);
  });

  test('cut-in-two-at-every-byte', () => {
    for (let at = 0; at <= bytes.length; at += 1) {
      const found = tallyOf(fixture, [bytes.subarray(0, at), bytes.subarray(at)]);
      expect(withoutTime(found), `cut at ${at}`).toEqual(fixture.expected);
    }
  });

  // As forward reads it, which counts pieces and estimates where there are no numbers.
  test('counted-or-estimated-alike-wherever-it-is-cut-in-two', () => {
    const whole = tallyOf(fixture, [bytes], 40);
    if (fixture.expected.source !== 'unknown') expect(withoutTime(whole)).toEqual(fixture.expected);
    for (let at = 0; at <= bytes.length; at += 1) {
      const found = tallyOf(fixture, [bytes.subarray(0, at), bytes.subarray(at)], 40);
      expect(withoutTime(found), `cut at ${at}`).toEqual(withoutTime(whole));
    }
    const single = [...bytes.keys()].map((at) => bytes.subarray(at, at + 1));
    expect(withoutTime(tallyOf(fixture, single, 40))).toEqual(withoutTime(whole));
  });

  test('cut-anyhow', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), (places) => {
        expect(withoutTime(tallyOf(fixture, cut(bytes, places)))).toEqual(fixture.expected);
      }),
    );
  });

  test('byte-by-byte-with-the-time-of-the-first-token', () => {
    const found = tallyOf(
      fixture,
      [...bytes.keys()].map((at) => bytes.subarray(at, at + 1)),
    );
    expect(withoutTime(found)).toEqual(fixture.expected);
    if (fixture.firstToken !== null && !bytes.includes('\r')) {
      const endMark = fixture.file.endsWith('.sse') ? '\n\n' : '\n';
      expect(found.firstTokenAt).toBe(frameEndAfter(bytes, fixture.firstToken, endMark));
    } else if (fixture.firstToken !== null) {
      expect(found.firstTokenAt).toBeGreaterThan(bytes.indexOf(fixture.firstToken));
    } else if (fixture.contentType.startsWith('application/json')) {
      expect(found.firstTokenAt).toBe(fixture.metered ? 1 : null);
    } else {
      expect(found.firstTokenAt).toBeNull();
    }
  });
});
