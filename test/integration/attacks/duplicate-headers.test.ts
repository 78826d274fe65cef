// Duplicate headers: of two lines of one name each program may take another one. Where it matters they are refused, and two
// keys of which each would open the gate are one too many.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
beforeEach(() => bed.upstream.journal.splice(0));
afterAll(() => bed.close());

const body = chat();

function post(lines: readonly string[]): Promise<string> {
  const usual = [`Host: 127.0.0.1:${bed.port}`, 'Content-Type: application/json', `Content-Length: ${body.length}`];
  return bed.raw(
    ['POST /v1/chat/completions HTTP/1.1', ...usual, ...lines, 'Connection: close', '', body].join('\r\n'),
  );
}

test.each([
  ['Host', ['Host: evil.example']],
  ['Host, of the same value', ['Host: localhost']],
  ['Authorization', ['Authorization: Bearer other']],
  ['x-api-key', ['x-api-key: a', 'X-Api-Key: b']],
  ['Content-Type', ['Content-Type: text/plain']],
  ['Content-Length', ['Content-Length: 0']],
  ['Origin', ['Origin: http://localhost', 'Origin: https://evil.example']],
])('a second %s is refused', async (_name, lines) => {
  const answer = await post([`Authorization: Bearer ${bed.key}`, ...lines]);
  expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
  expect(answer).not.toContain(bed.key);
  expect(bed.upstream.journal).toEqual([]);
});

test('two keys of this server in two carriers are refused: nobody could say whose request it is', async () => {
  const other = bed.addKey();
  const answer = await post([`Authorization: Bearer ${bed.key}`, `x-api-key: ${other.key}`]);
  expect(answer).toContain('key_ambiguous');
  expect(bed.upstream.journal).toEqual([]);
});

test('members that stand twice in a body, or in another case, are refused: servers differ in which they take', async () => {
  for (const doubled of [
    '{"model":"m","model":"secret","messages":[]}',
    '{"model":"m","Model":"secret","messages":[]}',
    '{"model":"m","mod\\u0065l":"secret","messages":[]}',
    '{"model":"m","messages":[],"n":1,"n":100}',
  ]) {
    const response = await bed.fetch('/v1/chat/completions', { method: 'POST', body: doubled });
    expect(response.status, doubled).toBe(400);
  }
  expect(bed.upstream.journal).toEqual([]);
});
