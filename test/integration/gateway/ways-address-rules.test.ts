// An address rule: a known machine counts as a key, and nothing that merely looks like that machine does.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { unsuitableForRule } from '../../../shared/ways-model.ts';
import { chat, makeBed } from '../../fakes/gateway-bed.ts';
import { lanAddress, makeWaysBed, plain, type WaysBed, waysKeyId } from '../../fakes/ways-bed.ts';

// Two ends on one machine stand for two machines: only the gateway's list of its own addresses tells them apart.
const lan = lanAddress() ?? '';
let bed: WaysBed;
beforeEach(async () => {
  expect(lan, 'this machine has no address beside the loopback one').not.toBe('');
  bed = await makeWaysBed({ hosts: ['0.0.0.0'] });
});
afterEach(() => bed.close());

const ask = (headers: Record<string, string> = {}, path = '/v1/chat/completions') =>
  plain({ host: lan, port: bed.port }, path, headers, path.startsWith('/v1/models') ? undefined : chat());

test('lets a machine in without a key, and counts what it does on the key of the rule, marked as such', async () => {
  bed.addRule(`${lan}/32`);
  expect((await ask()).status).toBe(200);
  expect((await ask({ authorization: 'Bearer lm-studio' })).status).toBe(200);
  expect(bed.rows.map(({ keyId, caller }) => [keyId, caller])).toEqual([
    [waysKeyId, 'address_rule'],
    [waysKeyId, 'address_rule'],
  ]);
});

test('is off unless it was opened, and holds for its own block alone', async () => {
  expect((await ask()).code).toBe('key_missing');
  bed.addRule('10.11.12.0/24');
  expect((await ask()).code).toBe('key_missing');
});

test('the narrowest rule decides', async () => {
  const narrow = bed.addKey({ name: 'narrow' });
  bed.addRule(`${lan.replace(/\d+$/, '0')}/24`);
  bed.addRule(`${lan}/32`, narrow.id);
  expect((await ask()).status).toBe(200);
  expect(bed.rows[0]?.keyId).toBe(narrow.id);
});

describe('a rule stands behind keys', () => {
  beforeEach(() => void bed.addRule(`${lan}/32`));
  test('a valid key wins', async () => {
    const own = bed.addKey();
    expect((await ask({ authorization: `Bearer ${own.key}` })).status).toBe(200);
    expect(bed.rows.map(({ keyId, caller }) => [keyId, caller])).toEqual([[own.id, 'key']]);
  });
  test('a wrong one is refused as always', async () => {
    expect((await ask({ authorization: 'Bearer sk-somebody-elses-key' })).code).toBe('key_unknown');
    expect((await ask({ 'x-api-key': bed.key.slice(0, -1) })).code).toBe('key_malformed');
  });
});

describe('a forwarding header defeats it', () => {
  for (const header of [
    'x-forwarded-for',
    'forwarded',
    'x-real-ip',
    'via',
    'cf-connecting-ip',
    'ngrok-trace-id',
    'tailscale-user-login',
    'x-amzn-trace-id',
  ]) {
    test(header, async () => {
      bed.addRule(`${lan}/32`);
      expect((await ask({ [header]: lan })).code).toBe('key_missing');
    });
  }
  test('and a forged one cannot bring a stranger under it', async () => {
    bed.addRule('10.11.12.13');
    expect((await ask({ 'x-forwarded-for': '10.11.12.13' })).code).toBe('key_missing');
  });
});

test('no browser page comes in by it, allowed or not', async () => {
  bed.addRule(`${lan}/32`);
  bed.settings({ 'cors.mode': 'list', 'cors.origins': ['http://page.example'] });
  expect((await ask({ origin: 'http://page.example' })).code).toBe('key_missing');
  expect((await ask({ origin: 'http://other.example' })).code).toBe('origin_not_allowed');
  expect((await ask({ 'sec-fetch-site': 'same-origin' })).code).toBe('key_missing');
  expect((await ask({ 'sec-fetch-site': 'cross-site' })).code).toBe('origin_not_allowed');
  expect((await ask({ host: 'rebound.example' })).code).toBe('host_not_allowed');
});

