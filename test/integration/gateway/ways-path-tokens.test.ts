// A path token: what it opens, where and how long; that it is gone from the path before anybody writes one down; and that no
// shape of a path gets round the route table with it in front.

import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { takePathToken } from '../../../electron/gateway/path-token.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { chat, sendRaw } from '../../fakes/gateway-bed.ts';
import { holdStreams } from '../../fakes/held-stream.ts';
import { makeWaysBed, plain, type WaysBed, waysKeyId } from '../../fakes/ways-bed.ts';

let bed: WaysBed;
let token = '';
beforeEach(async () => {
  bed = await makeWaysBed();
  ({ token } = await bed.addPath());
});
afterEach(() => bed.close());

const ask = (path: string, headers: Record<string, string> = {}, body = chat()) =>
  plain({ port: bed.port }, path, headers, body);

test('opens every dialect’s base path, counts on its key and is marked', async () => {
  for (const path of ['/v1/chat/completions', '/v1/messages', '/api/v1/chat/completions', '/api/chat']) {
    expect((await ask(`/k/${token}${path}`)).status, path).toBe(200);
  }
  expect((await plain({ port: bed.port }, `/k/${token}/v1/models`)).status).toBe(200);
  expect(new Set(bed.rows.map(({ keyId, caller }) => `${keyId} ${caller}`))).toEqual(
    new Set([`${waysKeyId} path_token`]),
  );
});

test('is taken out everywhere: not in a log, not in a row, not upstream, not in what is answered', async () => {
  const secret = token.slice(-38);
  await ask(`/k/${token}/v1/chat/completions`);
  for (const path of [
    '/nowhere',
    '/v1/chat/completions?odd=1',
    '/v1/../api/pull',
    '',
    '?x=1',
    '/health',
    '//v1/models',
  ]) {
    const answer = await ask(`/k/${token}${path}`, { 'user-agent': 'tv' });
    expect(answer.text, path).not.toContain(secret);
  }
  await plain({ port: bed.port }, `/k/${token}x/v1/models`);
  await plain({ port: bed.port }, `/v1/models/${token}`);
  await plain({ port: bed.port }, `/v1/models?a=${token}`);
  const broken = await sendRaw(
    bed.port,
    `GET /k/${token}/v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n`,
  );
  expect(bed.upstream.rawBytes()).toContain('POST /v1/chat/completions');
  const told = [bed.upstream.rawBytes(), JSON.stringify(bed.rows), bed.log.join('\n'), broken, bed.strangers.join(' ')];
  for (const text of told) expect(text).not.toContain(secret);
});

describe('wrong ones are refused like wrong keys, each by its own code', () => {
  test('unknown, mistyped, expired', async () => {
    const { token: expired } = await bed.addPath({ expiresAt: 1 });
    const other = await makeWaysBed();
    const { token: foreign } = await other.addPath();
    await other.close();
    expect((await ask(`/k/${foreign}/v1/chat/completions`)).code).toBe('key_unknown');
    expect((await ask(`/k/${token.slice(0, -1)}/v1/chat/completions`)).code).toBe('key_malformed');
    expect((await ask('/k/khp_/v1/chat/completions')).code).toBe('key_malformed');
    expect((await ask(`/k/${expired}/v1/chat/completions`)).code).toBe('path_token_expired');
    expect(bed.upstream.journal).toHaveLength(0);
  });
  test('guesses from elsewhere are counted for the lockout', async () => {
    bed.settings({ 'access.lockoutAttempts': 2 });
    const guess = () => ask(`/k/${token.slice(0, -1)}/v1/chat/completions`, { via: '1.1 elsewhere' });
    expect([(await guess()).code, (await guess()).code, (await guess()).code]).toEqual([
      'key_malformed',
      'key_malformed',
      'too_many_attempts',
    ]);
  });
  test('a locked vault says so', async () => {
    bed.lock({ vault: 'the OS keychain', reason: 'it is locked' });
    expect((await ask(`/k/${token}/v1/chat/completions`)).code).toBe('vault_locked');
  });
});

describe('it is no key, and no key is one', () => {
  test('in a header it opens nothing', async () => {
    expect((await ask('/v1/chat/completions', { authorization: `Bearer ${token}` })).code).toBe('key_unknown');
  });
  test('keys in URLs are refused as ever, in its place too', async () => {
    for (const path of [`/k/${bed.key}/v1/models`, `/v1/models/${bed.key}`, `/v1/models?key=x`]) {
      expect((await plain({ port: bed.port }, path)).code, path).toBe('key_in_url');
    }
    expect((await plain({ port: bed.port }, `/v1/models/${token}`)).code).toBe('key_in_url');
    expect((await plain({ port: bed.port }, `/k/${token}/k/${token}/v1/models`)).code).toBe('key_in_url');
  });
  test('a key of ours beside it is one credential too many; what clients send for want of one is not', async () => {
    expect((await ask(`/k/${token}/v1/chat/completions`, { authorization: `Bearer ${bed.key}` })).code).toBe(
      'key_ambiguous',
    );
    expect((await ask(`/k/${token}/v1/chat/completions`, { authorization: 'Bearer sk-xxx' })).status).toBe(200);
    expect((await ask(`/k/${token}/v1/chat/completions`, { 'x-api-key': 'sk-foreign-value' })).status).toBe(200);
  });
});

