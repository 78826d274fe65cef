import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from 'vitest';
import { createSealedFileVault } from '../../../electron/vault/sealed-file-vault.ts';
import type { SealingKey } from '../../../electron/vault/sealing-key.ts';

const cheap = { N: 2 ** 14, r: 8, p: 1 };
const words = (text: string): SealingKey => ({ kind: 'passphrase', passphrase: Buffer.from(text) });

const test = base.extend<{ dir: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the fixtures that are needed from this pattern.
  dir: async ({}, use) => {
    const dir = await mkdtemp(join(tmpdir(), 'keyhatch-'));
    await use(dir);
    await rm(dir, { recursive: true });
  },
});

const open = (dataDir: string, sealingKey = words('open sesame')) =>
  createSealedFileVault({ dataDir, sealingKey, scryptCost: cheap });

const headerOf = async (dir: string) =>
  JSON.parse((await readFile(join(dir, 'vault.sealed'), 'utf8')).split('\n')[0] ?? '');

async function changeHeader(dir: string, change: (header: Record<string, unknown>) => void): Promise<void> {
  const path = join(dir, 'vault.sealed');
  const [first = '', ...rest] = (await readFile(path, 'utf8')).split('\n');
  const header = JSON.parse(first);
  change(header);
  await writeFile(path, [JSON.stringify(header), ...rest].join('\n'));
}

test('no file is an empty vault, and reading makes none', async ({ dir }) => {
  expect(await open(dir).get('root')).toBeNull();
  await open(dir).delete('root');
  expect(await readdir(dir)).toEqual([]);
});

test('what was set is there for the next process, and what was deleted is not', async ({ dir }) => {
  const vault = open(dir);
  await vault.set('root', 'the root');
  await vault.set('upstream/Ab3', 'ein Schlüssel');
  await vault.set('__proto__', 'a name like any other');
  await vault.delete('root');
  const next = open(dir);
  expect(await next.get('root')).toBeNull();
  expect(await next.get('upstream/Ab3')).toBe('ein Schlüssel');
  expect(await next.get('__proto__')).toBe('a name like any other');
});

test('neither names nor values can be read from the file, which is for the owner only', async ({ dir }) => {
  await open(dir).set('upstream/Ab3', 'very-secret-value');
  const text = await readFile(join(dir, 'vault.sealed'), 'utf8');
  const sealed = Buffer.from(text.split('\n')[1] ?? '', 'base64').toString('latin1');
  for (const secret of ['upstream', 'very-secret-value', 'open sesame']) expect(text + sealed).not.toContain(secret);
  if (process.platform !== 'win32') expect((await stat(join(dir, 'vault.sealed'))).mode & 0o777).toBe(0o600);
});

test('a new file asks for scrypt with N=2^17, r=8, p=1 and a salt of 16 bytes', async ({ dir }) => {
  await createSealedFileVault({ dataDir: dir, sealingKey: words('open sesame') }).set('root', 'x');
  const header = await headerOf(dir);
  expect(header).toMatchObject({ version: 1, kdf: 'scrypt', cost: { N: 131072, r: 8, p: 1 } });
  expect(Buffer.from(header.salt, 'base64url')).toHaveLength(16);
});

test('each write has its own nonce and keeps the salt', async ({ dir }) => {
  const vault = open(dir);
  const headers: { nonce: string; salt: string }[] = [];
  for (let i = 0; i < 5; i++) {
    await vault.set('root', 'the same');
    headers.push(await headerOf(dir));
  }
  expect(new Set(headers.map(({ nonce }) => nonce)).size).toBe(5);
  expect(new Set(headers.map(({ salt }) => salt)).size).toBe(1);
});

test('a wrong passphrase or key file is vault_locked, and the file is not touched', async ({ dir }) => {
  await open(dir).set('root', 'x');
  const before = await readFile(join(dir, 'vault.sealed'));
  const wrong = open(dir, words('open barley'));
  const locked = { code: 'vault_locked', details: { vault: 'the sealed file', reason: 'the passphrase does not fit' } };
  await expect(wrong.get('root')).rejects.toMatchObject(locked);
  await expect(wrong.set('root', 'y')).rejects.toMatchObject(locked);
  await expect(wrong.delete('root')).rejects.toMatchObject(locked);
  const keyFile = open(dir, { kind: 'key-file', key: randomBytes(32) });
  await expect(keyFile.get('root')).rejects.toMatchObject({ details: { reason: expect.stringMatching(/passphrase/) } });
  expect(await readFile(join(dir, 'vault.sealed'))).toEqual(before);
});

