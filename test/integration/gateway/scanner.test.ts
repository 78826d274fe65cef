// Somebody who tries keys by the thousand: what it costs, what it learns, and that nobody else pays for it.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mostMissesAMinute } from '../../../electron/gateway/weak-brake.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

const elsewhere = { 'x-forwarded-for': '192.0.2.7' };
const ask = (key: string, headers: Record<string, string> = elsewhere) => bed.fetch('/v1/models', { key, headers });
const errorOf = (answer: Response) => answer.headers.get('x-keyhatch-error');

async function guessShortKeys(times: number): Promise<(string | null)[]> {
  const errors: (string | null)[] = [];
  for (let count = 0; count < times; count++) errors.push(errorOf(await ask(`guess-${count}`)));
  return errors;
}

describe('short keys', () => {
  test('are held back once so many were guessed within a minute, the right one like the wrong ones', async () => {
    const short = bed.addCredential(bed.keyId, 'tiny-key');
    expect((await ask(short)).status).toBe(200);
    await guessShortKeys(mostMissesAMinute);
    const [right, wrong] = [await ask(short), await ask('other-key')];
    expect([errorOf(right), errorOf(wrong)]).toEqual(['short_keys_braked', 'short_keys_braked']);
    expect([right.status, wrong.status]).toEqual([429, 429]);
    expect(Number(right.headers.get('retry-after'))).toBeLessThanOrEqual(59);
    const [one, other] = [await right.text(), await wrong.text()].map((text) => text.replaceAll(/\d+/g, 'N'));
    expect(one).toBe(other);
  });

  test('are not held back on this computer, and a long key never is', async () => {
    const short = bed.addCredential(bed.keyId, 'tiny-key');
    await guessShortKeys(mostMissesAMinute + 5);
    expect((await ask(short, {})).status).toBe(200);
    expect((await ask(bed.key)).status).toBe(200);
    // With a user name beside it, as Basic has one.
    const basic = `Basic ${Buffer.from(`somebody:${bed.key}`).toString('base64')}`;
    const answer = await bed.fetch('/v1/models', { key: null, headers: { ...elsewhere, authorization: basic } });
    expect(answer.status).toBe(200);
  });

  test('beside a public path make no difference', async () => {
    await guessShortKeys(mostMissesAMinute + 5);
    expect((await bed.fetch('/health', { key: 'tiny-key', headers: elsewhere })).status).toBe(200);
  });
});

test('what a tunnel passes on is remembered by the name of a header, whatever becomes of it', async () => {
  await ask(bed.key, { 'cf-connecting-ip': '203.0.113.9', 'cf-secret-invention': 'x' });
  await bed.raw('GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n', /\r\n\r\n/);
  const seen = bed.gateway.forwarded();
  expect(seen.map(({ header, fromHere, perMinute }) => [header, fromHere, perMinute]).sort()).toEqual([
    ['cf-*', true, 1],
    ['x-forwarded-for', true, 1],
  ]);
  expect(JSON.stringify(seen)).not.toMatch(/203\.0\.113|invention/);
});

test('a thousand requests of a scanner cost one row a minute', async () => {
  const { house, gatewayUrl, dataDir } = await composeHouse();
  const url = gatewayUrl();
  const minutes = () => Math.floor(Date.now() / 60_000);
  const began = minutes();
  const knock = (at: number) =>
    fetch(`${url}/v1/models`, { headers: { ...elsewhere, authorization: `Bearer not-a-key-of-ours-${at}` } }).then(
      (answer) => answer.text(),
    );
  for (let at = 0; at < 1_000; at += 50) await Promise.all(Array.from({ length: 50 }, (_, more) => knock(at + more)));
  const took = minutes() - began + 1;
  await house.stop();
  const db = new DatabaseSync(join(dataDir, 'keyhatch.db'), { readOnly: true });
  const rows = db.prepare('SELECT code, count FROM strangers').all() as { code: string; count: number }[];
  const requests = db.prepare('SELECT count(*) AS count FROM requests').get() as { count: number };
  db.close();
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
  // One of each minute and reason: ten wrong keys are told as such, and then that there were too many.
  expect(rows.length).toBeLessThanOrEqual(2 * took);
  expect(requests.count).toBe(0);
});
