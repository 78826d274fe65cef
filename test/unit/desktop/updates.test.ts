// When the desktop app looks for a newer Keyhatch and when it installs one, with a stand-in for electron-updater.

import { EventEmitter } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppUpdater } from 'electron-updater';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createUpdates } from '../../../electron/desktop/updates.ts';
import { silentLog } from '../../../electron/lib/log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyhatch-updates-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What of electron-updater is used. */
function makeUpdater() {
  const quitAndInstall = vi.fn();
  const checkForUpdates = async () => null;
  return Object.assign(new EventEmitter(), {
    logger: {} as object | null,
    autoInstallOnAppQuit: true,
    checkForUpdates,
    quitAndInstall,
  });
}

function setUp() {
  const updater = makeUpdater();
  const load = vi.fn(async () => updater as unknown as AppUpdater);
  const [onReady, quitAndDo] = [vi.fn(), vi.fn<(last: () => void) => void>()];
  const ports = {
    isPackaged: true,
    resourcesDir: folder,
    load,
    wanted: () => true,
    onReady,
    quitAndDo,
    log: silentLog,
  };
  return { updater, load, onReady, quitAndDo, ports };
}

test('updates are off unless the app was packed with a place to look at and the setting is on', async () => {
  const { ports, load } = setUp();
  const off = { state: 'off', version: null };
  const nowhere = createUpdates(ports);
  await nowhere.check();
  expect(nowhere.facts()).toEqual(off);
  await writeFile(join(folder, 'app-update.yml'), 'provider: generic\n');
  expect(createUpdates(ports).facts()).toEqual({ state: 'none', version: null });
  expect(createUpdates({ ...ports, isPackaged: false }).facts()).toEqual(off);
  expect(createUpdates({ ...ports, wanted: () => false }).facts()).toEqual(off);
  expect(createUpdates({ ...ports, resourcesDir: undefined }).facts()).toEqual(off);
  expect(load).not.toHaveBeenCalled();
});

test('updates are installed when told to, and not by the way at the next quit', async () => {
  await writeFile(join(folder, 'app-update.yml'), 'provider: generic\n');
  const { updater, load, onReady, quitAndDo, ports } = setUp();
  const updates = createUpdates(ports);
  await updates.check();
  expect(updater.autoInstallOnAppQuit).toBe(false);
  updater.emit('update-available', { version: '2.0.0' });
  await updates.restart();
  expect(quitAndDo).not.toHaveBeenCalled();
  updater.emit('update-downloaded', { version: '2.0.0' });
  expect(updates.facts()).toEqual({ state: 'downloaded', version: '2.0.0' });
  expect(onReady).toHaveBeenCalledExactlyOnceWith('2.0.0');
  expect(updater.quitAndInstall).not.toHaveBeenCalled();
  await updates.restart();
  quitAndDo.mock.calls[0]?.[0]();
  expect(updater.quitAndInstall).toHaveBeenCalledOnce();
  expect(load).toHaveBeenCalledOnce();
});
