// A guest in the network of the built program, on a machine of their own: what they get with a key and without, what a
// forged header is worth, and an interface whose address changes.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../shared/model.ts';
import { type KeyhatchProcess, startKeyhatch } from '../fakes/keyhatch-process.ts';
import { makeTwoMachines, type TwoMachines, whyNoMachines } from '../fakes/two-machines.ts';

const why = whyNoMachines();

describe.skipIf(why !== undefined)(`a guest in the network${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  let machines: TwoMachines;
  let keyhatch: KeyhatchProcess;
  let key = '';
  beforeAll(async () => {
    machines = makeTwoMachines();
    keyhatch = await startKeyhatch({ within: machines.onServer, args: ['--echo'] });
    ({ key } = await keyhatch.createKey());
  });
  afterAll(async () => {
    await keyhatch?.close();
    machines?.remove();
  });

  const models = (host: string) => `http://${host}:${keyhatch.port}/v1/models`;
  const withKey = () => ({ authorization: `Bearer ${key}` });
  const set = (...words: readonly string[]) => keyhatch.cli(['settings', 'set', ...words]);
  const guest = (host: string, headers = {}) => machines.askFromGuest({ url: models(host), headers });
  const status = async (host: string, headers = {}) => (await guest(host, headers)).status;

  test('reaches nothing as long as nothing was opened, with or without a key', async () => {
    expect(await status('10.77.0.1', withKey())).toBe(0);
    expect((await machines.askFromServer({ url: models('127.0.0.1'), headers: withKey() })).status).toBe(200);
  });

  test('comes in with a key alone, over IPv4 and IPv6', async () => {
    await set('server.hosts', '127.0.0.1,if:lan0');
    for (const host of ['10.77.0.1', '[fd77::1]']) {
      expect(await guest(host)).toMatchObject({ status: 401, headers: { 'x-keyhatch-error': 'key_missing' } });
      expect(await status(host, { authorization: 'Bearer kh_wrong' })).toBe(401);
      expect(await status(host, withKey())).toBe(200);
    }
  });

  test('is not taken for this computer by any header, while its own programs need no key', async () => {
    await set('access.localhostBypass', 'true');
    const claims = [
      { 'x-forwarded-for': '127.0.0.1' },
      { 'x-real-ip': '127.0.0.1' },
      { forwarded: 'for=127.0.0.1;host=localhost' },
      { host: `127.0.0.1:${keyhatch.port}` },
      { host: 'localhost', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost' },
    ];
    for (const claim of claims) {
      const answer = await guest('10.77.0.1', claim);
      expect([answer.status, answer.headers['x-keyhatch-error']]).toEqual([401, 'key_missing']);
    }
    expect((await machines.askFromServer({ url: models('127.0.0.1') })).status).toBe(200);
    expect((await machines.askFromServer({ url: models('10.77.0.1') })).status).toBe(401);
    await set('access.localhostBypass', 'false');
  });

  test('and a key that is for this computer alone is refused there', async () => {
    const { key: local } = await keyhatch.createKey('--networks', 'this-computer');
    const headers = { authorization: `Bearer ${local}` };
    expect(await guest('10.77.0.1', { ...headers, 'x-forwarded-for': '127.0.0.1' })).toMatchObject({
      status: 403,
      headers: { 'x-keyhatch-error': 'network_not_allowed' },
    });
    expect((await machines.askFromServer({ url: models('127.0.0.1'), headers })).status).toBe(200);
  });

  test('finds the interface at its new address, and the old one is let go', async () => {
    machines.ipOnServer('addr', 'del', '10.77.0.1/24', 'dev', 'lan0');
    machines.ipOnServer('addr', 'add', '10.77.0.9/24', 'dev', 'lan0');
    await vi.waitUntil(async () => (await status('10.77.0.9', withKey())) === 200, { timeout: 30_000, interval: 200 });
    expect(await status('10.77.0.9')).toBe(401);
    expect((await machines.askFromServer({ url: models('127.0.0.1'), headers: withKey() })).status).toBe(200);
    const { server } = await keyhatch.json<{ server: { state: string; urls: string[] } }>(['status']);
    expect(server.state).toBe('running');
    expect(server.urls.join()).toContain('10.77.0.9');
    expect(server.urls.join()).not.toContain('10.77.0.1:');
  });

  test('loses an interface that goes away, and has it back when it is there again', async () => {
    machines.ipOnServer('addr', 'flush', 'dev', 'lan0');
    const away = async () => {
      const { stdout } = await keyhatch.cli(['doctor', '--json']);
      return (JSON.parse(stdout) as Finding[]).some(({ says }) => says.includes('lan0 is away'));
    };
    await vi.waitUntil(away, { timeout: 30_000, interval: 200 });
    expect((await machines.askFromServer({ url: models('127.0.0.1'), headers: withKey() })).status).toBe(200);
    machines.ipOnServer('addr', 'add', '10.77.0.1/24', 'dev', 'lan0');
    await vi.waitUntil(async () => (await status('10.77.0.1', withKey())) === 200, { timeout: 30_000, interval: 200 });
  });

  test('reaches no public address by the network switch, and one that is confirmed by name', async () => {
    machines.ipOnServer('addr', 'add', '203.0.113.1/32', 'dev', 'lan0');
    const host = '203.0.113.1';
    await set('server.hosts', '127.0.0.1,lan');
    expect(await status('10.77.0.1', withKey())).toBe(200);
    const fromServer = () => machines.askFromServer({ url: models(host), headers: withKey() });
    expect((await fromServer()).status).toBe(0);
    const refused = await set('server.hosts', '127.0.0.1,if:lan0');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('203.0.113.1 on lan0') });
    expect(await set('server.hosts', '127.0.0.1,if:lan0', '--confirm')).toMatchObject({ code: 0 });
    expect((await fromServer()).status).toBe(200);
    const { stdout } = await keyhatch.cli(['doctor', '--json']);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ check: 'public address', result: 'bad', says: expect.stringContaining(host) }),
    );
  });

  test('talks encrypted to whoever trusts the downloaded authority, and to nobody else', async () => {
    await set('server.hosts', '127.0.0.1,if:lan0');
    const { pem: ca } = await keyhatch.json<{ pem: string }>(['tls', 'ca']);
    const secure = (host: string, more: object = {}) =>
      machines.askFromGuest({ url: `https://${host}:${keyhatch.port}/v1/models`, headers: withKey(), ...more });
    await vi.waitUntil(async () => (await secure('10.77.0.1', { ca })).status === 200, {
      timeout: 30_000,
      interval: 200,
    });
    expect(await secure('10.77.0.1', { ca, headers: {} })).toMatchObject({
      status: 401,
      headers: { 'x-keyhatch-error': 'key_missing' },
    });
    expect(await secure('10.77.0.1')).toMatchObject({ status: 0, text: expect.stringMatching(/certificate/) });
  });

  test('is refused without encryption where that is asked for, which this computer is not', async () => {
    await set('tls.mode', 'only');
    expect(await guest('10.77.0.1', withKey())).toMatchObject({
      status: 403,
      headers: { 'x-keyhatch-error': 'https_required' },
    });
    expect((await machines.askFromServer({ url: models('127.0.0.1'), headers: withKey() })).status).toBe(200);
    await set('tls.mode', 'auto');
  });

  test('is shown a certificate for the new address when it has changed', async () => {
    const { pem: ca } = await keyhatch.json<{ pem: string }>(['tls', 'ca']);
    machines.ipOnServer('addr', 'del', '10.77.0.1/24', 'dev', 'lan0');
    machines.ipOnServer('addr', 'add', '10.77.0.5/24', 'dev', 'lan0');
    const secure = () =>
      machines.askFromGuest({ url: `https://10.77.0.5:${keyhatch.port}/v1/models`, headers: withKey(), ca });
    await vi.waitUntil(async () => (await secure()).status === 200, { timeout: 45_000, interval: 200 });
    machines.ipOnServer('addr', 'del', '10.77.0.5/24', 'dev', 'lan0');
    machines.ipOnServer('addr', 'add', '10.77.0.1/24', 'dev', 'lan0');
    await vi.waitUntil(async () => (await status('10.77.0.1', withKey())) === 200, { timeout: 30_000, interval: 200 });
  });
});
