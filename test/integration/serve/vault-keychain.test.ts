// Keys in the real keychain of the session that the tests run in: under dbus-run-session with an unlocked gnome-keyring
// (test/run.ts makes one). Deletes the entries of its own profiles and no others.

import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CreatedKey, Finding, KeyFacts, Status, UpstreamStatus } from '../../../shared/model.ts';
import { wholeOf } from '../../fakes/dialect-answers.ts';
import { makeProfile, type Profile, type StartOptions } from '../../fakes/keyhatch-process.ts';
import { startFakeModelServer } from '../../fakes/model-servers.ts';
import { tryEcho } from '../../fakes/try-key.ts';

const profiles: Profile[] = [];

beforeEach(() => {
  if (process.platform === 'linux') {
    expect(process.env['DBUS_SESSION_BUS_ADDRESS'], 'run these tests inside dbus-run-session').toBeTruthy();
  }
});
afterEach(async () => {
  for (const profile of profiles.splice(0)) {
    await forgetSecrets(profile);
    await profile.remove();
  }
});

async function makeKeychainProfile(): Promise<Profile> {
  const profile = await makeProfile();
  profiles.push(profile);
  return profile;
}

function profileId({ dataDir }: Profile): string {
  const db = new DatabaseSync(join(dataDir, 'keyhatch.db'), { readOnly: true });
  const row = db.prepare("SELECT value FROM meta WHERE name = 'profile_id'").get();
  db.close();
  return String(row?.['value']);
}

async function forgetSecrets(profile: Profile): Promise<void> {
  const keytar = await import('keytar');
  const mine = `${profileId(profile)}/`;
  for (const { account } of await keytar.findCredentials('Keyhatch')) {
    if (account.startsWith(mine)) await keytar.deletePassword('Keyhatch', account);
  }
}

const start = (profile: Profile, options: StartOptions = {}) =>
  profile.start({ vault: 'keychain', args: ['--echo'], ...options });

test('keys live in the keychain over restarts, and it is the default', async () => {
  const profile = await makeKeychainProfile();
  const first = await start(profile, { vault: undefined });
  const created = await first.json<CreatedKey>(['keys', 'create', '--name', 'laptop']);
  expect(await tryEcho(first, created.key)).toBe(200);
  expect((await first.json<Status>(['status'])).vault).toEqual({ kind: 'keychain', state: 'open', reason: null });
  await first.stop();
  const second = await start(profile, { vault: undefined });
  expect(await tryEcho(second, created.key)).toBe(200);
  const rotated = await second.json<CreatedKey>(['keys', 'rotate', 'laptop', '--grace', 'none']);
  expect([await tryEcho(second, created.key), await tryEcho(second, rotated.key)]).toEqual(['key_unknown', 200]);
  await second.json(['keys', 'delete', 'laptop', '--yes']);
  expect(await tryEcho(second, rotated.key)).toBe('key_unknown');
});

test('a key made at rest lies there too', async () => {
  const profile = await makeKeychainProfile();
  const created = await profile.json<CreatedKey>(['keys', 'create', '--name', 'early', '--vault', 'keychain']);
  expect(await tryEcho(await start(profile), created.key)).toBe(200);
});

test('what it holds is a verifier: neither the key nor its secret is among its entries', async () => {
  const profile = await makeKeychainProfile();
  const keyhatch = await start(profile);
  const { key } = await keyhatch.json<CreatedKey>(['keys', 'create', '--name', 'laptop']);
  const keytar = await import('keytar');
  const mine = (await keytar.findCredentials('Keyhatch')).filter(({ account }) =>
    account.startsWith(profileId(profile)),
  );
  expect(mine.map(({ account }) => account.split('/')[1])).toEqual(expect.arrayContaining(['root', 'verifiers']));
  expect(JSON.stringify(mine)).not.toContain(key.slice(-38));
});

test('the credential of an upstream lies there as well, and reaches it after a restart', async () => {
  const credential = 'sk-upstream-0123456789-abcdefghijkl';
  const server = await startFakeModelServer('vllm', { credential, models: ['echo'] });
  server.setRoutes({ '/v1/chat/completions': { body: wholeOf('openai') } });
  try {
    const profile = await makeKeychainProfile();
    const added = await profile.cli(
      ['upstreams', 'add', server.url.href, '--credential-stdin', '--vault', 'keychain', '--json'],
      { stdin: credential },
    );
    const { id } = JSON.parse(added.stdout) as UpstreamStatus;
    const keyhatch = await start(profile, { args: [] });
    const { key } = await keyhatch.json<CreatedKey>(['keys', 'create', '--name', 'laptop']);
    await expect.poll(() => tryEcho(keyhatch, key)).toBe(200);
    await keyhatch.json(['upstreams', 'remove', id]);
    const keytar = await import('keytar');
    const left = (await keytar.findCredentials('Keyhatch')).filter(({ password }) => password === credential);
    expect(left).toEqual([]);
  } finally {
    await server.close();
  }
});

test('a data folder without its keychain is locked, not without keys, and serve runs on', async () => {
  const profile = await makeKeychainProfile();
  const first = await start(profile);
  const { key, id } = await first.json<CreatedKey>(['keys', 'create', '--name', 'laptop']);
  await first.stop();
  const stolen = await makeProfile(await mkdtemp(join(tmpdir(), 'keyhatch-stolen-')));
  try {
    await cp(profile.dataDir, stolen.dataDir, { recursive: true });
    const nowhere = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
    const thief = await start(stolen, { env: nowhere });
    const refused = await thief.chat(key, { model: 'echo' });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(refused.headers.get('x-keyhatch-error')).toBe('vault_locked');
    const { vault, keys } = await thief.json<Status>(['status']);
    expect(vault).toMatchObject({ kind: 'keychain', state: 'locked', reason: expect.stringMatching(/session/) });
    expect(keys.total).toBe(1);
    expect(await thief.json<KeyFacts[]>(['keys', 'list'])).toMatchObject([{ id, usable: true }]);
    const { stdout } = await thief.cli(['doctor', '--json']);
    expect(JSON.parse(stdout) as Finding[]).toContainEqual(expect.objectContaining({ check: 'vault', result: 'bad' }));
    expect((await fetch(`${thief.url}/health`)).status).toBe(200);
  } finally {
    await stolen.remove();
  }
});
