// Holes that a review found, one test each, so that none comes back.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chatFrames, json } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed, sendRaw } from '../../fakes/gateway-bed.ts';
import { openSocket } from '../../fakes/over-tls.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

const post = (path: string, body: object | string, init: RequestInit = {}) =>
  bed.fetch(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), ...init });

/** An endless stream; resolves with its response once the first event has arrived. */
async function openStream(): Promise<Response> {
  bed.upstream.behave = (_arrival, res) =>
    void res.writeHead(200, { 'content-type': 'text/event-stream' }).write(chatFrames()[0]);
  const response = await post('/v1/chat/completions', chat({ stream: true }));
  expect(response.status).toBe(200);
  return response;
}

describe('a body', () => {
  test('of a million tiny values is refused before it is parsed, a long text is not', async () => {
    const many = `{"model":"m","extra":[${'1,'.repeat(1_100_000)}1]}`;
    const response = await post('/v1/chat/completions', many);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('more than 1000000 values');
    expect((await post('/v1/chat/completions', chat({ x: ',[{'.repeat(500_000) }))).status).toBe(200);
  });

  test('is let go of once it is sent: open streams do not hold it', async () => {
    bed.settings({ 'limits.bodiesInFlightBytes': 3 * 1024 * 1024 });
    bed.upstream.behave = (_arrival, res) =>
      void res.writeHead(200, { 'content-type': 'text/event-stream' }).write(chatFrames()[0]);
    const body = chat({ stream: true, x: 'y'.repeat(2 * 1024 * 1024) });
    const open = [];
    for (let i = 0; i < 5; i++) open.push(await post('/v1/chat/completions', body));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await Promise.all(open.map((response) => response.body?.cancel()));
  });

  test('with a charset that is not UTF-8 is refused', async () => {
    const response = await post('/v1/chat/completions', chat(), {
      headers: { 'content-type': 'application/json; charset=utf-7' },
    });
    expect(response.headers.get('x-keyhatch-error')).toBe('content_type_not_allowed');
    const utf8 = await post('/v1/chat/completions', chat(), {
      headers: { 'content-type': 'application/json; charset=UTF-8' },
    });
    expect(utf8.status).toBe(200);
  });

  test('in multipart with two boundaries, or fields of odd names, is refused', async () => {
    const form = (name: string) => `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nm\r\n--XX--\r\n`;
    const send = (type: string, body: string) =>
      post('/v1/audio/transcriptions', body, { headers: { 'content-type': type } });
    expect((await send('multipart/form-data; boundary=XX; boundary=YY', form('model'))).status).toBe(400);
    expect((await send('multipart/form-data; boundary=XX', form('mod\\el'))).status).toBe(400);
    expect((await send('multipart/form-data; boundary=XX', form('model'))).status).toBe(200);
  });
});