test('no program of this machine comes in by it: not over loopback, not over another of its addresses', async () => {
  bed.addRule('127.0.0.1');
  expect((await plain({ port: bed.port }, '/v1/models')).code).toBe('key_missing');
  await bed.close();
  bed = await makeWaysBed({ hosts: ['0.0.0.0'], machineAddresses: () => [lan] });
  bed.addRule(`${lan}/32`);
  expect((await ask()).code).toBe('key_missing');
});

test('never manages models and never uses a cloud, whatever its key may do', async () => {
  await bed.close();
  const operations = [...usualPolicy.operations, 'models:manage', 'cloud'] as const;
  const key = { policy: { ...usualPolicy, operations: [...operations] } };
  bed = await makeWaysBed({ hosts: ['0.0.0.0'], kind: 'ollama', key });
  bed.addRule(`${lan}/32`);
  const to = { host: lan, port: bed.port };
  const withKey = { authorization: `Bearer ${bed.key}` };
  for (const [path, body] of [
    ['/api/pull', { model: 'm' }],
    ['/api/chat', { model: 'big:cloud', messages: [] }],
  ] as const) {
    expect((await plain(to, path, {}, JSON.stringify(body))).code).toBe('operation_not_allowed');
    expect((await plain(to, path, withKey, JSON.stringify(body))).code).not.toBe('operation_not_allowed');
  }
});

test('ends with its key: paused, revoked, expired', async () => {
  bed.addRule(`${lan}/32`);
  bed.changeKey(waysKeyId, { status: 'paused' });
  expect((await ask()).code).toBe('key_paused');
  bed.changeKey(waysKeyId, { status: 'revoked' });
  expect((await ask()).code).toBe('key_revoked');
  bed.changeKey(waysKeyId, { status: 'active', expiresAt: 1 });
  expect((await ask()).code).toBe('key_expired');
});

test('what it let in ends when it is closed', async () => {
  const rule = bed.addRule(`${lan}/32`);
  const arrived = Promise.withResolvers<void>();
  bed.upstream.behave = () => arrived.resolve();
  const running = ask();
  await arrived.promise;
  bed.waysIn.remove(rule.id);
  bed.gateway.passesChanged();
  expect((await running).code).toBe('way_closed');
  expect(bed.rows[0]).toMatchObject({ outcome: 'ended', errorCode: 'way_closed' });
});

test('a stranger’s question about the server tells a machine under a rule no more than anybody', async () => {
  bed.addRule(`${lan}/32`);
  const health = await plain({ host: lan, port: bed.port }, '/health');
  expect(JSON.parse(health.text)).toEqual({ status: 'ok' });
});

test('does not hold where short-lived tokens alone come in', async () => {
  bed.addRule(`${lan}/32`);
  bed.settings({ 'access.credentials': 'tokens' });
  expect((await ask()).code).toBe('key_missing');
});

test('takes blocks of private networks up to /24 and /64, and nothing wider', () => {
  for (const fine of ['192.168.1.20', '192.168.1.0/24', '10.0.0.0/25', 'fd00::/64', 'fe80::1', 'fd12:3456::7/128'])
    expect(unsuitableForRule(fine), fine).toBeUndefined();
  for (const wide of ['192.168.0.0/16', '10.0.0.0/23', 'fd00::/63', 'anywhere', 'my-network', '0.0.0.0/0'])
    expect(unsuitableForRule(wide), wide).toBeDefined();
  for (const open of ['8.8.8.8', '127.0.0.1', '::1', '2001:db8::1', '100.64.0.1', '::ffff:192.168.1.1', 'nas.lan', ''])
    expect(unsuitableForRule(open), open).toBeDefined();
});

test('a bed without ways lets nobody in', async () => {
  const closed = await makeBed();
  expect((await plain({ port: closed.port }, '/v1/models')).code).toBe('key_missing');
  await closed.close();
});