test('is bound to its networks', async () => {
  const { token: elsewhere } = await bed.addPath({ networks: ['192.168.7.0/24'] });
  expect((await ask(`/k/${elsewhere}/v1/chat/completions`)).code).toBe('network_not_allowed');
  expect((await ask(`/k/${token}/v1/chat/completions`, { 'x-forwarded-for': '127.0.0.1' })).code).toBe(
    'network_not_allowed',
  );
  bed.changeKey(waysKeyId, { policy: { ...usualPolicy, networks: ['192.168.7.0/24'] } });
  expect((await ask(`/k/${token}/v1/chat/completions`)).code).toBe('network_not_allowed');
});

test('is bound to its models and to those of its key, in lists too', async () => {
  bed.addUpstream(bed.upstream, { models: new Set(['m', 'other']) });
  const { token: narrow } = await bed.addPath({ models: ['m', 'secret'] });
  bed.changeKey(waysKeyId, { models: ['m', 'other'] });
  const one = async (model: string) => (await ask(`/k/${narrow}/v1/chat/completions`, {}, chat({ model }))).code;
  expect([await one('m'), await one('other'), await one('secret')]).toEqual([
    undefined,
    'model_not_allowed',
    'model_not_allowed',
  ]);
});

test('opens inference and lists alone, whatever its key may do', async () => {
  await bed.close();
  const operations = [...usualPolicy.operations, 'models:manage', 'cloud', 'tools', 'remote_media', 'metrics'] as const;
  bed = await makeWaysBed({ kind: 'ollama', key: { policy: { ...usualPolicy, operations: [...operations] } } });
  ({ token } = await bed.addPath());
  for (const [path, body] of [
    ['/api/pull', { model: 'm' }],
    ['/api/chat', { model: 'big:cloud', messages: [] }],
  ] as const) {
    expect((await ask(`/k/${token}${path}`, {}, JSON.stringify(body))).code, path).toBe('operation_not_allowed');
  }
  expect((await plain({ port: bed.port }, `/k/${token}/keyhatch/v1/key`)).code).toBe('operation_not_allowed');
  expect((await plain({ port: bed.port }, `/k/${token}/api/tags`)).status).toBe(200);
});

test('no shape of a path leads round the table of routes behind it', async () => {
  const shapes = [
    '/v1/../api/pull',
    '/v1/%2e%2e/api/pull',
    '//evil/v1/models',
    '/v1\\..\\api',
    '/v1/models/..%2fpull',
    '/v1/models;x',
    '/v1/models%00',
    '/V1/models',
    '/v1/models.',
    '/v1/anything/api/extra/abort',
    '/k/x/v1/models',
  ];
  for (const shape of shapes) {
    const head = `GET /k/${token}${shape} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    expect(await sendRaw(bed.port, head), shape).toMatch(/^HTTP\/1\.1 40[04]/);
  }
  for (const target of [`http://evil/k/${token}/v1/models`, `//k/${token}/v1/models`, `/k/./${token}/v1/models`, '*']) {
    const head = `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    const answer = await sendRaw(bed.port, head);
    expect(answer, target).toMatch(/^HTTP\/1\.1 400/);
    expect(answer).not.toContain(token.slice(-38));
  }
  expect(bed.upstream.journal).toHaveLength(0);
});

test('waits in line as its key does: one that is paused waits for nothing', async () => {
  const upstream = await startFakeUpstream();
  onTestFinished(upstream.close);
  bed.upstreams.splice(0);
  bed.addUpstream(upstream, { parallel: 1 });
  const held = holdStreams();
  upstream.behave = held.behave;
  const arrived = upstream.nextArrival();
  const first = bed.fetch('/v1/chat/completions', { method: 'POST', body: chat({ stream: true }) });
  await arrived;
  const waiting = ask(`/k/${token}/v1/chat/completions`);
  await expect.poll(() => bed.gateway.queued()).toBe(1);
  bed.changeKey(waysKeyId, { status: 'paused' });
  expect((await waiting).code).toBe('key_paused');
  held.letGo();
  await (await first).text();
});

test('to whoever holds one the server says no more of itself than to a stranger', async () => {
  const { token: anywhere } = await bed.addPath({ networks: ['anywhere'] });
  const elsewhere = { via: '1.1 elsewhere' };
  const health = await plain({ port: bed.port }, `/k/${anywhere}/health`, elsewhere);
  expect(JSON.parse(health.text)).toEqual({ status: 'ok' });
  const info = await plain({ port: bed.port }, `/k/${anywhere}/api/info`, elsewhere);
  expect(JSON.parse(info.text)).toEqual({ name: 'Keyhatch', auth: 'key' });
});

test('stored responses of its key are not its own', async () => {
  bed.upstream.behave = (_arrival, res) =>
    void res.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"resp_1","object":"response"}');
  const made = await bed.fetch('/v1/responses', { method: 'POST', body: JSON.stringify({ model: 'm', input: 'hi' }) });
  await made.arrayBuffer();
  expect((await plain({ port: bed.port }, `/k/${token}/v1/responses/resp_1`)).code).toBe('response_unknown');
});

test('only the first segment after /k/ is taken, whatever it holds', () => {
  const taken = (url: string) => {
    const req = { url };
    return [takePathToken(req), req.url];
  };
  expect(taken('/k/khp_a/v1/models?x=1')).toEqual(['khp_a', '/v1/models?x=1']);
  expect(taken('/k/khp_a')).toEqual(['khp_a', '/']);
  expect(taken('/k/khp_a?x')).toEqual(['khp_a', '/?x']);
  expect(taken('/k/khp_%2f/v1')).toEqual(['khp_%2f', '/v1']);
  expect(taken('/k/kh_a/v1')).toEqual([undefined, '/k/kh_a/v1']);
  expect(taken('/x/k/khp_a')).toEqual([undefined, '/x/k/khp_a']);
});
