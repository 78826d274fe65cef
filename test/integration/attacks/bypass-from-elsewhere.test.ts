// The bypass for programs on this computer, asked for by somebody else: through a tunnel, through another proxy, with a forged
// header, by a browser page. Only the socket is believed, and any sign of somebody in between ends it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed({ settings: { 'access.localhostBypass': true } });
});
afterAll(() => bed.close());

const request = (lines: readonly string[], version = 'HTTP/1.1') =>
  bed
    .raw([`GET /v1/models ${version}`, ...lines, 'Connection: close', '', ''].join('\r\n'))
    .then((answer) => Number(answer.slice(9, 12)));

describe('programs on this computer need no key, but that', () => {
  test('is so only for them', async () => {
    expect(await request(['Host: localhost'])).toBe(200);
  });
  for (const header of [
    'X-Forwarded-For: 127.0.0.1',
    'Forwarded: for=127.0.0.1',
    'X-Real-IP: 127.0.0.1',
    'Via: 1.1 proxy',
    'CF-Connecting-IP: 127.0.0.1',
    'CF-Ray: 1',
    'Ngrok-Trace-Id: 1',
    'Tailscale-User-Login: me',
    'X-Forwarded-Host: localhost',
  ]) {
    test(`does not work through another proxy or a tunnel (${header.split(':')[0]})`, async () => {
      expect(await request(['Host: localhost', header])).toBe(401);
    });
  }
  test('does not work when the header that tells comes after two thousand others', async () => {
    // Node 24.0 to 24.16 drop what comes after 1,000 headers, and 24.18 refuses such a head unless told otherwise.
    const many = Array.from({ length: 2000 }, () => 'A:');
    expect(await request(['Host: localhost', ...many])).toBe(200);
    expect(await request(['Host: localhost', ...many, 'X-Forwarded-For: 127.0.0.1'])).toBe(401);
    expect(await request(['Host: localhost', ...many, 'Origin: https://evil.example'])).toBe(403);
    expect(await request(['Host: localhost', ...many, 'Host: localhost'])).toBe(400);
  });
  test('does not work through a proxy that speaks HTTP/1.0 and leaves no trace', async () => {
    expect(await request(['Host: localhost'], 'HTTP/1.0')).toBe(401);
  });
  test('does not work under a name that is not loopback', async () => {
    bed.settings({ 'server.allowedHosts': ['nas.lan'] });
    expect(await request(['Host: nas.lan'])).toBe(401);
    expect(await request(['Host: host.docker.internal'])).toBe(401);
  });
  test('does not work for a web page, allowed or not', async () => {
    bed.settings({ 'cors.mode': 'list', 'cors.origins': ['http://localhost:3000'] });
    expect(await request(['Host: localhost', 'Origin: http://localhost:3000'])).toBe(401);
    expect(await request(['Host: localhost', 'Sec-Fetch-Site: same-origin'])).toBe(401);
  });
});
