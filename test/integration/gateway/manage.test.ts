// Managing models through the gateway: who may, what goes up, and that a model file is passed on without being held.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type KeyOperation, operationPresets, usualPolicy } from '../../../shared/key-policy.ts';
import { json } from '../../fakes/fake-upstream.ts';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';
import { request } from '../../fakes/over-tls.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed({ kind: 'ollama' });
});
afterEach(() => bed.close());

const grant = (...operations: KeyOperation[]) => bed.changeKey(bed.keyId, { policy: { ...usualPolicy, operations } });
const send = (method: string, path: string, body?: object) =>
  bed.fetch(path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
const codeOf = (response: Response) => response.headers.get('x-keyhatch-error');

const calls: readonly (readonly [string, string, object])[] = [
  ['POST', '/api/pull', { model: 'llama3' }],
  ['POST', '/api/push', { model: 'me/llama3' }],
  ['POST', '/api/create', { model: 'mine', from: 'llama3' }],
  ['POST', '/api/copy', { source: 'llama3', destination: 'mine' }],
  ['DELETE', '/api/delete', { model: 'llama3' }],
];
const lmStudioCalls: typeof calls = [
  ['POST', '/api/v1/models/load', { model: 'qwen3', context_length: 8192 }],
  ['POST', '/api/v1/models/unload', { instance_id: 'qwen3' }],
  ['POST', '/api/v1/models/download', { model: 'ibm/granite-4' }],
];

describe('a key with the right models:manage', () => {
  test.each(calls)('%s %s goes up as it came', async (method, path, body) => {
    grant('models:manage');
    const response = await send(method, path, body);
    expect(response.status, await response.text()).toBe(200);
    const [arrival] = bed.upstream.journal;
    expect([arrival?.method, arrival?.path, arrival?.body.toString()]).toEqual([method, path, JSON.stringify(body)]);
  });
  test.each(lmStudioCalls)('%s %s goes up to LM Studio as it came', async (method, path, body) => {
    await bed.close();
    bed = await makeBed({ kind: 'lmstudio' });
    grant('models:manage');
    expect((await send(method, path, body)).status).toBe(200);
    expect(bed.upstream.journal[0]?.body.toString()).toBe(JSON.stringify(body));
    expect((await bed.fetch('/api/v1/models/download/status/job_1')).status).toBe(200);
  });
  test('gets the progress of a download as it comes', async () => {
    grant('models:manage');
    let finish = () => {};
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'application/x-ndjson' });
      res.write('{"status":"pulling manifest"}\n');
      finish = () => res.end('{"status":"success"}\n');
    };
    const response = await send('POST', '/api/pull', { model: 'llama3' });
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('{"status":"pulling manifest"}\n');
    finish();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('{"status":"success"}\n');
    expect((await reader?.read())?.done).toBe(true);
  });
  test('needs another right for what spends the owner’s money or reaches elsewhere', async () => {
    const costly: readonly (readonly [string, object])[] = [
      ['/api/pull', { model: 'gpt-oss:120b-cloud' }],
      ['/api/create', { model: 'mine', from: 'kimi:cloud' }],
      ['/api/create', { model: 'mine', remote_host: 'https://ollama.com' }],
      ['/api/copy', { source: 'kimi:cloud', destination: 'mine' }],
      ['/api/pull', { model: 'http://169.254.169.254/x' }],
      ['/api/pull', { model: 'host/x', insecure: true }],
    ];
    grant('models:manage');
    for (const [path, body] of costly)
      expect(codeOf(await send('POST', path, body)), path).toBe('operation_not_allowed');
    expect(bed.upstream.journal).toHaveLength(0);
    grant(...operationPresets.full);
    for (const [path, body] of costly) expect((await send('POST', path, body)).status).toBe(200);
  });
  test('manages only the models on its list', async () => {
    bed.changeKey(bed.keyId, { models: ['llama*'], policy: { ...usualPolicy, operations: ['models:manage'] } });
    expect((await send('POST', '/api/pull', { model: 'llama3' })).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/api/pull', { model: 'qwen3' }],
      ['POST', '/api/pull', { name: 'qwen3' }],
      ['POST', '/api/pull', { model: 'llama3', name: 'qwen3' }],
      ['POST', '/api/copy', { source: 'llama3', destination: 'qwen3' }],
      ['POST', '/api/copy', { source: 'qwen3', destination: 'llama3' }],
      ['POST', '/api/create', { model: 'llama3', from: 'qwen3' }],
      ['DELETE', '/api/delete', {}],
    ] as const) {
      expect(codeOf(await send(method, path, body)), JSON.stringify(body)).toBe('model_not_allowed');
    }
  });
  test('may not do what is for nobody', async () => {
    grant(...operationPresets.full);
    for (const path of ['/api/me', '/api/signout', '/api/experimental/web_search', '/slots/0', '/props', '/tools']) {
      const response = await bed.fetch(path, { method: 'POST' });
      expect([response.status, codeOf(response)], path).toEqual([403, 'operation_not_allowed']);
      expect(await response.text()).toContain('the account of its owner');
    }
    expect(bed.upstream.journal).toHaveLength(0);
  });
});

