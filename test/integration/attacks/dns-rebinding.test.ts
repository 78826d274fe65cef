// DNS rebinding: a page whose own name was made to point at this computer. Its name stays in the Host header, which is why
// each name is held against our own, on every method, before anything answers.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';
import { statusOf } from '../../fakes/raw-post.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
afterAll(() => bed.close());

describe('refuses names that are not this server’s', () => {
  for (const method of ['GET', 'POST', 'OPTIONS']) {
    test(`on ${method}`, async () => {
      const answer = await bed.raw(`${method} /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
      expect(statusOf(answer)).toBe(403);
      expect(answer).toContain('evil.example');
    });
  }

  test('on an upgrade', async () => {
    const answer = await bed.raw(
      'GET /v1/responses HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
      /\r\n\r\n/,
    );
    expect(statusOf(answer)).toBe(403);
  });

  for (const host of ['127.0.0.1.evil.example', 'localhost.evil.example', 'user@localhost', '192.168.1.9']) {
    test(`for Host ${host}`, async () => {
      const answer = await bed.raw(`GET /health HTTP/1.1\r\nHost: ${host}:${bed.port}\r\nConnection: close\r\n\r\n`);
      expect(statusOf(answer)).toBe(403);
    });
  }

  test('and says how to let it in by words that do so', async () => {
    const request = `GET /v1/models HTTP/1.1\r\nHost: NAS.lan:${bed.port}\r\nConnection: close\r\n\r\n`;
    const advice = /server\.allowedHosts (\S+) --add/.exec(await bed.raw(request))?.[1] ?? '';
    expect(advice).toBe('nas.lan');
    bed.settings({ 'server.allowedHosts': [advice] });
    expect(statusOf(await bed.raw(request.replace('/v1/models', '/health')))).toBe(200);
    bed.settings({ 'server.allowedHosts': [] });
  });

  test('but takes localhost, loopback literals, container names and names of the owner', async () => {
    bed.settings({ 'server.allowedHosts': ['nas.lan'] });
    for (const host of [
      'localhost',
      '127.0.0.1',
      '[::1]',
      'host.docker.internal',
      'host.containers.internal',
      'NAS.lan:8443',
    ]) {
      const answer = await bed.raw(`GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(statusOf(answer), host).toBe(200);
    }
  });
});
