// Everything too large: targets, heads, numbers of headers, bodies, nesting, lists, names, protocols. Each has a bound that
// holds before anything of its size is kept, and what was held is given back.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
beforeEach(() => {
  bed.settings({ 'limits.bodyMaxBytes': 2 * 1024 * 1024 });
  bed.upstream.journal.splice(0);
});
afterAll(() => bed.close());

const mebibyte = 1024 * 1024;
const get = (target: string, lines: readonly string[] = []) =>
  bed.raw(
    [
      `GET ${target} HTTP/1.1`,
      'Host: localhost',
      `Authorization: Bearer ${bed.key}`,
      ...lines,
      'Connection: close',
      '',
      '',
    ].join('\r\n'),
  );
const post = (body: string) => bed.fetch('/v1/chat/completions', { method: 'POST', body });

test.each([
  ['a target of 100 KB', () => get(`/v1/${'a'.repeat(100_000)}`)],
  ['a query of 100 KB', () => get(`/v1/models?limit=${'1'.repeat(100_000)}`)],
  ['one header of 100 KB', () => get('/v1/models', [`X-Large: ${'x'.repeat(100_000)}`])],
  [
    'ten thousand headers',
    () =>
      get(
        '/v1/models',
        Array.from({ length: 10_000 }, (_, n) => `X-${n}: y`),
      ),
  ],
  ['a key of 100 KB', () => get('/v1/models', [`x-api-key: ${'k'.repeat(100_000)}`])],
])('%s is refused with the head', async (_name, ask) => {
  expect(await ask()).toMatch(/^HTTP\/1\.1 4(?:00|14|31) /);
  expect(bed.upstream.journal).toEqual([]);
});

test('who goes on sending after a refusal is cut off', async () => {
  const socket = connect({ port: bed.port, host: '127.0.0.1', allowHalfOpen: true });
  const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
  const answered = once(socket, 'data');
  socket.write(`GET /v1/${'a'.repeat(100_000)}`);
  expect(String((await answered)[0])).toMatch(/^HTTP\/1\.1 431 /);
  const sending = setInterval(() => socket.write('x'.repeat(1_000)), 10);
  await closed;
  clearInterval(sending);
});

test.each([
  ['announced as too long', chat({ pad: 'x'.repeat(3 * mebibyte) }), 413],
  ['of a million values', chat({ messages: Array.from({ length: 1_000_000 }, () => 0) }), 400],
  ['nested a hundred thousand times', `{"model":"m","messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400],
  ['with a name of half a megabyte for its model', chat({ model: 'm'.repeat(mebibyte / 2) }), 400],
])('a body %s is refused, and its memory given back', async (_name, body, status) => {
  const response = await post(body);
  expect(response.status).toBe(status);
  expect((await response.text()).length).toBeLessThan(2_000);
  expect(bed.upstream.journal).toEqual([]);
  // As large as all bodies together may be: what the one before held is free again.
  bed.settings({ 'limits.bodiesInFlightBytes': 2 * mebibyte });
  expect((await post(chat({ pad: 'x'.repeat(mebibyte) }))).status).toBe(200);
});

test('a body that goes on for ever in chunks is cut at the limit', async () => {
  const piece = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const answer = await bed.raw(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bed.key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${piece.repeat(64)}`,
    /\r\n\r\n.+/s,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(bed.upstream.journal).toEqual([]);
});

test('what is refused is told in little: no answer grows with what was sent', async () => {
  const answer = await get(`/v1/${'a'.repeat(6_000)}`);
  expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  expect(answer.length).toBeLessThan(2_000);
});