describe('who may not manage models', () => {
  test('is told which right is missing', async () => {
    const response = await send('POST', '/api/pull', { model: 'llama3' });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain(
      'may not do this: downloading models. The owner of this server can give it',
    );
  });
  test('this computer and open mode have the rights of a new key, and no more', async () => {
    bed.settings({ 'access.localhostBypass': true });
    const pull = () => bed.fetch('/api/pull', { method: 'POST', body: '{"model":"m"}', key: null });
    const cloud = () => bed.fetch('/api/chat', { method: 'POST', body: '{"model":"kimi:cloud"}', key: null });
    const chat = () => bed.fetch('/api/chat', { method: 'POST', body: '{"model":"m"}', key: null });
    for (const settings of [{}, { 'access.requireKey': false, 'access.localhostBypass': false }]) {
      bed.settings(settings);
      expect((await chat()).status).toBe(200);
      expect(codeOf(await pull())).toBe('operation_not_allowed');
      expect(codeOf(await cloud())).toBe('operation_not_allowed');
    }
  });
});

const digest = `sha256:${'a'.repeat(64)}`;
const upload = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) =>
  bed.fetch(`/api/blobs/${digest}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/octet-stream', ...headers },
    duplex: 'half',
  } as RequestInit);

describe('the upload of a model file', () => {
  test('ends at its head for who may not: nothing of it is read or passed on', async () => {
    const head = `POST /api/blobs/${digest} HTTP/1.1\r\nHost: 127.0.0.1:${bed.port}\r\nAuthorization: Bearer ${bed.key}\r\nContent-Length: 99999999999\r\n\r\n`;
    const answer = await bed.raw(head, /\}$/);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toMatch(/connection: close/i);
    expect(bed.upstream.rawBytes()).toBe('');
  });

  test('passes as it comes: the first bytes are there before the last are sent', async () => {
    grant('models:manage');
    const body = new TransformStream<Uint8Array, Uint8Array>();
    const writer = body.writable.getWriter();
    const asking = upload(body.readable);
    await writer.write(Buffer.from('first '));
    await vi.waitUntil(() => bed.upstream.rawBytes().includes('first '), { interval: 5, timeout: 10_000 });
    await writer.write(Buffer.from('last'));
    await writer.close();
    const response = await asking;
    expect(response.status, await response.text()).toBe(200);
    expect(bed.upstream.journal[0]?.body.toString()).toBe('first last');
    expect(bed.upstream.journal[0]?.headers['transfer-encoding']).toBe('chunked');
  });

  test('keeps its length, whatever its clients say that it is', async () => {
    grant('models:manage');
    bed.upstream.behave = (_arrival, res) => void res.writeHead(201).end();
    // More than all bodies together may hold in memory.
    bed.settings({ 'limits.bodiesInFlightBytes': 1024 * 1024, 'limits.bodyMaxBytes': 1024 });
    const bytes = new Uint8Array(8 * 1024 * 1024).fill(7);
    for (const type of ['application/octet-stream', 'application/json']) {
      expect((await upload(bytes, { 'content-type': type })).status).toBe(201);
    }
    expect(bed.upstream.journal.map(({ body, headers }) => [body.length, headers['content-length']])).toEqual([
      [bytes.length, String(bytes.length)],
      [bytes.length, String(bytes.length)],
    ]);
    expect(bed.rows.at(-1)).toMatchObject({ status: 201, bytesIn: bytes.length, operation: 'models:manage' });
  });

  test('of more than its bound is refused by its head, or cut where it says no length', async () => {
    grant('models:manage');
    bed.settings({ 'limits.uploadMaxBytes': 1024 });
    expect(codeOf(await upload(new Uint8Array(1025)))).toBe('body_too_large');
    expect(bed.upstream.journal).toHaveLength(0);
    const chunked = await new Promise<string>((resolve, reject) => {
      const req = request(
        {
          port: bed.port,
          method: 'POST',
          path: `/api/blobs/${digest}`,
          headers: { authorization: `Bearer ${bed.key}`, 'transfer-encoding': 'chunked' },
        },
        (res) => resolve(String(res.headers['x-keyhatch-error'])),
      );
      req.on('error', reject);
      for (let i = 0; i < 3; i += 1) req.write(Buffer.alloc(512));
    });
    expect(chunked).toBe('body_too_large');
  });

  test('that is compressed, or of another kind, is refused', async () => {
    grant('models:manage');
    expect(codeOf(await upload('x', { 'content-encoding': 'gzip' }))).toBe('encoding_unsupported');
    expect(codeOf(await upload('x', { 'content-type': 'text/plain' }))).toBe('content_type_not_allowed');
  });

  test('goes with its client, and with its key', async () => {
    grant('models:manage');
    const ends: (() => void)[] = [() => {}, () => bed.changeKey(bed.keyId, { status: 'revoked' })];
    for (const end of ends) {
      const arrival = bed.upstream.nextArrival();
      const req = request({
        port: bed.port,
        method: 'POST',
        path: `/api/blobs/${digest}`,
        headers: { authorization: `Bearer ${bed.key}`, 'content-length': 1000 },
      });
      req.on('error', () => {});
      const begun = bed.upstream.rawBytes().length;
      req.write('some');
      while (!bed.upstream.rawBytes().slice(begun).includes('some'))
        await new Promise((resolve) => setImmediate(resolve));
      end();
      if (end === ends[0]) req.destroy();
      expect((await arrival).body.toString()).toBe('some');
    }
    expect(bed.rows.at(-1)).toMatchObject({ errorCode: 'key_revoked' });
  });

  test('that its server refuses early shows that answer', async () => {
    grant('models:manage');
    const early = request({
      port: bed.port,
      method: 'POST',
      path: `/api/blobs/${digest}`,
      headers: { authorization: `Bearer ${bed.key}`, expect: '100-continue', 'content-length': 4 },
    });
    bed.upstream.behave = (_arrival, res) => json(res, 400, { error: 'digest mismatch' });
    const status = new Promise((resolve) => early.on('response', (res) => resolve(res.resume().statusCode)));
    early.on('continue', () => early.end('four'));
    early.flushHeaders();
    expect(await status).toBe(400);
  });

  test('whether it is there can be asked', async () => {
    grant('models:manage');
    bed.upstream.behave = (_arrival, res) => void res.writeHead(404).end();
    expect((await bed.fetch(`/api/blobs/${digest}`, { method: 'HEAD' })).status).toBe(404);
    expect(bed.upstream.journal[0]?.method).toBe('HEAD');
  });
});
