import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openVault } from '../../../electron/vault/open-vault.ts';

const nowhere = { dataDir: '/nowhere', profileId: 'Prof0001' };

test('each kind opens as itself', async ({ onTestFinished }) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyhatch-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const env = { KEYHATCH_VAULT_PASSPHRASE: 'open sesame' };
  const keytar = { getPassword: async () => 'x', setPassword: async () => {}, deletePassword: async () => true };
  const options = { dataDir, profileId: 'Prof0001', env, loadKeytar: async () => keytar };
  expect((await openVault('keychain', options)).kind).toBe('keychain');
  expect((await openVault('memory', options)).kind).toBe('memory');
  expect(env).toHaveProperty('KEYHATCH_VAULT_PASSPHRASE');
  expect((await openVault('file', options)).kind).toBe('file');
  expect(env).toEqual({});
});

test('without libsecret the keychain is vault_locked with what to install, and no other vault is opened', async () => {
  const loadKeytar = () => Promise.reject(new Error('Failed to load keytar native addon'));
  const env = { KEYHATCH_VAULT_PASSPHRASE: 'open sesame' };
  await expect(openVault('keychain', { ...nowhere, env, loadKeytar })).rejects.toMatchObject({
    code: 'vault_locked',
    details: { vault: 'the OS keychain', reason: expect.stringMatching(/libsecret-1-0|again.*--vault file/) },
  });
  expect(env).toEqual({ KEYHATCH_VAULT_PASSPHRASE: 'open sesame' });
});

test('the sealed file without a passphrase is vault_locked and does not fall back', async () => {
  await expect(openVault('file', { ...nowhere, env: {} })).rejects.toMatchObject({
    code: 'vault_locked',
    details: { vault: 'the sealed file' },
  });
});
