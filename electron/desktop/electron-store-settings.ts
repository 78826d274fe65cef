// settings.json through electron-store, for the desktop.

import Store from 'electron-store';
import { asSettingsStore, type SettingsStore, settingsFile } from '../lib/settings-store.ts';

/**
 * Opens `settings.json` in a data folder (absolute path). Throws electron-store's own error on a file that is not JSON:
 * look at it before.
 */
export function openElectronStoreSettings(dataDir: string): SettingsStore {
  const { name, options } = settingsFile;
  return asSettingsStore(new Store<Record<string, unknown>>({ ...options, cwd: dataDir, name }));
}
