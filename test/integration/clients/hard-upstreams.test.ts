// Model servers as they are on a bad day, seen through each SDK: slow to begin, huge, chatty with keep-alives, or dead in
// the middle of an answer. And clients as they are: gone before the answer is there. A cut answer never looks complete.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../../shared/model.ts';
import type { UsageReport } from '../../../shared/usage-model.ts';
import { countingFetch } from '../../fakes/counting-fetch.ts';
import { dialectAnswer, hugeWords, unrulyAnswer, usualText } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type KeyhatchProcess, startKeyhatch } from '../../fakes/keyhatch-process.ts';
import { type Asking, sdks } from './sdks.ts';

let upstream: FakeUpstream;
let keyhatch: KeyhatchProcess;
let key: string;

beforeAll(async () => {
  upstream = await startFakeUpstream(unrulyAnswer);
  keyhatch = await startKeyhatch({ args: ['--upstream', upstream.url] });
  key = (await keyhatch.createKey('--rpm', 'none')).key;
});
afterEach(() => {
  upstream.behave = unrulyAnswer;
});
afterAll(async () => {
  await keyhatch?.close();
  await upstream?.close();
});

const asking = (model: string, more: Partial<Asking> = {}): Asking => ({ url: keyhatch.url, key, model, ...more });

/** The error that it must end with. */
async function errorOf(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return outcome.error;
  throw new Error(`it looked complete: ${JSON.stringify(outcome.value)}`);
}

describe('an answer is whole', () => {
  for (const sdk of sdks) {
    test(`when the server is slow to begin: ${sdk.name}`, async () => {
      const gate = Promise.withResolvers<void>();
      upstream.behave = async (arrival, res, req) => {
        if (arrival.method === 'POST') await gate.promise;
        return dialectAnswer(arrival, res, req);
      };
      const bothThere = Promise.all([upstream.nextArrival(), upstream.nextArrival()]);
      const counting = countingFetch();
      const answers = Promise.all([
        sdk.ask(asking('m', { fetch: counting.fetch })),
        sdk.stream(asking('m', { fetch: counting.fetch })),
      ]);
      await bothThere;
      gate.resolve();
      expect(await answers).toEqual([usualText, usualText]);
      expect(counting.attempts()).toBe(2);
    });
    test(`when the server sends keep-alives: ${sdk.name}`, async () => {
      expect(await sdk.stream(asking('keeps-alive'))).toBe(usualText);
    });
    test(`when it is huge: ${sdk.name}`, async () => {
      const [whole, streamed] = await Promise.all([sdk.ask(asking('huge')), sdk.stream(asking('huge'))]);
      // Not compared by toBe: a difference would be printed, all 5 MB of it.
      expect(whole === hugeWords.join('')).toBe(true);
      expect(streamed === hugeWords.join('')).toBe(true);
    });
  }
});

describe('an answer that was cut off is an error', () => {
  for (const sdk of sdks) {
    test(`between two pieces of a stream: ${sdk.name}`, async () => {
      const pieces: string[] = [];
      const counting = countingFetch({ impatient: true });
      const stream = sdk.stream(asking('dies-streaming', { fetch: counting.fetch }), (text) => pieces.push(text));
      expect(sdk.seen(await errorOf(stream)).message).toMatch(/broke off its answer/);
      expect(pieces.join('')).not.toBe('');
      expect(counting.attempts()).toBe(1);
    });
    test(`in the middle of a piece: ${sdk.name}`, async () => {
      const counting = countingFetch({ impatient: true });
      await errorOf(sdk.stream(asking('dies-in-a-frame', { fetch: counting.fetch })));
      expect(counting.attempts()).toBe(1);
    });
    test(`in the middle of a whole answer: ${sdk.name}`, async () => {
      // `ai` would try again, after two seconds and then four.
      await errorOf(sdk.ask(asking('dies-inside', { maxRetries: 0 })));
    });
  }
});

describe('a client that leaves takes the request with it', () => {
  for (const sdk of sdks) {
    test(`in the middle of a stream: ${sdk.name}`, async () => {
      const arrival = upstream.nextArrival();
      const leaving = new AbortController();
      // What they tell their program then differs: openai ends the stream, the others throw.
      await sdk.stream(asking('stalls-streaming', { signal: leaving.signal }), () => leaving.abort()).catch(() => {});
      expect(await (await arrival).ended).toBe(false);
    });
  }
  // ollama has no way to leave before its answer begins.
  for (const sdk of sdks.filter(({ name }) => name !== 'ollama')) {
    for (const form of ['ask', 'stream'] as const) {
      test(`before an answer begins: ${sdk.name}, ${form}`, async () => {
        const arrived = upstream.nextArrival();
        const leaving = new AbortController();
        const answer = errorOf(sdk[form](asking('stalls', { signal: leaving.signal })));
        const arrival = await arrived;
        leaving.abort();
        expect(sdk.seen(await answer).name).toMatch(/Abort/);
        expect(await arrival.ended).toBe(false);
      });
    }
  }
});

test('each of them leaves its row, and then nothing runs any more', async () => {
  const [sdk] = sdks;
  const { id, key: own } = await keyhatch.createKey('--rpm', 'none');
  const leaving = new AbortController();
  await sdk?.stream(asking('stalls-streaming', { key: own, signal: leaving.signal }), () => leaving.abort());
  await sdk?.stream(asking('dies-streaming', { key: own })).catch(() => {});
  await sdk?.ask(asking('m', { key: own }));
  const line = async () => {
    const { lines } = await keyhatch.json<UsageReport>(['usage']);
    return lines.find(({ group }) => group === id);
  };
  // Of the three one failed: a client that leaves is no failure of anybody's.
  await expect.poll(line).toMatchObject({ requests: 3, refused: 0, failed: 1 });
  const { server } = await keyhatch.json<Status>(['status']);
  expect(server.running).toBe(0);
});
