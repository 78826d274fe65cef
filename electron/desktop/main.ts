// The desktop app from start to quit: one instance, one profile, one window. Joins Electron's life cycle to the house
// that compose builds; what the window shows is the renderer's business.

import { join } from 'node:path';
import { app, dialog } from 'electron';
import packageJson from '../../package.json' with { type: 'json' };
import { KeyhatchError } from '../../shared/errors.ts';
import { compose } from '../compose.ts';
import { createLog } from '../lib/log.ts';
import type { House } from '../shell.ts';
import { registerAppScheme, serveAppPages } from './app-protocol.ts';
import { openElectronStoreSettings } from './electron-store-settings.ts';
import { offerContract } from './ipc-adapter.ts';
import { createWindowController } from './window-controller.ts';

const log = createLog({ format: 'pretty', write: (line) => process.stderr.write(`${line}\n`) });

// `npm start` runs Electron on the folder of the checkout; a packed app has its pages beside the main bundle too.
const pagesDir = join(import.meta.dirname, '../renderer');
const preloadFile = join(import.meta.dirname, '../preload/preload.cjs');

function main(): void {
  app.setName('Keyhatch');
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  registerAppScheme();
  const window = createWindowController({ preloadFile, log });
  app.on('second-instance', window.show);
  app.on('activate', window.show);
  // The server goes on without a window; quitting is said, not inferred.
  app.on('window-all-closed', () => {});
  void app.whenReady().then(async () => {
    serveAppPages(pagesDir);
    const house = await openHouse();
    if (!house) return;
    offerContract({ router: house.router, log });
    drainBeforeQuit(house);
    window.show();
  });
}

async function openHouse(): Promise<House | undefined> {
  try {
    const house = await compose({
      name: 'desktop',
      version: packageJson.version,
      dataDir: app.getPath('userData'),
      env: process.env,
      log,
      openSettingsStore: openElectronStoreSettings,
      vault: undefined,
      flags: {},
      upstreams: [],
      echo: 'stand-in',
      pagesDir,
      desktop: undefined,
    });
    await house.adoptServers();
    await startOrSay(house);
    return house;
  } catch (error) {
    log.error('Keyhatch could not start', { error });
    const text = error instanceof KeyhatchError ? error.message : 'Its log on the terminal has the details.';
    dialog.showErrorBox('Keyhatch could not start', text);
    app.exit(1);
    return undefined;
  }
}

// A taken port is no reason to close the window in which it can be changed.
async function startOrSay(house: House): Promise<void> {
  try {
    await house.start();
  } catch (error) {
    log.error('the server could not start', { error });
    const text = error instanceof KeyhatchError ? error.message : 'Its log on the terminal has the details.';
    dialog.showErrorBox('The server could not start', text);
  }
}

function drainBeforeQuit(house: House): void {
  let state: 'running' | 'draining' | 'done' = 'running';
  app.on('before-quit', (event) => {
    if (state === 'done') return;
    event.preventDefault();
    if (state === 'draining') return;
    state = 'draining';
    void house.stop().finally(() => {
      state = 'done';
      app.quit();
    });
  });
}

main();
