// The way to the upstream and back: streams as they come, credentials that never pass, clients that leave, upstreams
// that die, and keys that are revoked in the middle (ARCHITECTURE.md, rules 5 to 8).

import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chatAnswer, chatFrames, json, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

const post = (body: string, path = '/v1/chat/completions', init: RequestInit = {}) =>
  bed.fetch(path, { method: 'POST', body, ...init });

test('an answer comes back byte for byte, with the request id and without the upstream’s own headers', async () => {
  bed.upstream.behave = (_arrival, res) => {
    res.setHeader('access-control-allow-origin', '*');
    res.setHeader('set-cookie', 'a=b');
    res.setHeader('server', 'model server');
    res.setHeader('x-upstream', 'kept');
    json(res, 200, { fine: true });
  };
  const response = await post(chat());
  expect(await response.json()).toEqual({ fine: true });
  expect(response.headers.get('x-request-id')).toMatch(/^req_/);
  expect(response.headers.get('x-upstream')).toBe('kept');
  for (const name of ['access-control-allow-origin', 'set-cookie', 'server'])
    expect(response.headers.get(name)).toBeNull();
});

test('the request body goes on as its original bytes, with its length', async () => {
  const odd = '{ "model" : "m",\n\t"messages":[ ],"temperature":1.0e0, "x":"\\u00e9" }';
  await post(odd);
  const arrival = bed.upstream.journal[0];
  expect(arrival?.body.toString()).toBe(odd);
  expect(arrival?.headers['content-length']).toBe(String(Buffer.byteLength(odd)));
  expect(arrival?.headers['transfer-encoding']).toBeUndefined();
  expect(arrival?.headers['host']).toBe(`127.0.0.1:${bed.upstream.port}`);
});

test('only headers on the list go up', async () => {
  await post(chat(), '/v1/messages', {
    headers: {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'a,b',
      'x-stainless-lang': 'js',
      cookie: 'session=1',
      referer: 'http://example.com',
      'x-forwarded-for': '10.0.0.1',
      'x-conversation-id': 'somebody else’s'.replace('’', ''),
      'x-tool-cwd': '/',
      x_api_key: 'underscore',
    },
  });
  const headers = bed.upstream.journal[0]?.headers ?? {};
  expect(headers).toMatchObject({
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'a,b',
    'x-stainless-lang': 'js',
  });
  for (const name of [
    'cookie',
    'referer',
    'x-forwarded-for',
    'x-conversation-id',
    'x-tool-cwd',
    'x_api_key',
    'authorization',
  ]) {
    expect(headers[name], name).toBeUndefined();
  }
});

