// Where a key, or anybody, may come from: decided by the socket alone, before a body is read.

import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKeyRules } from '../../../electron/gateway/key-rules.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

const allow = (...networks: string[]) => bed.changeKey(bed.keyId, { policy: { ...usualPolicy, networks } });
const ask = (headers: Record<string, string> = {}, key: string | null = bed.key) =>
  bed.fetch('/v1/chat/completions', { method: 'POST', body: chat(), headers, key });
const codeOf = (response: Response) => response.headers.get('x-keyhatch-error');

describe('a key with networks', () => {
  test.each(['this-computer', 'my-network', 'anywhere', '127.0.0.0/8', '127.0.0.1'])(
    'comes in under %s',
    async (one) => {
      allow('203.0.113.0/24', one);
      expect((await ask()).status).toBe(200);
    },
  );

  test('is refused from elsewhere, named with the address, and its row says so', async () => {
    allow('203.0.113.0/24', '2001:db8::/32');
    const response = await ask();
    expect(response.status).toBe(403);
    expect(codeOf(response)).toBe('network_not_allowed');
    expect(await response.text()).toContain('may not be used from this computer');
    expect(bed.upstream.journal).toHaveLength(0);
    expect(bed.rows).toMatchObject([{ outcome: 'refused', errorCode: 'network_not_allowed', keyId: bed.keyId }]);
  });

  test('is refused at its head, before the body', async () => {
    allow('203.0.113.7');
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${bed.port}\r\nAuthorization: Bearer ${bed.key}\r\nContent-Type: application/json\r\nContent-Length: 999999\r\n\r\n`;
    expect(await bed.raw(head, /\}$/)).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('uses up none of its requests a minute from elsewhere', async () => {
    bed.changeKey(bed.keyId, {
      limits: { rpm: 1, parallel: null },
      policy: { ...usualPolicy, networks: ['203.0.113.7'] },
    });
    for (let i = 0; i < 3; i += 1) expect((await ask()).status).toBe(403);
    allow('this-computer');
    expect((await ask()).status).toBe(200);
  });

  test('may not ask about itself from elsewhere either', async () => {
    allow('203.0.113.7');
    expect((await bed.fetch('/keyhatch/v1/key')).status).toBe(403);
  });

  // A program here that passes on what comes from elsewhere: an address of this machine says nothing then.
  test.each([
    { 'x-forwarded-for': '127.0.0.1' },
    { 'x-real-ip': '127.0.0.1' },
    { forwarded: 'for=127.0.0.1' },
    { via: '1.1 proxy' },
    { 'cf-connecting-ip': '127.0.0.1' },
    { 'tailscale-user-login': 'me' },
  ])('does not come from this computer with %j', async (headers) => {
    for (const network of ['this-computer', 'my-network', '127.0.0.0/8', '0.0.0.0/0']) {
      allow(network);
      expect(codeOf(await ask(headers)), network).toBe('network_not_allowed');
    }
    allow('anywhere');
    expect((await ask(headers)).status).toBe(200);
  });

  test('cannot be let in by a header that names an allowed address', async () => {
    allow('203.0.113.0/24');
    for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'true-client-ip', 'x-client-ip']) {
      expect((await ask({ [name]: '203.0.113.7' })).status, name).toBe(403);
    }
  });

  test('comes from this computer in HTTP/1.1 alone, as some proxies speak 1.0 and hide', async () => {
    allow('this-computer');
    const head = (version: string) =>
      `GET /v1/models HTTP/${version}\r\nHost: 127.0.0.1:${bed.port}\r\nAuthorization: Bearer ${bed.key}\r\nConnection: close\r\n\r\n`;
    expect(await bed.raw(head('1.1'))).toMatch(/^HTTP\/1\.1 200/);
    expect(await bed.raw(head('1.0'))).toMatch(/^HTTP\/1\.1 403/);
  });
});

test('a WebSocket is let in by the same networks and rights', async () => {
  const head = () =>
    `GET /v1/responses HTTP/1.1\r\nHost: 127.0.0.1:${bed.port}\r\nAuthorization: Bearer ${bed.key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
  const open = () => bed.raw(head(), /\r\n\r\n/);
  allow('this-computer');
  expect(await open()).toMatch(/^HTTP\/1\.1 101/);
  allow('203.0.113.7');
  expect(await open()).toMatch(/^HTTP\/1\.1 403[\s\S]*network_not_allowed/i);
  bed.changeKey(bed.keyId, { policy: { ...usualPolicy, operations: ['embeddings'] } });
  expect(await open()).toMatch(/^HTTP\/1\.1 403[\s\S]*operation_not_allowed/i);
});

describe('the whole gateway', () => {
  test('refuses whoever comes from elsewhere, with a key or without, before it looks at one', async () => {
    bed.settings({ 'access.networks': ['203.0.113.0/24'] });
    for (const key of [bed.key, null, 'kh_wrong']) expect(codeOf(await ask({}, key))).toBe('network_not_allowed');
    expect((await bed.fetch('/health', { key: null })).status).toBe(403);
    expect(bed.strangers.filter((code) => code === 'network_not_allowed')).toHaveLength(4);
    bed.settings({ 'access.networks': ['this-computer'] });
    expect((await ask()).status).toBe(200);
    expect((await ask({ via: '1.1 x' })).status).toBe(403);
  });
  test('and a key’s own networks stand beside it', async () => {
    bed.settings({ 'access.networks': ['anywhere'] });
    allow('203.0.113.7');
    expect((await ask()).status).toBe(403);
  });
});

test('a request over another address of this machine is one from its network', async () => {
  const lan = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
  // Without a network there is only the loopback address, which the tests above are about.
  if (lan === undefined) return expect(lan).toBeUndefined();
  await bed.close();
  bed = await makeBed({ hosts: ['0.0.0.0'] });
  const fromLan = () =>
    fetch(`http://${lan}:${bed.port}/v1/models`, { headers: { authorization: `Bearer ${bed.key}` } });
  allow('this-computer');
  expect((await fromLan()).status).toBe(403);
  allow(`${lan}/32`);
  expect((await fromLan()).status).toBe(200);
});

test('IPv4 in IPv6 form is that IPv4 address, and a family fits only its own blocks', () => {
  const { admits } = createKeyRules();
  const from = (clientAddress: string) => ({ clientAddress, fromThisComputer: false });
  expect(admits(['192.168.0.0/16'], from('::ffff:192.168.1.7'))).toBe(true);
  expect(admits(['::/0'], from('192.168.1.7'))).toBe(false);
  expect(admits(['0.0.0.0/0'], from('2001:db8::1'))).toBe(false);
  expect(admits(['my-network'], from('fe80::1'))).toBe(true);
  expect(admits(['my-network'], from('8.8.8.8'))).toBe(false);
  expect(admits(['anywhere'], from(''))).toBe(true);
  expect(admits(['0.0.0.0/0', '::/0'], from(''))).toBe(false);
  expect(admits(null, from('8.8.8.8'))).toBe(true);
});
