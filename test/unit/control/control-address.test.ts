// Where the control socket lies, and who can get at it.

import { spawnSync } from 'node:child_process';
import { chmod, lstat, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { controlAddress, controlFilePath, thisPlatform } from '../../../electron/control/control-address.ts';
import { connectControl } from '../../../electron/control/control-client.ts';
import { running } from '../cli/fake-instance.ts';
import { createControlFixture, modeOf } from './control-fixture.ts';

test('directory-socket-and-control-file-are-for-the-owner-alone', async () => {
  const before = process.umask();
  const { dataDir, start } = await createControlFixture();
  const server = await start();
  expect(process.umask()).toBe(before);
  expect(server.address).toBe(join(dataDir, 'run', 'control.sock'));
  expect(await modeOf(join(dataDir, 'run'))).toBe(0o700);
  expect(await modeOf(server.address)).toBe(0o600);
  expect(await modeOf(controlFilePath(dataDir))).toBe(0o600);
});

test('the-mask-is-set-just-around-listening', async () => {
  const masks: number[] = [];
  const { start } = await createControlFixture();
  await start({
    umask: (mask) => {
      masks.push(mask);
      return process.umask(mask);
    },
  });
  expect(masks).toEqual([0o177, process.umask()]);
});

test('a-long-profile-path-gets-a-short-private-socket-of-its-own', async () => {
  const { start, connect } = await createControlFixture(join('d'.repeat(60), 'e'.repeat(60)));
  const server = await start();
  onTestFinished(() => rm(dirname(server.address), { recursive: true, force: true }));
  expect(Buffer.byteLength(server.address)).toBeLessThanOrEqual(100);
  expect(server.address).toMatch(/keyhatch-\d+-[0-9a-f]{16}\/control\.sock$/);
  expect(await modeOf(dirname(server.address))).toBe(0o700);
  expect(await modeOf(server.address)).toBe(0o600);
  expect(await (await connect()).status.get()).toEqual(running);
});

test('a-prepared-directory-in-the-place-of-the-short-socket-is-refused', async () => {
  const { dataDir, start } = await createControlFixture(join('f'.repeat(60), 'g'.repeat(60)));
  const prepared = dirname(controlAddress(dataDir, thisPlatform()));
  await mkdir(prepared, { mode: 0o700 });
  onTestFinished(() => rm(prepared, { recursive: true, force: true }));
  await chmod(prepared, 0o777);
  await expect(start()).rejects.toMatchObject({ code: 'profile_damaged' });
});

test('a-socket-directory-that-others-can-enter-is-refused', async () => {
  const { dataDir, start } = await createControlFixture();
  await mkdir(join(dataDir, 'run'));
  await chmod(join(dataDir, 'run'), 0o750);
  await expect(start()).rejects.toMatchObject({ code: 'profile_damaged' });
  await expect(connectControl({ dataDir })).rejects.toMatchObject({ code: 'profile_damaged' });
});

test('a-socket-directory-that-is-a-link-is-refused', async () => {
  const { dataDir, start } = await createControlFixture();
  await mkdir(join(dataDir, 'elsewhere'), { mode: 0o700 });
  await symlink(join(dataDir, 'elsewhere'), join(dataDir, 'run'));
  await expect(start()).rejects.toMatchObject({ code: 'profile_damaged' });
});

test('a-socket-directory-of-another-user-is-refused', async () => {
  const { start } = await createControlFixture();
  const machine = { ...thisPlatform(), uid: (thisPlatform().uid ?? 0) + 1 };
  await expect(start({ machine })).rejects.toMatchObject({ code: 'profile_damaged' });
});

test('a-control-file-that-others-can-read-is-refused', async () => {
  const { dataDir, start } = await createControlFixture();
  await start();
  await chmod(controlFilePath(dataDir), 0o644);
  await expect(connectControl({ dataDir })).rejects.toMatchObject({ code: 'profile_damaged' });
});

test('a-file-in-the-place-of-the-socket-is-not-removed', async () => {
  const { dataDir, start } = await createControlFixture();
  await mkdir(join(dataDir, 'run'), { mode: 0o700 });
  await writeFile(join(dataDir, 'run', 'control.sock'), 'mine');
  await expect(start()).rejects.toMatchObject({ code: 'profile_damaged' });
  expect(await readFile(join(dataDir, 'run', 'control.sock'), 'utf8')).toBe('mine');
});

test('nothing-runs-when-there-is-no-control-file', async () => {
  const { dataDir } = await createControlFixture();
  expect(await connectControl({ dataDir })).toBeUndefined();
  expect(await connectControl({ dataDir: join(dataDir, 'missing') })).toBeUndefined();
});

test('nothing-runs-when-only-the-leftovers-of-a-dead-process-lie-there', async () => {
  const { dataDir, start, controlFile, connect } = await createControlFixture();
  await mkdir(join(dataDir, 'run'), { mode: 0o700 });
  const address = join(dataDir, 'run', 'control.sock');
  const script = `require('net').createServer().listen(${JSON.stringify(address)}, () => process.kill(process.pid, 9))`;
  spawnSync(process.execPath, ['-e', script]);
  const secret = 'ab'.repeat(32);
  await writeFile(controlFilePath(dataDir), JSON.stringify({ address, secret }), { mode: 0o600 });
  expect((await stat(address)).isSocket()).toBe(true);
  expect(await connectControl({ dataDir })).toBeUndefined();

  await start();
  expect(await controlFile()).toMatchObject({ address });
  expect((await controlFile()).secret).not.toBe(secret);
  expect(await (await connect()).status.get()).toEqual(running);
});

test('closing-removes-socket-and-control-file', async () => {
  const { dataDir, start, connect } = await createControlFixture();
  const server = await start();
  const client = await connect();
  await server.close();
  await expect(lstat(server.address)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(lstat(controlFilePath(dataDir))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(client.status.get()).rejects.toMatchObject({ code: 'not_running' });
});

test('windows-gets-a-pipe-whose-name-cannot-be-guessed', () => {
  const machine = { ...thisPlatform(), platform: 'win32' as const };
  const [one, two] = [controlAddress('C:\\p', machine), controlAddress('C:\\p', machine)];
  expect(one).toMatch(/^\\\\\.\\pipe\\keyhatch-[0-9a-f]{32}$/);
  expect(one).not.toBe(two);
});
