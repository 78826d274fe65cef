// One process owns a data folder, and its death frees it at once.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireProfileLock } from '../../../electron/storage/profile-lock.ts';
import { startChild } from './fixtures/child.ts';
import { temporaryFolder } from './fixtures/open-profile.ts';

test('the folder is made for its owner only, and free again after release', () => {
  const dataDir = join(temporaryFolder(), 'deep', 'profile');
  const lock = acquireProfileLock({ dataDir, shell: 'serve' });
  if (process.platform !== 'win32') {
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'profile.lock')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'holder.json')).mode & 0o777).toBe(0o600);
  }
  expect(() => acquireProfileLock({ dataDir, shell: 'desktop' })).toThrow(
    expect.objectContaining({ code: 'profile_in_use' }),
  );
  lock.release();
  lock.release();
  expect(existsSync(join(dataDir, 'holder.json'))).toBe(false);
  acquireProfileLock({ dataDir, shell: 'desktop' }).release();
});

test('a second process is told who holds it', async () => {
  const dataDir = temporaryFolder();
  const holder = startChild('hold-profile.ts', dataDir, 'serve');
  expect(await holder.nextLine()).toBe('held');
  const holderName = new RegExp(`^serve \\(process ${holder.process.pid}, since \\d{4}-\\d\\d-\\d\\d [\\d:]{8}\\)$`);
  expect(() => acquireProfileLock({ dataDir, shell: 'desktop' })).toThrow(
    expect.objectContaining({
      code: 'profile_in_use',
      details: { dir: dataDir, holder: expect.stringMatching(holderName) },
    }),
  );
  holder.process.stdin?.write('release\n');
  expect(await holder.nextLine()).toBe('released');
  acquireProfileLock({ dataDir, shell: 'desktop' }).release();
});

test('the lock lasts as long as its process, even when nobody there remembers it', async () => {
  const dataDir = temporaryFolder();
  const holder = startChild('hold-profile.ts', dataDir, 'serve', 'forget');
  expect(await holder.nextLine()).toBe('held');
  expect(() => acquireProfileLock({ dataDir, shell: 'desktop' })).toThrow(
    expect.objectContaining({ code: 'profile_in_use' }),
  );
});

test('kill -9 of the holder frees the folder at once', async () => {
  const dataDir = temporaryFolder();
  const holder = startChild('hold-profile.ts', dataDir);
  expect(await holder.nextLine()).toBe('held');
  await holder.kill();
  const lock = acquireProfileLock({ dataDir, shell: 'desktop' });
  expect(JSON.parse(readFileSync(join(dataDir, 'holder.json'), 'utf8'))).toMatchObject({
    pid: process.pid,
    shell: 'desktop',
  });
  lock.release();
});

test('of several that begin at once exactly one wins', async () => {
  const dataDir = temporaryFolder();
  const contenders = [1, 2, 3].map(() => startChild('hold-profile.ts', dataDir));
  const said = await Promise.all(contenders.map((contender) => contender.nextLine()));
  expect(said.sort()).toEqual(['held', 'profile_in_use', 'profile_in_use']);
});

test('a holder that left no readable name is called another Keyhatch', () => {
  const dataDir = temporaryFolder();
  const lock = acquireProfileLock({ dataDir, shell: 'serve' });
  writeFileSync(join(dataDir, 'holder.json'), '{"pid":');
  expect(() => acquireProfileLock({ dataDir, shell: 'desktop' })).toThrow(/in use by another Keyhatch/);
  lock.release();
});

test('a folder that cannot be one is called damaged', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(() => acquireProfileLock({ dataDir: file, shell: 'serve' })).toThrow(
    expect.objectContaining({ code: 'profile_damaged' }),
  );
});
