// The local socket for somebody who may not read the profile's secret but has an admin key: whose socket it must be before
// the key is shown, and what the key opens.

import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findControlAddress, readControlFile, thisPlatform } from '../../../electron/control/control-address.ts';
import { connectControl } from '../../../electron/control/control-client.ts';
import { running } from '../cli/fake-instance.ts';
import { createControlFixture } from './control-fixture.ts';

const adminKey = 'kha_good';
const verifyAdmin = (credential: string) => (credential === adminKey ? { id: 'aB3dE5fG', name: 'script' } : undefined);
const somebodyElse = { ...thisPlatform(), uid: (process.getuid?.() ?? 0) + 1 };

describe('the address', () => {
  test('is found by whoever is not its owner, who may not read the secret', async () => {
    const { dataDir, start } = await createControlFixture();
    const { address } = await start();
    await expect(readControlFile(dataDir, somebodyElse)).rejects.toMatchObject({ code: 'profile_damaged' });
    expect(await findControlAddress(dataDir, somebodyElse)).toBe(address);
  });
  test('is none where nothing runs', async () => {
    const { dataDir } = await createControlFixture();
    expect(await findControlAddress(dataDir, somebodyElse)).toBeUndefined();
    await mkdir(join(dataDir, 'run'), { mode: 0o700 });
    expect(await findControlAddress(dataDir, somebodyElse)).toBeUndefined();
  });
  test('is refused where others than its owner could have put something there', async () => {
    const { dataDir, start } = await createControlFixture();
    const { address, close } = await start();
    await chmod(join(dataDir, 'run'), 0o770);
    await expect(findControlAddress(dataDir, somebodyElse)).rejects.toMatchObject({ code: 'profile_damaged' });
    await chmod(join(dataDir, 'run'), 0o700);
    await close();
    await rm(address, { force: true });
    await writeFile(address, 'not a socket');
    await expect(findControlAddress(dataDir, somebodyElse)).rejects.toMatchObject({ code: 'profile_damaged' });
    await rm(address);
  });
  test('is nobody’s to know on Windows', async () => {
    const { dataDir } = await createControlFixture();
    const windows = { ...thisPlatform(), platform: 'win32' as const };
    await expect(findControlAddress(dataDir, windows)).rejects.toMatchObject({ code: 'control_refused' });
  });
});

describe('an admin key', () => {
  test('opens every call', async () => {
    const { dataDir, start } = await createControlFixture();
    await start({ verifyAdmin });
    const connection = await connectControl({ dataDir, adminKey });
    expect(await connection?.client.status.get()).toEqual(running);
    await connection?.close();
  });
  test('opens nothing when it is another one, or where none is taken', async () => {
    const { dataDir, start } = await createControlFixture();
    const first = await start({ verifyAdmin });
    await expect(connectControl({ dataDir, adminKey: 'kha_bad' })).rejects.toMatchObject({ code: 'control_refused' });
    await first.close();
    await start();
    await expect(connectControl({ dataDir, adminKey })).rejects.toMatchObject({ code: 'control_refused' });
  });
  test('is looked at anew for each call', async () => {
    const { dataDir, start } = await createControlFixture();
    let asked = 0;
    await start({
      verifyAdmin(credential) {
        asked += 1;
        return verifyAdmin(credential);
      },
    });
    const connection = await connectControl({ dataDir, adminKey });
    const before = asked;
    await connection?.client.status.get();
    expect(asked - before).toBeGreaterThanOrEqual(2);
    await connection?.close();
  });
});
