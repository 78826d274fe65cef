// Encryption of the whole house: it begins with the network, has its names and its place in the history, survives what the
// vault does, and its authority is what a client needs to get through.

import { request } from 'node:https';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HistoryPage } from '../../../shared/history-model.ts';
import type { Status } from '../../../shared/model.ts';
import { atTheMachine } from '../../../shared/people-model.ts';
import type { TlsView } from '../../../shared/tls-model.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { makeProfile, type Profile } from '../../fakes/keyhatch-process.ts';

const address = Object.values(networkInterfaces())
  .flat()
  .find((info) => info?.family === 'IPv4' && !info.internal)?.address;

let profile: Profile;
beforeAll(async () => {
  profile = await makeProfile();
});
afterAll(() => profile.remove());

/** The body of an encrypted answer, by a client that trusts this authority and no other. */
function get(port: number, path: string, ca: string, key?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const outgoing = request({ host: '127.0.0.1', port, path, ca, agent: false, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(text);
    });
    outgoing.once('error', reject).end();
  });
}

test('the built program serves HTTPS to whoever trusts the authority that it prints', async () => {
  const instance = await profile.start({ port: 0, args: ['--echo'] });
  const port = Number(new URL(instance.url).port);
  const { key } = await profile.createKey('--name', 'laptop');
  expect((await profile.json<TlsView>(['tls', 'status'])).mode).toBe('off');
  await profile.json(['settings', 'set', 'tls.mode', 'both']);
  const { pem } = await profile.json<{ readonly pem: string }>(['tls', 'ca']);
  await expect.poll(() => get(port, '/v1/models', pem, key).catch(String)).toContain('echo');
  const stranger = (await profile.json<TlsView>(['tls', 'new-authority', '--yes'])).caPem ?? '';
  expect(stranger).not.toBe(pem);
  await expect(get(port, '/v1/models', pem, key)).rejects.toThrow();
  expect(await get(port, '/v1/models', stranger, key)).toContain('echo');
  const { entries } = await profile.json<HistoryPage>(['history', '--kind', 'certificate']);
  expect(entries.map(({ action, subject }) => `${action} ${subject.id}`)).toEqual([
    'rotated server',
    'rotated authority',
    'created server',
    'created authority',
  ]);
  await instance.stop();
});

test('a restart shows the same certificate again', async () => {
  const before = await profile.json<TlsView>(['tls', 'status']);
  const instance = await profile.start({ port: 0, args: ['--echo'] });
  const port = Number(new URL(instance.url).port);
  await expect.poll(() => get(port, '/health', before.caPem ?? '').catch(String)).toContain('ok');
  expect((await profile.json<TlsView>(['tls', 'status'])).fingerprint).toBe(before.fingerprint);
  await instance.stop();
});

test.skipIf(address === undefined)('it begins by itself once other machines can reach the port', async () => {
  const { house } = await composeHouse();
  const client = createRouterClient(house.router, { context: { caller: atTheMachine } });
  const first = await client.tls.get();
  expect(first).toMatchObject({ mode: 'off', choice: 'auto', fingerprint: null });
  await client.settings.set({ name: 'server.hosts', value: ['0.0.0.0'], confirm: true });
  await expect.poll(async () => (await client.tls.get()).names).toContain('localhost');
  const now = await client.tls.get();
  expect(now.mode).toBe('both');
  // Private ones are in it, public ones are told.
  expect([...now.names, ...now.missing]).toContain(address);
  const there = house.status().server.reachable.find((place) => place.address === address);
  const encrypts = now.names.includes(address ?? '');
  expect(there?.url).toMatch(encrypts ? /^https:/ : /^http:/);
  expect(there?.plainUrl === null).toBe(!encrypts);
});

test('with a locked vault the gate stays up for this computer, without encryption, and says why', async () => {
  const { house } = await composeHouse({
    vault: 'file',
    env: { KEYHATCH_VAULT_PASSPHRASE_FILE: join(profile.dataDir, 'there-is-none') },
    flags: { 'server.port': 0, 'tls.mode': 'both' },
  });
  const status: Status = house.status();
  expect(status.server.state).toBe('running');
  expect((await fetch(`${status.server.urls[0]}/health`)).status).toBe(200);
  await expect.poll(() => house.status().warnings.join(' ')).toContain('cannot be read');
});
