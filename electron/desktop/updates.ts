// Looks for a newer Keyhatch, fetches it, and installs it when told to. Does nothing at all unless the app was packaged
// with a place to look at. What is fetched is verified by electron-updater (checksum, and the signature where there is one).

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AppUpdater } from 'electron-updater';
import type { DesktopFacts } from '../../shared/model.ts';
import type { Log } from '../lib/log.ts';

export type UpdatesPorts = {
  readonly isPackaged: boolean;
  /** Electron's folder of resources; undefined outside of Electron. */
  readonly resourcesDir: string | undefined;
  /** electron-updater, which is loaded only where there is something to look at. */
  readonly load: () => Promise<AppUpdater>;
  readonly wanted: () => boolean;
  readonly onReady: (version: string | null) => void;
  /** Ends the app in good order and then does this. */
  readonly quitAndDo: (last: () => void) => void;
  readonly log: Log;
};

export type Updates = {
  readonly facts: () => DesktopFacts['updates'];
  readonly check: () => Promise<void>;
  readonly restart: () => Promise<void>;
  /** Looks now and then, until the returned function is called. */
  readonly watch: () => () => void;
};

const firstLookMs = 30_000;
const lookEveryMs = 6 * 60 * 60_000;

export function createUpdates(ports: UpdatesPorts): Updates {
  const { isPackaged, resourcesDir, log } = ports;
  const possible = isPackaged && resourcesDir !== undefined && existsSync(join(resourcesDir, 'app-update.yml'));
  let facts: DesktopFacts['updates'] = { state: 'none', version: null };
  let loaded: Promise<AppUpdater> | undefined;

  async function load(): Promise<AppUpdater> {
    const autoUpdater = await ports.load();
    autoUpdater.logger = null;
    // Installed when told to, and not by the way at the next quit.
    autoUpdater.autoInstallOnAppQuit = false;
    autoUpdater.on('update-available', ({ version }) => (facts = { state: 'available', version }));
    autoUpdater.on('update-not-available', () => (facts = { state: 'none', version: null }));
    autoUpdater.on('error', (error) => {
      facts = { ...facts, state: 'failed' };
      log.warn('looking for an update did not work', { error });
    });
    autoUpdater.on('update-downloaded', ({ version }) => {
      facts = { state: 'downloaded', version };
      ports.onReady(version);
    });
    return autoUpdater;
  }

  async function check(): Promise<void> {
    const busy = facts.state === 'checking' || facts.state === 'downloaded';
    if (!possible || !ports.wanted() || busy) return;
    facts = { ...facts, state: 'checking' };
    // A failure is told by its `error` event too, which has logged it.
    await updater()
      .then((updates) => updates.checkForUpdates())
      .catch(() => (facts = { ...facts, state: 'failed' }));
  }

  function updater(): Promise<AppUpdater> {
    loaded ??= load();
    return loaded;
  }

  return {
    facts: () => (possible && ports.wanted() ? facts : { state: 'off', version: null }),
    check,
    async restart() {
      if (facts.state !== 'downloaded') return;
      const updates = await updater();
      // The installer ends whatever still runs, so that the requests have to be over before it begins.
      ports.quitAndDo(() => updates.quitAndInstall());
    },
    watch() {
      const first = setTimeout(check, firstLookMs).unref();
      const then = setInterval(check, lookEveryMs).unref();
      return () => {
        clearTimeout(first);
        clearInterval(then);
      };
    },
  };
}
