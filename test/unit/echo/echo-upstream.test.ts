import { type IncomingMessage, request, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type EchoUpstream, startEchoUpstream } from '../../../electron/echo/echo-upstream.ts';
import type { Log } from '../../../electron/lib/log.ts';
import { identify } from '../../../electron/upstream/probe.ts';

const errors: string[] = [];
const log: Log = { info: () => {}, warn: () => {}, error: (message) => errors.push(message) };
let echo: EchoUpstream;
beforeAll(async () => {
  echo = await startEchoUpstream({ credential: 'c0ffee', log });
});
afterAll(() => echo.close());

const authorization = 'Bearer c0ffee';
const at = (path: string, init: RequestInit = {}) =>
  fetch(new URL(path, echo.url), { ...init, headers: { authorization, ...init.headers } });
const post = (path: string, body: string | Blob) => at(path, { method: 'POST', body });

describe('is closed to whoever lacks the credential', () => {
  test.each(['', 'Bearer', 'Bearer c0ffe', 'Bearer c0ffee0', 'bearer c0ffee', 'Basic c0ffee'])('%s', async (sent) => {
    for (const [path, shape] of [
      ['/', { error: expect.any(String) }],
      ['/api/tags', { error: expect.any(String) }],
      ['/v1/models', { error: { code: 'invalid_api_key', message: expect.any(String), type: expect.any(String) } }],
      ['/v1/messages', { type: 'error', error: { type: 'authentication_error' } }],
      ['/nowhere', { error: { code: 'invalid_api_key' } }],
    ] as const) {
      const response = await fetch(new URL(path, echo.url), sent === '' ? {} : { headers: { authorization: sent } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject(shape);
    }
  });

  test('x-api-key does not open it', async () => {
    expect((await fetch(new URL('/v1/models', echo.url), { headers: { 'x-api-key': 'c0ffee' } })).status).toBe(401);
  });
});

test('greets on GET and HEAD', async () => {
  expect(await (await at('/')).text()).toBe('Keyhatch echo model is running');
  const head = await at('/', { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(await head.text()).toBe('');
});

test('is recognised by its own prober', async () => {
  const found = await identify(echo.url, { credential: 'c0ffee', timeoutMs: 1500 });
  expect(found).toMatchObject({ kind: 'echo', models: ['echo'], needsCredential: true, health: 'up' });
});

test('takes an encoded model name and ignores queries', async () => {
  expect((await at('/v1/models/echo%3Alatest')).status).toBe(200);
  expect((await at('/v1/models?limit=1000')).status).toBe(200);
  expect((await at('/v1/models/%zz')).status).toBe(404);
});

test('refuses wrong methods, wrong bodies and bodies beyond 64 MiB', async () => {
  expect((await at('/v1/chat/completions')).status).toBe(405);
  for (const body of ['{', '[]', '"x"', '']) expect((await post('/v1/chat/completions', body)).status).toBe(400);
  const big = await post('/api/chat', new Blob([`{"model":"echo","pad":"${'x'.repeat(64 * 1024 * 1024)}"}`]));
  expect(big.status).toBe(413);
  expect(await big.json()).toEqual({ error: expect.stringContaining('bytes') });
});

test('makes frames only as fast as they are read, and none once the client has left', async () => {
  const frames = 300_000;
  const content = 'word '.repeat(frames);
  const body = JSON.stringify({ model: 'echo', messages: [{ role: 'user', content }], stream: true });
  const written = vi.spyOn(ServerResponse.prototype, 'write');
  const outgoing = request(new URL('/v1/chat/completions', echo.url), { method: 'POST', headers: { authorization } });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', resolve);
    outgoing.end(body);
  });
  response.on('error', () => {});
  await new Promise((resolve) => response.once('data', resolve));
  response.pause();
  const paused = await settled(() => written.mock.calls.length);
  // What the sockets of both sides hold, a few MiB, is written ahead.
  expect(paused).toBeLessThan(frames / 3);
  outgoing.destroy();
  expect(await settled(() => written.mock.calls.length)).toBeLessThan(paused + 100);
  written.mockRestore();
  expect((await at('/v1/models')).status).toBe(200);
  expect(errors).toEqual([]);
});

// A count, once it has stopped to grow.
async function settled(count: () => number): Promise<number> {
  let before: number;
  do {
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (count() > before);
  return before;
}

test('closes with streams under way', async () => {
  const other = await startEchoUpstream({ credential: 'k' });
  const body = JSON.stringify({ model: 'echo', prompt: 'word '.repeat(200_000) });
  const headers = { authorization: 'Bearer k' };
  const response = await fetch(new URL('/api/generate', other.url), { method: 'POST', headers, body });
  await other.close();
  await expect(response.text()).rejects.toThrow();
});
