import { expect, test } from 'vitest';
import { createKeychainVault, type Keytar } from '../../../electron/vault/keychain-vault.ts';
import { openVerifierStore } from '../../../electron/vault/verifier-store.ts';

const never = () => new Promise<never>(() => {});

/** A keychain in memory whose single calls a test can replace. */
function fakeKeytar(overrides: Partial<Keytar> = {}): Keytar & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    getPassword: async (service, account) => values.get(`${service} ${account}`) ?? null,
    setPassword: async (service, account, password) => {
      values.set(`${service} ${account}`, password);
    },
    deletePassword: async (service, account) => values.delete(`${service} ${account}`),
    ...overrides,
  };
}

/** What gnome-keyring does while it is locked: it says nothing, and fails only when written to. */
function lockedKeytar(): Keytar {
  return fakeKeytar({
    getPassword: async () => null,
    deletePassword: async () => false,
    setPassword: () => Promise.reject(new Error('Cannot create an item in a locked collection')),
  });
}

test('entries lie under the service Keyhatch and the profile they belong to', async () => {
  const keytar = fakeKeytar();
  const vault = createKeychainVault({ keytar, profileId: 'Prof0001' });
  await vault.set('verifiers/3', 'text');
  expect(keytar.values.get('Keyhatch Prof0001/verifiers/3')).toBe('text');
  expect(await vault.get('verifiers/3')).toBe('text');
  expect(await createKeychainVault({ keytar, profileId: 'Prof0002' }).get('verifiers/3')).toBeNull();
  await vault.delete('verifiers/3');
  expect(await vault.get('verifiers/3')).toBeNull();
});

test('a keychain that never answers is vault_locked by the deadline, in every call', async () => {
  const keytar = { getPassword: never, setPassword: never, deletePassword: never };
  const locked = {
    code: 'vault_locked',
    details: { vault: 'the OS keychain', reason: 'it did not answer within 0.02 s' },
  };
  const open = () => createKeychainVault({ keytar, profileId: 'p', deadlineMs: 20 });
  await expect(open().get('root')).rejects.toMatchObject(locked);
  await expect(open().set('root', 'x')).rejects.toMatchObject(locked);
  await expect(open().delete('root')).rejects.toMatchObject(locked);
});

test('while one call hangs no second one is begun, and what came too late never is', async () => {
  let answer = () => {};
  const begun: string[] = [];
  const keytar = fakeKeytar({
    setPassword: (_service, account) => {
      begun.push(account);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  });
  const vault = createKeychainVault({ keytar, profileId: 'p', deadlineMs: 50, emptyWhenLocked: false });
  await expect(Promise.allSettled([vault.set('a', '1'), vault.set('b', '2')])).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect(begun).toEqual(['p/a']);
  answer();
  expect(await vault.get('c')).toBeNull();
  expect(begun).not.toContain('p/b');
});

test('the verifier store still answers while the keychain hangs, and a put ends in vault_locked', async () => {
  const keytar = fakeKeytar();
  let hangs = false;
  const setPassword: Keytar['setPassword'] = (...entry) => (hangs ? never() : keytar.setPassword(...entry));
  const vault = createKeychainVault({ keytar: { ...keytar, setPassword }, profileId: 'p', deadlineMs: 30 });
  const store = await openVerifierStore({ vault, knownKeyIds: [] });
  await store.put('Key00001', 'first-credential', null);
  hangs = true;
  const late = store.put('Key00002', 'second-credential', null);
  expect(store.find('first-credential', 0)).toEqual({ keyId: 'Key00001', until: null });
  await expect(late).rejects.toMatchObject({ code: 'vault_locked' });
  expect(store.find('second-credential', 0)).toBeUndefined();
});

test('a locked keychain that plays empty is vault_locked, for reading and for deleting', async () => {
  const vault = createKeychainVault({ keytar: lockedKeytar(), profileId: 'p', emptyWhenLocked: true });
  await expect(vault.get('root')).rejects.toMatchObject({ code: 'vault_locked', details: { reason: 'it is locked' } });
  await expect(vault.delete('root')).rejects.toMatchObject({ code: 'vault_locked' });
});

test('where locked keychains say so, reading leaves no mark behind', async () => {
  const keytar = fakeKeytar();
  const vault = createKeychainVault({ keytar, profileId: 'p', emptyWhenLocked: false });
  expect(await vault.get('root')).toBeNull();
  expect(keytar.values.size).toBe(0);
});

test('what the system says is put into words, without a stack', async () => {
  const reasonFor = async (message: string) => {
    const keytar = fakeKeytar({ getPassword: () => Promise.reject(new Error(message)) });
    const vault = createKeychainVault({ keytar, profileId: 'p' });
    return await vault.get('root').then(String, (error) => String(error.details.reason));
  };
  expect(await reasonFor('Cannot autolaunch D-Bus without X11 $DISPLAY')).toMatch(/no desktop session.*--vault file/);
  expect(await reasonFor('The name org.freedesktop.secrets was not provided by any .service files')).toMatch(
    /no keychain program.*gnome-keyring/,
  );
  expect(await reasonFor('Object does not exist at path “/org/freedesktop/secrets/collection/login”')).toMatch(
    /not been set up/,
  );
  expect(await reasonFor('User interaction is not allowed.')).toBe('it is locked');
  expect(await reasonFor('Something\n quite new.')).toBe('the system says "Something quite new"');
});

test('a value that a keychain would cut or refuse is refused with its size and a cure', async () => {
  const vault = createKeychainVault({ keytar: fakeKeytar(), profileId: 'p' });
  await vault.set('upstream/A', 'x'.repeat(2560));
  for (const value of ['x'.repeat(2561), 'ü'.repeat(1281)]) {
    await expect(vault.set('upstream/A', value)).rejects.toMatchObject({
      code: 'input_invalid',
      message: expect.stringMatching(/upstream\/A.*256\d bytes.*2560.*--vault file/),
    });
  }
  await expect(vault.set('upstream/A', '')).rejects.toMatchObject({ code: 'input_invalid' });
  await expect(vault.set('upstream/A', 'front\0rear')).rejects.toMatchObject({ code: 'input_invalid' });
});
