// The second port: programs there count as one key without sending it, and no page, proxy or tunnel does.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { chat, sendRaw } from '../../fakes/gateway-bed.ts';
import { lanAddress, makeWaysBed, plain, type WaysBed, waysKeyId } from '../../fakes/ways-bed.ts';

let bed: WaysBed;
let port = 0;
beforeEach(async () => {
  bed = await makeWaysBed();
  ({ port } = await bed.openPort());
});
afterEach(() => bed.close());

const ask = (headers: Record<string, string> = {}) => plain({ port }, '/v1/chat/completions', headers, chat());

test('counts programs without a key as the key it is bound to, marked as such', async () => {
  expect((await ask()).status).toBe(200);
  expect((await ask({ host: `localhost:${port}`, 'x-api-key': 'not-needed' })).status).toBe(200);
  expect(bed.rows.map(({ keyId, caller }) => [keyId, caller])).toEqual([
    [waysKeyId, 'second_port'],
    [waysKeyId, 'second_port'],
  ]);
  expect((await plain({ port: bed.port }, '/v1/models')).code).toBe('key_missing');
});

test('a valid key wins there, and a wrong one is refused', async () => {
  const own = bed.addKey();
  expect((await ask({ authorization: `Bearer ${own.key}` })).status).toBe(200);
  expect(bed.rows.map(({ keyId, caller }) => [keyId, caller])).toEqual([[own.id, 'key']]);
  expect((await ask({ authorization: 'Bearer sk-typo-of-something' })).code).toBe('key_unknown');
});

describe('no browser page can use it', () => {
  test('by its Origin, allowed or not', async () => {
    bed.settings({ 'cors.mode': 'list', 'cors.origins': ['http://page.example'] });
    expect((await ask({ origin: 'http://page.example' })).code).toBe('key_missing');
    expect((await ask({ origin: 'http://evil.example' })).code).toBe('origin_not_allowed');
    expect((await ask({ origin: 'null' })).code).toBe('origin_not_allowed');
  });
  test('without an Origin, by what its browser says of it', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect((await ask({ 'sec-fetch-site': site })).code).toBe('origin_not_allowed');
    }
    expect((await ask({ 'sec-fetch-site': 'same-origin' })).code).toBe('key_missing');
    bed.settings({ 'cors.mode': 'any' });
    expect((await ask({ 'sec-fetch-site': 'cross-site' })).code).toBe('key_missing');
  });
  test('by a name that it made point here (DNS rebinding)', async () => {
    expect((await ask({ host: `evil.example:${port}` })).code).toBe('host_not_allowed');
    bed.settings({ 'server.allowedHosts': ['nas.lan'] });
    expect((await ask({ host: 'nas.lan' })).code).toBe('key_missing');
    expect((await ask({ host: '0.0.0.0' })).code).toBe('host_not_allowed');
  });
  test('by a body that needs no preflight', async () => {
    expect((await ask({ 'content-type': 'text/plain' })).code).toBe('content_type_not_allowed');
  });
});

test('nothing that was forwarded is taken for a program of this machine', async () => {
  for (const header of ['x-forwarded-for', 'forwarded', 'via', 'cf-ray', 'x-real-ip', 'ngrok-trace-id']) {
    expect((await ask({ [header]: '127.0.0.1' })).code, header).toBe('key_missing');
  }
  const old = await sendRaw(port, 'GET /v1/models HTTP/1.0\r\nHost: localhost\r\n\r\n');
  expect(old).toContain('key_missing');
});

test('with keys off it is no open door either: who is no program of this machine needs one there', async () => {
  bed.settings({ 'access.requireKey': false });
  expect((await ask({ via: '1.1 elsewhere' })).code).toBe('key_missing');
  expect((await ask({ 'sec-fetch-site': 'same-origin' })).code).toBe('key_missing');
  expect((await ask()).status).toBe(200);
  expect(bed.rows.at(-1)).toMatchObject({ keyId: waysKeyId, caller: 'second_port' });
  expect((await plain({ port: bed.port }, '/v1/models', { via: '1.1 elsewhere' })).status).toBe(200);
});

test('never manages models and never uses a cloud', async () => {
  await bed.close();
  const policy = {
    ...usualPolicy,
    operations: [...usualPolicy.operations, 'models:manage' as const, 'cloud' as const],
  };
  bed = await makeWaysBed({ kind: 'ollama', key: { policy } });
  ({ port } = await bed.openPort());
  for (const [path, body] of [
    ['/api/pull', { model: 'm' }],
    ['/api/chat', { model: 'big:cloud', messages: [] }],
  ] as const) {
    expect((await plain({ port }, path, {}, JSON.stringify(body))).code).toBe('operation_not_allowed');
  }
});

test('beyond loopback it serves programs of private networks alone, under the same rules', async () => {
  const lan = lanAddress();
  expect(lan, 'this machine has no address beside the loopback one').toBeDefined();
  const { port: wide } = await bed.openPort(lan);
  const isPrivate = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(lan ?? '');
  const answer = await plain({ host: lan ?? '', port: wide }, '/v1/models');
  expect(answer.code).toBe(isPrivate ? undefined : 'key_missing');
});

test('what it let in ends when it is closed, and nobody listens there any more', async () => {
  const [way] = bed.waysIn.all();
  const arrived = Promise.withResolvers<void>();
  bed.upstream.behave = () => arrived.resolve();
  const running = ask();
  await arrived.promise;
  bed.waysIn.remove(way?.id ?? '');
  bed.gateway.passesChanged();
  await bed.gateway.secondPort.close();
  expect((await running).code).toBe('way_closed');
  await expect(ask()).rejects.toThrow();
});

test('stops with the server', async () => {
  await bed.gateway.stop(0);
  expect(bed.gateway.secondPort.urls()).toEqual([]);
  await expect(ask()).rejects.toThrow();
});
