// Header smuggling: heads and bodies that the gateway and a model server would part in different places, or in which a header
// takes another one away. What can be read in two ways is refused; what goes on is written anew.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';
import { statusOf } from '../../fakes/raw-post.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
beforeEach(() => bed.upstream.journal.splice(0));
afterAll(() => bed.close());

const body = chat();
const hidden = `GET /api/tags HTTP/1.1\r\nHost: localhost\r\nX-Hidden: yes\r\n\r\n`;

/** A request with these lines in place of its length and connection, and these bytes as its body. */
function message(lines: readonly string[], sent = body, start = 'POST /v1/chat/completions HTTP/1.1'): Buffer {
  const head = [
    start,
    `Host: 127.0.0.1:${bed.port}`,
    `Authorization: Bearer ${bed.key}`,
    'Content-Type: application/json',
    ...lines,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${sent}`, 'latin1');
}

const length = `Content-Length: ${body.length}`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('a message whose end is in doubt is refused, and nothing behind it is taken for a request', () => {
  const cases: Record<string, () => Buffer> = {
    'a length beside chunks': () => message([length, 'Transfer-Encoding: chunked'], `0\r\n\r\n${hidden}`),
    'chunks beside a length': () => message(['Transfer-Encoding: chunked', length], `0\r\n\r\n${hidden}`),
    'two lengths that differ': () => message([length, 'Content-Length: 0'], body + hidden),
    'two lengths in one line': () => message([`Content-Length: ${body.length}, 0`], body + hidden),
    'a length with a sign': () => message([`Content-Length: +${body.length}`], body + hidden),
    'a length in another base': () => message([`Content-Length: 0x${body.length.toString(16)}`], body + hidden),
    'a coding that is none': () => message(['Transfer-Encoding: xchunked'], `${chunk(body)}0\r\n\r\n`),
    'a coding before the chunks': () => message(['Transfer-Encoding: gzip, chunked'], `${chunk(body)}0\r\n\r\n`),
    'chunks that are not last': () => message(['Transfer-Encoding: chunked, identity'], `${chunk(body)}0\r\n\r\n`),
    'chunks named twice': () => message(['Transfer-Encoding: chunked, chunked'], `${chunk(body)}0\r\n\r\n`),
    'a space before the colon': () => message([`Content-Length : ${body.length}`]),
    'a line that goes on in the next': () => message([length, 'X-A: b\r\n c'], body),
    'a bare line feed': () => Buffer.from(message([length]).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
    'a zero byte in a value': () => message([length, 'X-A: a\0b']),
    'a GET with a body': () =>
      message([`Content-Length: ${hidden.length}`, 'Connection: close'], hidden, 'GET /v1/models HTTP/1.1'),
    'HTTP/0.9': () => Buffer.from('GET /v1/models\r\n\r\n'),
    'no Host': () => Buffer.from(`GET /v1/models HTTP/1.1\r\nAuthorization: Bearer ${bed.key}\r\n\r\n`),
  };
  for (const [name, make] of Object.entries(cases)) {
    test(name, async () => {
      const answer = await bed.raw(make());
      expect(statusOf(answer)).toBe(400);
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
      expect(answer).not.toContain(bed.key);
      expect(bed.upstream.journal).toEqual([]);
    });
  }
});

test('a chunk whose size cannot be read ends the connection, whatever stands behind it', async () => {
  const answer = await bed.raw(
    message(['Transfer-Encoding: chunked'], `${body.length}g\r\n${body}\r\n0\r\n\r\n${hidden}`),
  );
  expect(answer).not.toContain(' 200 ');
  expect(bed.upstream.journal).toEqual([]);
});

test('extensions of chunks and trailers stay here: what goes on has a length of its own', async () => {
  const sent = `${body.length.toString(16)};ext="x"\r\n${body}\r\n0\r\nX-Trailer: y\r\nAuthorization: Bearer z\r\n\r\n`;
  const answer = await bed.raw(
    message(['Transfer-Encoding: chunked', 'Trailer: X-Trailer', 'Connection: close'], sent),
  );
  expect(statusOf(answer)).toBe(200);
  const [arrival] = bed.upstream.journal;
  expect(arrival?.headers['content-length']).toBe(String(body.length));
  for (const gone of ['transfer-encoding', 'trailer', 'x-trailer', 'authorization'])
    expect(arrival?.headers[gone], gone).toBeUndefined();
});

describe('no header takes another one away', () => {
  for (const named of ['Authorization', 'x-api-key', 'content-length', 'Content-Type', 'host']) {
    test(`Connection: close, ${named}`, async () => {
      const answer = await bed.raw(message([length, `Connection: close, ${named}`]));
      expect(statusOf(answer)).toBe(400);
      expect(bed.upstream.journal).toEqual([]);
    });
  }
});

test('underscores do not stand for hyphens: such headers count for nothing and do not go on', async () => {
  bed.settings({ 'access.localhostBypass': false });
  const withKey = message([length, 'Connection: close', 'X_Forwarded_User: admin', 'x_api_key: y']);
  expect(statusOf(await bed.raw(withKey))).toBe(200);
  expect(Object.keys(bed.upstream.journal[0]?.headers ?? {}).filter((name) => name.includes('_'))).toEqual([]);
  const asKey = `GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX_Api_Key: ${bed.key}\r\nConnection: close\r\n\r\n`;
  expect(statusOf(await bed.raw(asKey))).toBe(401);
});

test('headers by which model servers are steered do not go on', async () => {
  const steering = [
    'X-Conversation-Id: another',
    'X-Tool-Cwd: /',
    'X-Tool-Runtime: sh',
    'X-Forwarded-For: 10.0.0.1',
    'Forwarded: for=10.0.0.1',
    'X-Real-IP: 10.0.0.1',
    'Cookie: a=b',
    'Proxy-Authorization: Basic x',
    'X-HTTP-Method-Override: DELETE',
    'X-Original-URL: /api/delete',
    'X-Rewrite-URL: /api/delete',
    'TE: trailers',
    'Keep-Alive: timeout=9',
  ];
  expect(statusOf(await bed.raw(message([length, 'Connection: close', ...steering])))).toBe(200);
  const arrived = new Set(Object.keys(bed.upstream.journal[0]?.headers ?? {}));
  for (const line of steering) {
    const [name = ''] = line.toLowerCase().split(':', 1);
    expect(arrived.has(name), name).toBe(false);
  }
});