describe('what a server would fetch or run', () => {
  const refused: Record<string, readonly [string, object]> = {
    'an image behind a type at the top': [
      '/v1/responses',
      { model: 'm', type: 'tool_use', input: [{ content: [{ image_url: 'http://169.254.169.254/x' }] }] },
    ],
    'a file of an image request': ['/v1/images/generations', { model: 'm', prompt: 'x', file: 'http://x/y' }],
    'reference images': ['/v1/images/generations', { model: 'm', prompt: 'x', ref_images: ['http://x/y'] }],
    'an image block with a url': [
      '/v1/chat/completions',
      { model: 'm', messages: [{ content: [{ type: 'image', url: 'http://x' }] }] },
    ],
    'a file block with a url': [
      '/v1/chat/completions',
      { model: 'm', messages: [{ content: [{ type: 'file', file: { url: 'http://x' } }] }] },
    ],
    'a path on the machine': [
      '/v1/chat/completions',
      { model: 'm', messages: [{ content: [{ type: 'image', image: '/etc/passwd' }] }] },
    ],
    'web search on the owner’s account': [
      '/v1/messages',
      { model: 'm', messages: [], tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    ],
    'a code interpreter': ['/v1/responses', { model: 'm', input: 'x', tools: [{ type: 'code_interpreter' }] }],
  };
  for (const [name, [path, body]] of Object.entries(refused)) {
    test(`is refused: ${name}`, async () => {
      expect((await post(path, body)).headers.get('x-keyhatch-error')).toBe('operation_not_allowed');
      expect(bed.upstream.journal).toHaveLength(0);
    });
  }
  test('is not what a client runs, or an answer cited', async () => {
    const citation = { type: 'output_text', text: 'x', annotations: [{ type: 'url_citation', url: 'https://x' }] };
    for (const body of [
      {
        model: 'm',
        input: 'x',
        tools: [{ type: 'custom', name: 'f' }, { type: 'local_shell' }, { type: 'bash_20250124', name: 'bash' }],
      },
      { model: 'm', input: [{ role: 'assistant', content: [citation] }] },
      { model: 'm', messages: [{ content: [{ type: 'web_search_result', url: 'https://x' }] }] },
    ]) {
      expect((await post('/v1/responses', body)).status).toBe(200);
    }
  });
});

test('a model’s name cannot become the end of another path', async () => {
  await bed.fetch('/v1/models/x/api/extra/generate/check');
  expect(bed.upstream.journal[0]?.path).toBe('/v1/models/x%2Fapi%2Fextra%2Fgenerate%2Fcheck');
});

describe('an expiry that is set while a request runs', () => {
  for (const before of [null, Date.now() + 3_600_000]) {
    test(`ends it, when there was ${before === null ? 'none' : 'a later one'} before`, async () => {
      bed.changeKey(bed.keyId, { expiresAt: before });
      const response = await openStream();
      bed.changeKey(bed.keyId, { expiresAt: Date.now() + 300 });
      await expect(response.text()).rejects.toThrow();
    });
  }
});

test('a connection from before a move serves nothing new', async () => {
  const response = await openStream();
  const old = bed.port;
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  const held = openSocket(old);
  let text = '';
  held.on('data', (chunk) => {
    text += chunk.toString();
  });
  const request = `GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const slow = chat({ stream: true });
  held.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bed.key}\r\nContent-Type: application/json\r\nContent-Length: ${slow.length}\r\n\r\n${slow}`,
  );
  await expect.poll(() => text).toContain('chat.completion.chunk');
  await bed.gateway.listenOn(['127.0.0.1'], port);
  bed.upstream.behave = (_arrival, res) => json(res, 200, {});
  // Pipelined behind the running answer on the old connection.
  held.write(request);
  await response.body?.cancel();
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  held.destroy();
  expect(text).not.toContain('"version"');
});

test('a client cannot spoil its row', async () => {
  const row = bed.nextRow();
  await post('/v1/chat/completions', chat(), {
    headers: { 'x-stainless-retry-count': '-Infinity', 'user-agent': `me ${bed.key}` },
  });
  expect(await row).toMatchObject({ attempt: 0 });
  expect((await row).userAgent).not.toContain(bed.key.slice(-38));
});

test('a list that names models in two members is cut in both', async () => {
  bed.changeKey(bed.keyId, { models: ['allowed'] });
  bed.upstream.behave = (_arrival, res) =>
    json(res, 200, { object: 'list', data: [{ id: 'secret' }, { id: 'allowed' }], models: [{ name: 'secret' }] });
  const text = await (await bed.fetch('/v1/models')).text();
  expect(text).toContain('allowed');
  expect(text).not.toContain('secret');
});

test('a response id of another key cannot be taken over', async () => {
  bed.upstream.behave = (_arrival, res) => json(res, 200, { id: 'resp_victim', object: 'response' });
  await post('/v1/responses', { model: 'm', input: 'x' });
  const other = bed.addKey();
  await bed.fetch('/v1/responses', {
    method: 'POST',
    body: JSON.stringify({ model: 'm', input: 'x', request_id: 'resp_victim' }),
    key: other.key,
  });
  expect((await bed.fetch('/v1/responses/resp_victim', { key: other.key })).status).toBe(404);
  expect((await bed.fetch('/v1/responses/resp_victim')).status).toBe(200);
});

