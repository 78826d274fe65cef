// Runs against the real keychain of the session it is started in: under dbus-run-session with an unlocked
// gnome-keyring and HOME in a folder of its own. Works under a profile id of its own and deletes what it made.

import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openVault } from '../../../electron/vault/open-vault.ts';
import type { Vault } from '../../../electron/vault/vault.ts';
import { printVerifiers } from '../../../electron/vault/verifier-lines.ts';
import { openVerifierStore } from '../../../electron/vault/verifier-store.ts';

const now = 1_800_000_000_000;
const keyId = (n: number) => `Key${String(n).padStart(5, '0')}`;
const credential = (n: number | string) => `credential-number-${n}`;

let profileId: string;
let vault: Vault;

beforeEach(async () => {
  if (process.platform === 'linux') {
    expect(process.env.DBUS_SESSION_BUS_ADDRESS, 'run these tests inside dbus-run-session').toBeTruthy();
  }
  profileId = `test-${randomBytes(6).toString('hex')}`;
  vault = await openVault('keychain', { dataDir: '/nowhere', profileId, env: {} });
});

afterEach(async () => {
  const loaded = await import('keytar');
  const mine = (await loaded.findCredentials('Keyhatch')).filter(({ account }) => account.startsWith(`${profileId}/`));
  for (const { account } of mine) await loaded.deletePassword('Keyhatch', account);
});

test('the keychain keeps, replaces and forgets values by name', async () => {
  expect(vault.kind).toBe('keychain');
  expect(await vault.get('upstream/Ab3')).toBeNull();
  await vault.set('upstream/Ab3', 'ein Schlüssel');
  await vault.set('upstream/Ab3', 'noch ein Schlüssel');
  expect(await vault.get('upstream/Ab3')).toBe('noch ein Schlüssel');
  await vault.delete('upstream/Ab3');
  await vault.delete('upstream/Ab3');
  expect(await vault.get('upstream/Ab3')).toBeNull();
});

test('profiles do not see each other', async () => {
  await vault.set('root', 'mine');
  const other = await openVault('keychain', { dataDir: '/nowhere', profileId: `${profileId}/other`, env: {} });
  expect(await other.get('root')).toBeNull();
});

test('the largest value that is allowed comes back whole', async () => {
  const value = randomBytes(1280).toString('hex');
  await vault.set('upstream/Ab3', value);
  expect(await vault.get('upstream/Ab3')).toBe(value);
});

test('500 keys load, and single ones can be put, rotated and removed', async () => {
  const fresh = await openVerifierStore({ vault, knownKeyIds: [] });
  const lines = Array.from({ length: 500 }, (_, n) => ({
    keyId: keyId(n),
    digest: fresh.digest(credential(n)),
    until: null,
  }));
  const entries = Math.ceil(lines.length / 30);
  await vault.set('verifiers', String(entries));
  for (let n = 0; n < entries; n++) {
    await vault.set(`verifiers/${n}`, printVerifiers(lines.slice(n * 30, n * 30 + 30)));
  }

  const store = await openVerifierStore({ vault, knownKeyIds: [keyId(0)] });
  expect(store.ids()).toHaveLength(500);
  expect(store.find(credential(499), now)).toEqual({ keyId: keyId(499), until: null });
  await store.put(keyId(900), credential(900), null);
  await store.put(keyId(7), credential('7 new'), Number.MAX_SAFE_INTEGER);
  await store.remove(keyId(8));

  const next = await openVerifierStore({ vault, knownKeyIds: [keyId(0)] });
  expect(next.ids()).toHaveLength(500);
  expect(next.find(credential(900), now)?.keyId).toBe(keyId(900));
  expect(next.find(credential('7 new'), now)?.until).toBeNull();
  expect(next.find(credential(7), now)?.until).toBe(Number.MAX_SAFE_INTEGER);
  expect(next.find(credential(8), now)).toBeUndefined();
});

test('a profile whose keychain entries are gone is vault_locked, not without keys', async () => {
  await openVerifierStore({ vault, knownKeyIds: [] });
  await vault.delete('root');
  await expect(openVerifierStore({ vault, knownKeyIds: [keyId(0)] })).rejects.toMatchObject({ code: 'vault_locked' });
});
