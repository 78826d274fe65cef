// The raw head: what is refused before any key is looked at. One test a rule.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
afterAll(() => bed.close());

const body = chat();

/** A POST to chat, head given line by line, sent as it stands. */
function post(head: readonly string[], target = '/v1/chat/completions', version = 'HTTP/1.1'): string {
  return [`POST ${target} ${version}`, ...head, '', body].join('\r\n');
}

const plain = () => [
  `Host: 127.0.0.1:${bed.port}`,
  `Authorization: Bearer ${bed.key}`,
  'Content-Type: application/json',
  `Content-Length: ${body.length}`,
  'Connection: close',
];

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

test('lets a plain request through', async () => {
  const answer = await bed.raw(post(plain()));
  expect(statusOf(answer)).toBe(200);
  expect(answer).toContain('one two three');
});

describe('refuses a head that can be read in two ways', () => {
  const cases: Record<string, () => string> = {
    'a second Host': () => post([...plain(), 'Host: evil.example']),
    'a second Authorization': () => post([...plain(), 'Authorization: Bearer other']),
    'a second x-api-key': () => post([...plain(), 'x-api-key: a', 'x-api-key: b']),
    'a second Content-Type': () => post([...plain(), 'Content-Type: text/plain']),
    'a Transfer-Encoding that ends in chunked but is more': () =>
      post(plain().map((line) => (line.startsWith('Content-Length') ? 'Transfer-Encoding: gzip, chunked' : line))),
    'a Connection that names the key': () =>
      post(plain().map((line) => (line.startsWith('Connection') ? 'Connection: close, Authorization' : line))),
    'an absolute target': () => post(plain(), `http://127.0.0.1:${bed.port}/v1/chat/completions`),
    'a dot segment': () => post(plain(), '/v1/../api/pull'),
    'an encoded dot segment': () => post(plain(), '/v1/%2e%2e/api/pull'),
    'an encoded slash outside a model name': () => post(plain(), '/v1%2fchat/completions'),
    'a backslash': () => post(plain(), '/v1\\..\\api'),
    'two slashes': () => post(plain(), '//evil.example/v1/models'),
    'a semicolon': () => post(plain(), '/v1/models;x'),
    'an encoded zero byte': () => post(plain(), '/v1/models%00'),
    'a byte outside ASCII': () => Buffer.from(post(plain(), '/v1/mod\u00e9ls'), 'latin1').toString('latin1'),
    'HTTP/0.9': () => 'GET /v1/models\r\n\r\n',
    'a GET with a body': () => ['GET /v1/models HTTP/1.1', ...plain(), '', body].join('\r\n'),
  };
  for (const [name, make] of Object.entries(cases)) {
    test(name, async () => {
      const before = bed.upstream.journal.length;
      const answer = await bed.raw(Buffer.from(make(), 'latin1'));
      expect(statusOf(answer)).toBe(400);
      expect(answer).toContain('malformed_request');
      expect(answer).not.toContain(bed.key);
      expect(bed.upstream.journal.length).toBe(before);
    });
  }
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

describe('refuses names that are not this server’s, which stops DNS rebinding', () => {
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

  for (const host of [
    '0.0.0.0',
    '[::]',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'user@localhost',
    '192.168.1.9',
  ]) {
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

describe('refuses web pages that were not allowed', () => {
  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'app://obsidian.md']) {
    test(`from ${origin}, even with a valid key`, async () => {
      const answer = await bed.raw(post([...plain(), `Origin: ${origin}`]));
      expect(statusOf(answer)).toBe(403);
      expect(answer).toContain('origin_not_allowed');
    });
  }

  test('that come without an Origin but say they are cross-site', async () => {
    const answer = await bed.raw(post([...plain(), 'Sec-Fetch-Site: cross-site']));
    expect(statusOf(answer)).toBe(403);
  });

  test('when they post a form or plain text, which needs no preflight', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
      const answer = await bed.raw(
        post(plain().map((line) => (line.startsWith('Content-Type') ? `Content-Type: ${type}` : line))),
      );
      expect(statusOf(answer), type).toBe(400);
      expect(answer).toContain('content_type_not_allowed');
    }
  });
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
  const head = plain().map((line) => (line.startsWith('Connection') ? 'Connection: Upgrade, HTTP2-Settings' : line));
  const answer = await bed.raw(post([...head, 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA']), /three/);
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
