// However a model server cuts its answer into pieces, the client gets the same bytes and the meter the same numbers.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';
import { bytesOf, streamFixtures } from '../../fixtures/streams/streams.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
afterAll(() => bed.close());

const paths: Readonly<Record<string, string>> = {
  openai: '/v1/chat/completions',
  anthropic: '/v1/messages',
  ollama: '/api/chat',
  lmstudio: '/api/v0/chat/completions',
};
// What the gateway takes in by these paths; other operations of the corpus are read in the tally's own tests.
const recorded = streamFixtures.filter(
  ({ operation, contentType }) => operation === 'chat' && contentType !== undefined,
);

async function relay(path: string, contentType: string, pieces: readonly Buffer[]) {
  bed.upstream.behave = async (_arrival, res) => {
    res.writeHead(200, { 'content-type': contentType });
    for (const piece of pieces) await new Promise((resolve) => res.write(piece, resolve));
    res.end();
  };
  const row = bed.nextRow();
  const response = await bed.fetch(path, { method: 'POST', body: chat({ stream: true }) });
  const bytes = Buffer.from(await response.arrayBuffer());
  const { tokensIn, tokensOut, tokensCached, tokensReasoning, tokenSource } = await row;
  return { bytes, numbers: { tokensIn, tokensOut, tokensCached, tokensReasoning, tokenSource } };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const marks = [...new Set(at.map((share) => Math.floor(share * bytes.length)))].sort((a, b) => a - b);
  const edges = [0, ...marks.filter((mark) => mark > 0 && mark < bytes.length), bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}

test('there is a corpus', () => {
  expect(recorded.length).toBeGreaterThan(20);
});

for (const fixture of recorded) {
  const { file, dialect, contentType } = fixture;
  test(`${file}, cut anyhow`, async () => {
    const bytes = bytesOf(fixture);
    const path = paths[dialect] ?? '/v1/chat/completions';
    const whole = await relay(path, contentType ?? '', [bytes]);
    expect(whole.bytes.equals(bytes)).toBe(true);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }),
        async (at) => {
          const again = await relay(path, contentType ?? '', cut(bytes, at));
          expect(again.bytes.equals(bytes)).toBe(true);
          expect(again.numbers).toEqual(whole.numbers);
        },
      ),
      { numRuns: 6 },
    );
  });
}
