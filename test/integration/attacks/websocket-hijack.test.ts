// A WebSocket opened by a page: browsers ask nobody before they open one, and send what they hold for the address. The same
// guard as for a request decides at the upgrade, and no page gets in by being on this computer.

import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWaysBed, type WaysBed } from '../../fakes/ways-bed.ts';

let bed: WaysBed;
let second = 0;
let token = '';
beforeAll(async () => {
  bed = await makeWaysBed({ settings: { 'access.localhostBypass': true } });
  ({ port: second } = await bed.openPort());
  ({ token } = await bed.addPath());
});
afterAll(() => bed.close());

/** The status with which an upgrade is answered; 101 when it is granted. */
function upgrade(headers: Readonly<Record<string, string>>, path = '/v1/responses', port = bed.port): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
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

const ofPages: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['of another origin', { origin: 'https://evil.example' }],
  ['of no origin', { origin: 'null' }],
  ['of another port of this computer', { origin: 'http://127.0.0.1:3000' }],
  ['of our own address', { origin: 'http://127.0.0.1:1235' }],
  ['without an origin, by what the browser says of it', { 'sec-fetch-site': 'cross-site' }],
  ['under a name that was made to point here', { host: 'evil.example', origin: 'http://evil.example' }],
  ['under 0.0.0.0', { host: '0.0.0.0' }],
  ['that came through a tunnel', { 'x-forwarded-for': '127.0.0.1' }],
];

test.each(ofPages)('a page %s opens none', async (_name, headers) => {
  expect(await upgrade(headers)).toBeGreaterThanOrEqual(400);
});

test.each(ofPages)('a page %s opens none at the second port, where programs need no key', async (_name, headers) => {
  expect(await upgrade({}, '/v1/responses', second)).toBe(101);
  expect(await upgrade(headers, '/v1/responses', second)).toBeGreaterThanOrEqual(400);
});

test.each(ofPages)('a page %s opens none with a path token that it got hold of', async (_name, headers) => {
  expect(await upgrade({}, `/k/${token}/v1/responses`)).toBe(101);
  expect(await upgrade(headers, `/k/${token}/v1/responses`)).toBeGreaterThanOrEqual(400);
});

test('a page whose origin is allowed is no program at the second port, by whatever it says', async () => {
  for (const change of [{ 'cors.mode': 'list', 'cors.origins': ['https://page.example'] }, { 'cors.mode': 'any' }]) {
    bed.settings(change as Parameters<WaysBed['settings']>[0]);
    for (const head of [{ origin: 'https://page.example' }, { 'sec-fetch-site': 'same-origin' }])
      expect(await upgrade(head, '/v1/responses', second), JSON.stringify([change, head])).toBe(401);
  }
  bed.settings({ 'cors.mode': 'any' });
  expect(await upgrade({ 'sec-fetch-site': 'cross-site' }, '/v1/responses', second)).toBe(401);
  bed.settings({ 'cors.mode': 'off', 'cors.origins': [] });
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
    for (const target of [path, `/k/${token}${path}`])
      for (const port of [bed.port, second])
        expect(await upgrade({ authorization: `Bearer ${bed.key}` }, target, port), target).toBeGreaterThanOrEqual(400);
});