test('a key file opens what it sealed, and only that', async ({ dir }) => {
  const key = randomBytes(32);
  await open(dir, { kind: 'key-file', key }).set('root', 'x');
  expect(await headerOf(dir)).toMatchObject({ kdf: 'none' });
  expect(await open(dir, { kind: 'key-file', key }).get('root')).toBe('x');
  await expect(open(dir, { kind: 'key-file', key: randomBytes(32) }).get('root')).rejects.toMatchObject({
    details: { reason: 'the key file does not fit' },
  });
  await expect(open(dir).get('root')).rejects.toMatchObject({ details: { reason: expect.stringMatching(/key file/) } });
});

test('a header that was changed in any way no longer opens', async ({ dir }) => {
  await open(dir).set('root', 'x');
  await changeHeader(dir, (header) => {
    header.note = 'not ours';
  });
  await expect(open(dir).get('root')).rejects.toMatchObject({ code: 'vault_locked' });
});

test('a sealed byte that was changed no longer opens', async ({ dir }) => {
  await open(dir).set('root', 'x');
  const path = join(dir, 'vault.sealed');
  const text = await readFile(path, 'utf8');
  const at = text.indexOf('\n') + 3;
  await writeFile(path, text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
  await expect(open(dir).get('root')).rejects.toMatchObject({ code: 'vault_locked' });
});

test('a file from a newer version is refused by name and not touched', async ({ dir }) => {
  await open(dir).set('root', 'x');
  await changeHeader(dir, (header) => {
    header.version = 2;
  });
  const before = await readFile(join(dir, 'vault.sealed'));
  const future = { code: 'profile_from_future', details: { file: join(dir, 'vault.sealed'), found: 2, known: 1 } };
  await expect(open(dir).get('root')).rejects.toMatchObject(future);
  await expect(open(dir).set('root', 'y')).rejects.toMatchObject(future);
  expect(await readFile(join(dir, 'vault.sealed'))).toEqual(before);
});

test.for([
  { N: 2 ** 30, r: 8, p: 1 },
  { N: 2 ** 14, r: 2 ** 20, p: 1 },
  { N: 2 ** 14, r: 8, p: 1000 },
  { N: 2, r: 8, p: 1 },
  { N: 100_000, r: 8, p: 1 },
])('a file that asks for $N/$r/$p is refused before any key is derived', async (cost, { dir }) => {
  await open(dir).set('root', 'x');
  await changeHeader(dir, (header) => {
    header.cost = cost;
  });
  await expect(open(dir).get('root')).rejects.toMatchObject({
    details: { reason: expect.stringMatching(/key derivation/) },
  });
});

test.for([
  '',
  'no json\n',
  '{}\nAAAA\n',
  '{"keyhatch":"vault","version":1,"kdf":"scrypt"}\nAAAA\n',
  '{"keyhatch":"vault","version":1,"kdf":"none","nonce":"AAAAAAAAAAAAAAAA"}\nAAAA\n',
])('a damaged file is vault_locked, not empty: %j', async (text, { dir }) => {
  await writeFile(join(dir, 'vault.sealed'), text);
  await expect(open(dir).get('root')).rejects.toMatchObject({
    code: 'vault_locked',
    details: { reason: expect.stringMatching(/damaged/) },
  });
});

test('writes that come at once all count', async ({ dir }) => {
  const vault = open(dir);
  const names = Array.from({ length: 20 }, (_, n) => `verifiers/${n}`);
  await Promise.all(names.map((name) => vault.set(name, name)));
  expect(await Promise.all(names.map((name) => open(dir).get(name)))).toEqual(names);
  expect(await readdir(dir)).toEqual(['vault.sealed']);
});

test('what a crash left beside the file is cleared by the next write', async ({ dir }) => {
  await writeFile(join(dir, 'vault.sealed.tmp'), 'half');
  await open(dir).set('root', 'x');
  expect(await open(dir).get('root')).toBe('x');
  expect(await readdir(dir)).toEqual(['vault.sealed']);
});

test('a write that fails leaves the old content, and the next one works', async ({ dir }) => {
  const vault = open(dir);
  await vault.set('root', 'old');
  await mkdir(join(dir, 'vault.sealed.tmp'));
  await expect(vault.set('root', 'new')).rejects.toMatchObject({ code: 'vault_locked' });
  expect(await vault.get('root')).toBe('old');
  await rm(join(dir, 'vault.sealed.tmp'), { recursive: true });
  await vault.set('root', 'new');
  expect(await open(dir).get('root')).toBe('new');
});

test('a file restored from a copy counts at once, with the salt it brings', async ({ dir }) => {
  const [here, there] = [join(dir, 'here'), join(dir, 'there')];
  const vault = open(here);
  await vault.set('root', 'here');
  await open(there).set('root', 'there');
  await writeFile(join(here, 'vault.sealed'), await readFile(join(there, 'vault.sealed')));
  expect(await vault.get('root')).toBe('there');
});