test('the bypass is not for HTTP/1.0, in which nginx forwards without a trace', async () => {
  bed.settings({ 'access.localhostBypass': true });
  expect(await bed.raw('GET /v1/models HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n')).toContain(' 401 ');
  expect(await bed.raw('GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')).toContain(' 200 ');
});

test('an Authorization without a value is none', async () => {
  const response = await bed.fetch('/v1/models', { key: null, headers: { authorization: 'Bearer ' } });
  expect(response.headers.get('x-keyhatch-error')).toBe('key_missing');
});

describe('a stream without chunks or length', () => {
  /** An upstream that answers with these bytes and closes, as mlx-lm does. */
  async function closing(body: string) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(`HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n${body}`));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    bed.upstreams[0] = {
      ...(bed.upstreams[0] as (typeof bed.upstreams)[0]),
      url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    };
    return server;
  }
  test('is whole when its last event came', async () => {
    const server = await closing(chatFrames().join(''));
    expect(await (await post('/v1/chat/completions', chat({ stream: true }))).text()).toBe(chatFrames().join(''));
    server.close();
  });
  test('is broken when it did not', async () => {
    const server = await closing(chatFrames()[0] ?? '');
    const row = bed.nextRow();
    const response = await post('/v1/chat/completions', chat({ stream: true }));
    await expect(response.text()).rejects.toThrow();
    expect(await row).toMatchObject({ outcome: 'upstream_broken' });
    server.close();
  });
});

test('an HTTP/1.0 client sees a cut stream as a reset, not as an end', async () => {
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write('data: {"choices":[{"del', () => res.destroy());
  };
  const body = chat({ stream: true });
  const socket = openSocket(bed.port);
  socket.write(
    `POST /v1/chat/completions HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer ${bed.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const end = await Promise.race([
    once(socket, 'error').then(([error]: NodeJS.ErrnoException[]) => error?.code),
    once(socket, 'end').then(() => 'end'),
  ]);
  expect(end).toBe('ECONNRESET');
});

test('a refusal in the middle of an upload leaves the connection usable or closed, never stuck', async () => {
  const junk = 'x'.repeat(200_000);
  const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bed.key}\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: ${junk.length}\r\n\r\n`;
  const answer = await sendRaw(
    bed.port,
    `${head}${junk}GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toContain(' 400 ');
  expect(answer.match(/HTTP\/1\.1 /g)?.length === 2 || /connection: close/i.test(answer)).toBe(true);
});

test('an upstream that switches protocols is an error at once', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  bed.upstreams[0] = {
    ...(bed.upstreams[0] as (typeof bed.upstreams)[0]),
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  };
  expect((await post('/v1/chat/completions', chat())).status).toBe(502);
  server.close();
});

test('mlx-lm is asked for nothing that it does not list, because it would download it', async () => {
  await bed.close();
  bed = await makeBed({ kind: 'mlxlm' });
  expect((await post('/v1/chat/completions', { model: 'm' })).status).toBe(200);
  const response = await post('/v1/chat/completions', { model: 'some/other' });
  expect(response.status).toBe(404);
  expect(response.headers.get('x-keyhatch-error')).toBe('model_unknown');
});

test('a page that may call sees why it was refused, by the guard too', async () => {
  bed.settings({ 'cors.mode': 'list', 'cors.origins': ['http://page.example'] });
  const response = await post('/v1/chat/completions', chat(), {
    headers: { origin: 'http://page.example', 'content-type': 'text/plain' },
  });
  expect(response.status).toBe(400);
  expect(response.headers.get('access-control-allow-origin')).toBe('http://page.example');
});

test('with keys off, a locked vault does not keep out whoever sends a key of somebody else', async () => {
  bed.settings({ 'access.requireKey': false });
  bed.lock({ vault: 'the OS keychain', reason: 'locked' });
  expect((await bed.fetch('/v1/models', { key: 'sk-something-else' })).status).toBe(200);
  expect((await bed.fetch('/v1/models')).status).toBe(503);
});