describe('no byte of a client’s key reaches the upstream', () => {
  const carriers = ['authorization', 'x-api-key', 'x-access-key', 'api-key', 'basic'] as const;
  const lineOf = (carrier: (typeof carriers)[number]) => {
    if (carrier === 'authorization') return `Authorization: Bearer ${bed.key}`;
    if (carrier === 'basic') return `Authorization: Basic ${Buffer.from(`${bed.key}:`).toString('base64')}`;
    return `${carrier}: ${bed.key}`;
  };
  const ways: Record<string, (body: string) => { head: string[]; body: string }> = {
    plain: (body) => ({ head: [`Content-Length: ${body.length}`], body }),
    expect: (body) => ({ head: [`Content-Length: ${body.length}`, 'Expect: 100-continue'], body }),
    chunked: (body) => ({
      head: ['Transfer-Encoding: chunked'],
      body: `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    }),
    h2c: (body) => ({
      head: [
        `Content-Length: ${body.length}`,
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABk',
      ],
      body,
    }),
  };
  for (const carrier of carriers) {
    for (const [way, make] of Object.entries(ways)) {
      test(`${carrier}, ${way}`, async () => {
        const sent = make(chat());
        const head = [
          'POST /v1/chat/completions HTTP/1.1',
          'Host: localhost',
          'Content-Type: application/json',
          lineOf(carrier),
          ...sent.head,
        ];
        const answer = await bed.raw(`${head.join('\r\n')}\r\n\r\n${sent.body}`, /three/);
        expect(answer).toContain('200 OK');
        expect(bed.upstream.journal).toHaveLength(1);
        expect(bed.upstream.rawBytes()).toContain(chat());
        const secret = bed.key.slice(-38);
        expect(bed.upstream.rawBytes()).not.toContain(secret);
        expect(bed.upstream.rawBytes()).not.toContain(Buffer.from(`${bed.key}:`).toString('base64').slice(0, 20));
      });
    }
  }
});

test('the upstream’s own credential is added, in the carrier that it takes', async () => {
  bed.upstreams[0] = {
    ...(bed.upstreams[0] as (typeof bed.upstreams)[0]),
    credential: 'sk-lm-upstream',
    kind: 'lmstudio',
  };
  await post(chat());
  expect(bed.upstream.journal[0]?.headers['authorization']).toBe('Bearer sk-lm-upstream');
  bed.upstreams[0] = { ...bed.upstreams[0], kind: 'textgen' };
  await post(chat());
  expect(bed.upstream.journal[1]?.headers['x-api-key']).toBe('sk-lm-upstream');
});

describe('streams', () => {
  test('headers and each event arrive as they come', async () => {
    const steps: (() => void)[] = [];
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.flushHeaders();
      const frames = [...chatFrames()];
      steps.push(() => (frames.length > 0 ? res.write(frames.shift()) : res.end()));
    };
    const response = await post(chat({ stream: true }));
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    for (const frame of chatFrames()) {
      steps[0]?.();
      const { value } = (await reader?.read()) ?? {};
      expect(Buffer.from(value ?? []).toString()).toBe(frame);
    }
    steps[0]?.();
    expect((await reader?.read())?.done).toBe(true);
  });

  test('are metered as they pass', async () => {
    const row = bed.nextRow();
    const text = await (await post(chat({ stream: true }))).text();
    expect(text).toBe(chatFrames().join(''));
    expect(await row).toMatchObject({
      tokensIn: 7,
      tokensOut: 3,
      tokenSource: 'reported',
      streamed: true,
      outcome: 'ok',
      model: 'm',
      keyId: bed.keyId,
    });
  });

  test('keep back-pressure: a client that does not read holds the upstream up', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let written = 0;
    let full = false;
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const more = () => {
        while (!res.destroyed && written < 512 * 1024 * 1024) {
          written += chunk.length;
          if (!res.write(chunk)) {
            full = true;
            res.once('drain', more);
            return;
          }
        }
      };
      more();
    };
    const body = chat({ stream: true });
    const socket = connect(bed.port, '127.0.0.1');
    socket.pause();
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bed.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    // Written stops growing: two looks in a row at the same number, with the upstream's buffer full.
    await expect
      .poll(
        () => {
          const before = written;
          return new Promise((resolve) =>
            setImmediate(() => setImmediate(() => resolve(full && before === written && written > 0))),
          );
        },
        { timeout: 5000 },
      )
      .toBe(true);
    await expect.poll(() => written, { timeout: 3000, interval: 200 }).toBeLessThan(64 * 1024 * 1024);
    socket.destroy();
  });
});

describe('a client that leaves takes the upstream with it', () => {
  const leaveWhen = async (stream: boolean, when: 'prefill' | 'midstream') => {
    bed.upstream.behave = (_arrival, res) => {
      if (when === 'midstream') res.writeHead(200, { 'content-type': 'text/event-stream' }).write(chatFrames()[0]);
    };
    const arrived = bed.upstream.nextArrival();
    const row = bed.nextRow();
    const controller = new AbortController();
    const response = post(chat({ stream }), undefined, { signal: controller.signal });
    const arrival = await arrived;
    if (when === 'midstream') await (await response).body?.getReader().read();
    controller.abort();
    await response.catch(() => {});
    expect(await arrival.ended).toBe(false);
    expect(await row).toMatchObject({ outcome: 'client_gone', errorCode: 'client_gone' });
    expect(bed.gateway.running()).toBe(0);
  };
  test('in prefill of a stream', () => leaveWhen(true, 'prefill'));
  test('in prefill of a plain answer', () => leaveWhen(false, 'prefill'));
  test('in the middle of a stream', () => leaveWhen(true, 'midstream'));
});

describe('an upstream that dies in the middle never looks like a clean end', () => {
  const cases = [
    ['openai', '/v1/chat/completions', /data: \{"error":\{"message":"The model server .* broke off/],
    ['anthropic', '/v1/messages', /event: error\ndata: \{"type":"error"/],
    ['responses', '/v1/responses', /event: response\.failed\ndata: /],
  ] as const;
  for (const [name, path, expected] of cases) {
    test(`${name}: an in-band error, then a broken connection`, async () => {
      bed.upstream.behave = (_arrival, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write(chatFrames()[0], () => res.destroy());
      };
      const row = bed.nextRow();
      const response = await post(chat({ stream: true }), path);
      let text = '';
      const failure = await (async () => {
        for await (const chunk of response.body as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString();
      })().catch((error: Error) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(text).toMatch(expected);
      expect(await row).toMatchObject({ outcome: 'upstream_broken', errorCode: 'upstream_broken' });
    });
  }

  test('ollama: a last line with the error', async () => {
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'application/x-ndjson' });
      res.write('{"message":{"content":"a"},"done":false}\n', () => res.destroy());
    };
    const answer = await bed.raw(rawPost('/api/chat', chat()));
    expect(answer).toMatch(/\{"error":"The model server .*"\}\n/);
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  test('in the middle of an event nothing is put in, the connection breaks', async () => {
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: {"choices":[{"del', () => res.destroy());
    };
    const answer = await bed.raw(rawPost('/v1/chat/completions', chat({ stream: true })));
    expect(answer).not.toContain('broke off');
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  test('a plain answer cut short breaks the connection', async () => {
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      res.write('{"a":', () => res.destroy());
    };
    const response = await post(chat());
    await expect(response.text()).rejects.toThrow();
  });
});

describe('an upstream that gives no answer', () => {
  test('is named when nothing listens, and trying again is left to the client', async () => {
    bed.upstreams[0] = { ...(bed.upstreams[0] as (typeof bed.upstreams)[0]), url: new URL('http://127.0.0.1:9') };
    const response = await post(chat());
    expect(response.status).toBe(502);
    expect(response.headers.get('x-should-retry')).toBeNull();
    expect(await response.text()).toMatch(/upstream 1 cannot be reached: nothing listens at its address/);
  });
  test('is a bad gateway when it closes before an answer, and not to be tried again', async () => {
    bed.upstream.behave = (_arrival, res) => void res.destroy();
    const response = await post(chat());
    expect(response.status).toBe(502);
    expect(response.headers.get('x-should-retry')).toBe('false');
  });
  test('times out by the setting, and is dropped', async () => {
    bed.settings({ 'upstream.firstByteTimeoutMs': 50 });
    bed.upstream.behave = () => {};
    const arrived = bed.upstream.nextArrival();
    const response = await post(chat());
    expect(response.status).toBe(504);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await (await arrived).ended).toBe(false);
  });
  test('asks for a credential of its own: not a 401 that the client would take for its key', async () => {
    bed.upstream.behave = (_arrival, res) => json(res, 401, { error: 'no' });
    const response = await post(chat());
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('wants a credential of its own');
  });
  test('redirects: not followed and not passed on', async () => {
    bed.upstream.behave = (_arrival, res) => void res.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    const response = await post(chat(), undefined, { redirect: 'manual' });
    expect(response.status).toBe(502);
    expect(response.headers.get('location')).toBeNull();
  });
  test('answers with its own error: passed on as it is', async () => {
    bed.upstream.behave = (_arrival, res) => json(res, 500, { error: { message: 'out of memory' } });
    const row = bed.nextRow();
    const response = await post(chat());
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: { message: 'out of memory' } });
    expect(await row).toMatchObject({ outcome: 'upstream_error', status: 500 });
  });
});

test('a refused connection moves on to another upstream with the same model; a begun request never does', async () => {
  const second = await startFakeUpstream();
  bed.addUpstream(second);
  bed.upstreams[0] = { ...(bed.upstreams[0] as (typeof bed.upstreams)[0]), url: new URL('http://127.0.0.1:9') };
  expect((await post(chat())).status).toBe(200);
  expect(second.journal).toHaveLength(1);
  second.behave = (_arrival, res) => void res.destroy();
  bed.upstreams.reverse();
  expect((await post(chat())).status).toBe(502);
  expect(second.journal).toHaveLength(2);
  await second.close();
});

describe('a key that ends while its request runs', () => {
  async function runningStream() {
    bed.upstream.behave = (_arrival, res) =>
      void res.writeHead(200, { 'content-type': 'text/event-stream' }).write(chatFrames()[0]);
    const arrived = bed.upstream.nextArrival();
    const response = await post(chat({ stream: true }));
    const reader = response.body?.getReader();
    await reader?.read();
    return { arrival: await arrived, reader };
  }
  async function restOf(reader: ReadableStreamDefaultReader<Uint8Array> | undefined) {
    let text = '';
    try {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done) return { text, clean: true };
        text += Buffer.from(value ?? []).toString();
      }
    } catch {
      return { text, clean: false };
    }
  }
  test('revoked: told in-band, the upstream dropped', async () => {
    const { arrival, reader } = await runningStream();
    const row = bed.nextRow();
    bed.changeKey(bed.keyId, { status: 'revoked' });
    expect(await restOf(reader)).toEqual({ text: expect.stringContaining('key_revoked'), clean: false });
    expect(await arrival.ended).toBe(false);
    expect(await row).toMatchObject({ outcome: 'ended', errorCode: 'key_revoked' });
  });
  test('expired: within a second of its time', async () => {
    bed.changeKey(bed.keyId, { expiresAt: Date.now() + 200 });
    const { arrival, reader } = await runningStream();
    expect(await restOf(reader)).toEqual({ text: expect.stringContaining('key_expired'), clean: false });
    expect(await arrival.ended).toBe(false);
  });
  test('revoked in prefill: a plain refusal', async () => {
    bed.upstream.behave = () => {};
    const arrived = bed.upstream.nextArrival();
    const response = post(chat({ stream: true }));
    await arrived;
    bed.changeKey(bed.keyId, { status: 'revoked' });
    expect((await response).status).toBe(401);
  });
});

describe('bodies', () => {
  test('in gzip, br, zstd and deflate arrive decoded, as plain bytes', async () => {
    for (const [encoding, encode] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
      ['zstd', zstdCompressSync],
    ] as const) {
      const response = await bed.fetch('/v1/chat/completions', {
        method: 'POST',
        body: new Uint8Array(encode(chat())),
        headers: { 'content-encoding': encoding, 'content-type': 'application/json' },
      });
      expect(response.status, encoding).toBe(200);
      const arrival = bed.upstream.journal.at(-1);
      expect(arrival?.body.toString()).toBe(chat());
      expect(arrival?.headers['content-encoding']).toBeUndefined();
    }
  });
  test('of damaged gzip are refused', async () => {
    const response = await bed.fetch('/v1/chat/completions', {
      method: 'POST',
      body: chat(),
      headers: { 'content-encoding': 'gzip' },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('damaged');
  });
  test('over the limit, announced or not, are refused', async () => {
    bed.settings({ 'limits.bodyMaxBytes': 2000 });
    const big = chat({ x: 'y'.repeat(5000) });
    expect((await post(big)).status).toBe(413);
    const chunked = await bed.raw(
      `${rawPost('/v1/chat/completions', '', ['Transfer-Encoding: chunked'])}${big.length.toString(16)}\r\n${big}\r\n`,
      /\r\n\r\n.+/s,
    );
    expect(chunked).toContain(' 413 ');
  });
  test('over what all bodies together may hold: 503, and the memory is given back', async () => {
    bed.settings({ 'limits.bodiesInFlightBytes': 3000 });
    const body = chat({ x: 'y'.repeat(4000) });
    const response = await post(body);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    bed.settings({ 'limits.bodiesInFlightBytes': 5000 });
    for (let i = 0; i < 5; i++) expect((await post(body)).status).toBe(200);
  });
  test('are not asked for when the answer is a refusal: Expect gets 401 or 413 at once', async () => {
    const head = (key: string, length: number) =>
      `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`;
    const refused = await bed.raw(head('sk-not-a-key-of-this-server', 60_000_000), /\r\n\r\n.+/s);
    expect(refused).toContain('401 Unauthorized');
    expect(refused).not.toContain('100 Continue');
    const tooLarge = await bed.raw(head(bed.key, 100_000_000), /\r\n\r\n.+/s);
    expect(tooLarge).toContain(' 413 ');
    expect(tooLarge).not.toContain('100 Continue');
    expect(await bed.raw(head(bed.key, 10), /100 Continue/)).toContain('100 Continue');
  });
  test('must be one JSON object that every server reads in the same way', async () => {
    const bad = [
      ['', 'empty'],
      ['[]', 'not a valid JSON object'],
      ['{"model":"m"', 'not a valid JSON'],
      ['{"model":"a","model":"b"}', '"model" stands in it twice'],
      ['{"model":"a","Model":"b"}', 'odd spelling'],
      ['{"MODEL":"a"}', 'odd spelling'],
      ['{"mod\\u0065l":"a","model":"b"}', 'twice'],
      ['{"model":7}', 'not a string'],
    ] as const;
    for (const [body, reason] of bad) {
      const response = await bed.fetch('/v1/chat/completions', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect(response.status, body).toBe(400);
      expect(JSON.parse(await response.text()).error.message, body).toContain(reason);
    }
    expect(bed.upstream.journal).toHaveLength(0);
  });
  test('in multipart name their model and go on as they came', async () => {
    const form = new FormData();
    form.set('model', 'whisper');
    form.set('file', new Blob(['RIFF']), 'a.wav');
    const row = bed.nextRow();
    const response = await fetch(`${bed.url}/v1/audio/transcriptions`, {
      method: 'POST',
      body: form,
      headers: { authorization: `Bearer ${bed.key}` },
    });
    expect(response.status).toBe(200);
    expect((await row).model).toBe('whisper');
    expect(bed.upstream.journal[0]?.body.toString()).toContain('RIFF');
  });
});

function rawPost(path: string, body: string, more: readonly string[] = [`Content-Length: ${body.length}`]): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${bed.key}`,
    'Content-Type: application/json',
    'Connection: close',
    ...more,
    '',
    body,
  ].join('\r\n');
}

test('a client that sends a head and then nothing holds no place for ever', async () => {
  const socket = connect(bed.port, '127.0.0.1');
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bed.key}\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n`,
  );
  await expect.poll(() => bed.gateway.running()).toBe(1);
  const row = bed.nextRow();
  socket.destroy();
  await once(socket, 'close');
  expect(await row).toMatchObject({ outcome: 'client_gone' });
  expect(bed.gateway.running()).toBe(0);
  bed.upstream.behave = chatAnswer;
});
