// The raw head: what is refused before any key is looked at. One test a rule.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';
import { goodHead, rawPost, statusOf } from '../../fakes/raw-post.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
afterAll(() => bed.close());

const body = chat();

test('lets a plain request through', async () => {
  const answer = await bed.raw(rawPost(goodHead(bed)));
  expect(statusOf(answer)).toBe(200);
  expect(answer).toContain('one two three');
});

test('hundreds of keys among the protocols of one head are refused unseen, also with the right one among them', async () => {
  const offered = [...Array.from({ length: 300 }, (_, n) => `guess-number-${n}`), bed.key];
  const answer = await bed.raw(
    `GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nSec-WebSocket-Protocol: ${offered
      .map((value) => `openai-insecure-api-key.${value}`)
      .join(', ')}\r\n\r\n`,
  );
  expect(statusOf(answer)).toBe(400);
  expect(answer).toContain('more than one key');
  expect(answer).not.toContain(bed.key);
});

describe('a key in the URL', () => {
  for (const query of ['key=SECRET', 'api_key=SECRET', 'access_token=SECRET', 'x=kh_7Fq2mZ9a_abcdefghijklmnop']) {
    test(`is refused and never logged: ?${query.split('=')[0]}`, async () => {
      const secret = query.split('=')[1] ?? '';
      const answer = await bed.raw(`GET /v1/models?${query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(statusOf(answer)).toBe(400);
      expect(answer).toContain('key_in_url');
      expect(answer).not.toContain(secret);
      expect(bed.log.join('\n')).not.toContain(secret);
    });
  }
});

test('a query parameter that the path does not know is named', async () => {
  const response = await bed.fetch('/v1/models?debug=1');
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('\\"debug\\"');
});

test('?beta=true passes on messages', async () => {
  const response = await bed.fetch('/v1/messages?beta=true', { method: 'POST', body });
  expect(response.status).toBe(200);
  expect(bed.upstream.journal.at(-1)?.path).toBe('/v1/messages?beta=true');
});

test('an upgrade to a WebSocket where there is none gets a clear refusal', async () => {
  const answer = await bed.raw(
    `GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nAuthorization: Bearer ${bed.key}\r\n\r\n`,
    /websocket_unsupported/,
  );
  expect(statusOf(answer)).toBe(400);
});

test('an upgrade to h2c is served as the plain request that it carries', async () => {
  const head = goodHead(bed).map((line) =>
    line.startsWith('Connection') ? 'Connection: Upgrade, HTTP2-Settings' : line,
  );
  const answer = await bed.raw(rawPost([...head, 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA']), /three/);
  expect(statusOf(answer)).toBe(200);
  const arrival = bed.upstream.journal.at(-1);
  expect(arrival?.body.toString()).toBe(body);
  expect(arrival?.headers['upgrade']).toBeUndefined();
  expect(arrival?.headers['http2-settings']).toBeUndefined();
});

test('a request that has been through this gateway is not sent round again', async () => {
  const response = await bed.fetch('/v1/models', { headers: { 'x-keyhatch-hop': 'bed' } });
  expect(response.status).toBe(508);
});
