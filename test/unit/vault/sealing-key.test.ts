import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from 'vitest';
import { type Environment, readSealingKey } from '../../../electron/vault/sealing-key.ts';

const test = base.extend<{ dir: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the fixtures that are needed from this pattern.
  dir: async ({}, use) => {
    const dir = await mkdtemp(join(tmpdir(), 'keyhatch-'));
    await use(dir);
    await rm(dir, { recursive: true });
  },
});

const passphraseOf = async (env: Environment, dataDir: string) => {
  const found = await readSealingKey({ env, dataDir });
  return found.kind === 'passphrase' ? found.passphrase.toString() : found.kind;
};

test('the sources count in their order, and are gone from the environment afterwards', async ({ dir }) => {
  await writeFile(join(dir, 'pass'), 'from the file\n');
  await writeFile(join(dir, 'keyhatch-vault-passphrase'), 'from systemd');
  const all = {
    KEYHATCH_VAULT_PASSPHRASE: 'from the environment',
    KEYHATCH_VAULT_PASSPHRASE_FILE: join(dir, 'pass'),
    CREDENTIALS_DIRECTORY: dir,
    KEYHATCH_VAULT_KEY_FILE: join(dir, 'key'),
    PATH: '/bin',
  };
  const env: Environment = { ...all };
  expect(await passphraseOf(env, dir)).toBe('from the environment');
  expect(env).toEqual({ CREDENTIALS_DIRECTORY: dir, PATH: '/bin' });
  expect(await passphraseOf({ ...all, KEYHATCH_VAULT_PASSPHRASE: '' }, dir)).toBe('from the file');
  expect(await passphraseOf({ CREDENTIALS_DIRECTORY: dir, KEYHATCH_VAULT_KEY_FILE: join(dir, 'key') }, dir)).toBe(
    'from systemd',
  );
  const empty = join(dir, 'empty');
  expect(await passphraseOf({ CREDENTIALS_DIRECTORY: empty, KEYHATCH_VAULT_KEY_FILE: join(dir, 'key') }, dir)).toBe(
    'key-file',
  );
});

test('one line end is cut from a passphrase file, and its other bytes are kept as they are', async ({ dir }) => {
  const path = join(dir, 'pass');
  const read = async (bytes: Buffer) => {
    await writeFile(path, bytes);
    return await readSealingKey({ env: { KEYHATCH_VAULT_PASSPHRASE_FILE: path }, dataDir: dir });
  };
  expect(await read(Buffer.from(' a b \r\n'))).toEqual({ kind: 'passphrase', passphrase: Buffer.from(' a b ') });
  expect(await read(Buffer.from('ab\n\n'))).toEqual({ kind: 'passphrase', passphrase: Buffer.from('ab\n') });
  const random = Buffer.from([0xff, 0xfe, 0x80, 0x41]);
  expect(await read(random)).toEqual({ kind: 'passphrase', passphrase: random });
  await expect(read(Buffer.from('\n'))).rejects.toMatchObject({ details: { reason: expect.stringMatching(/empty/) } });
});

test('with no source at all the reason names every option', async ({ dir }) => {
  await expect(readSealingKey({ env: {}, dataDir: dir })).rejects.toMatchObject({
    code: 'vault_locked',
    details: {
      vault: 'the sealed file',
      reason: expect.stringMatching(
        /KEYHATCH_VAULT_PASSPHRASE, KEYHATCH_VAULT_PASSPHRASE_FILE or KEYHATCH_VAULT_KEY_FILE.*keyhatch-vault-passphrase/,
      ),
    },
  });
});

test('a source that cannot be read stays in the environment, so that it can be tried again', async ({ dir }) => {
  const env: Environment = { KEYHATCH_VAULT_PASSPHRASE_FILE: join(dir, 'pass') };
  await expect(passphraseOf(env, dir)).rejects.toMatchObject({
    code: 'vault_locked',
    details: { reason: expect.stringMatching(/pass does not exist/) },
  });
  await writeFile(join(dir, 'pass'), 'here now');
  expect(await passphraseOf(env, dir)).toBe('here now');
});

test('a key file is made once, for the owner only, and read again afterwards', async ({ dir }) => {
  const path = join(dir, 'key');
  const read = () => readSealingKey({ env: { KEYHATCH_VAULT_KEY_FILE: path }, dataDir: join(dir, 'data') });
  const made = await read();
  expect(await readFile(path, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await read()).toEqual(made);
});

test('a missing key file is not replaced where a sealed file exists', async ({ dir }) => {
  await writeFile(join(dir, 'vault.sealed'), 'something');
  const path = join(dir, 'key');
  await expect(readSealingKey({ env: { KEYHATCH_VAULT_KEY_FILE: path }, dataDir: dir })).rejects.toMatchObject({
    code: 'vault_locked',
    details: { reason: expect.stringMatching(/does not exist.*Restore/) },
  });
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
});

test.skipIf(process.platform === 'win32')(
  'a key file that others can use is refused with the cure',
  async ({ dir }) => {
    const path = join(dir, 'key');
    await writeFile(path, 'ab'.repeat(32), { mode: 0o600 });
    for (const mode of [0o640, 0o604]) {
      await chmod(path, mode);
      await expect(readSealingKey({ env: { KEYHATCH_VAULT_KEY_FILE: path }, dataDir: dir })).rejects.toMatchObject({
        details: { reason: expect.stringContaining(`chmod 600 ${path}`) },
      });
    }
  },
);

test('a key file that holds something else is refused without showing it', async ({ dir }) => {
  const path = join(dir, 'key');
  await writeFile(path, 'hunter2 '.repeat(8), { mode: 0o600 });
  const attempt = readSealingKey({ env: { KEYHATCH_VAULT_KEY_FILE: path }, dataDir: dir });
  await expect(attempt).rejects.toMatchObject({ details: { reason: expect.stringMatching(/64 hexadecimal/) } });
  await expect(attempt).rejects.not.toThrow(/hunter2/);
});
