// A WebSocket opened by a page: browsers ask nobody before they open one, and send what they hold for the address. The same
// guard as for a request decides at the upgrade, and no page gets in by being on this computer.

import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed({ settings: { 'access.localhostBypass': true } });
});
afterAll(() => bed.close());

/** The status with which an upgrade is answered; 101 when it is granted. */
function upgrade(headers: Readonly<Record<string, string>>, path = '/v1/responses'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port: bed.port,
      path,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        ...headers,
      },
    });
    asked.on('upgrade', (_answer, socket) => {
      socket.destroy();
      resolve(101);
    });
    asked.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('a program on this computer gets in, so that what follows is refused for the page behind it', async () => {
  expect(await upgrade({})).toBe(101);
});

test.each([
  ['of another origin', { origin: 'https://evil.example' }],
  ['of no origin', { origin: 'null' }],
  ['of another port of this computer', { origin: 'http://127.0.0.1:3000' }],
  ['of our own address', { origin: 'http://127.0.0.1:1235' }],
  ['without an origin, by what the browser says of it', { 'sec-fetch-site': 'cross-site' }],
  ['under a name that was made to point here', { host: 'evil.example', origin: 'http://evil.example' }],
  ['under 0.0.0.0', { host: '0.0.0.0' }],
  ['that came through a tunnel', { 'x-forwarded-for': '127.0.0.1' }],
])('a page %s opens none', async (_name, headers) => {
  expect(await upgrade(headers)).toBeGreaterThanOrEqual(400);
});

test('a page with a key of ours opens none either, unless its origin is allowed', async () => {
  const protocol = { 'sec-websocket-protocol': `realtime, openai-insecure-api-key.${bed.key}` };
  expect(await upgrade({ origin: 'https://evil.example', ...protocol })).toBe(403);
  bed.settings({ 'cors.mode': 'list', 'cors.origins': ['https://page.example'] });
  expect(await upgrade({ origin: 'https://page.example', ...protocol })).toBe(101);
  // Being allowed is no key.
  expect(await upgrade({ origin: 'https://page.example' })).toBe(401);
});

test('no other path is upgraded', async () => {
  for (const path of ['/', '/llm', '/system', '/v1/realtime', '/v1/chat/completions', '/ws'])
    expect(await upgrade({ authorization: `Bearer ${bed.key}` }, path), path).toBeGreaterThanOrEqual(400);
});
