// settings.json through electron-store, for the desktop. Given no schema, defaults or migrations: it would write on
// opening and judge the file as a whole, while electron/settings does so value by value.

import Store from 'electron-store';

/** What electron/settings asks of a store. */
export type SettingsStore = {
  readonly store: Readonly<Record<string, unknown>>;
  readonly set: (name: string, value: unknown) => void;
  readonly delete: (name: string) => void;
};

/**
 * Opens `settings.json` in a data folder (absolute path). Throws electron-store's own error on a file that is not JSON:
 * look at it before.
 */
export function openElectronStoreSettings(dataDir: string): SettingsStore {
  const settings = new Store<Record<string, unknown>>({
    cwd: dataDir,
    name: 'settings',
    fileExtension: 'json',
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: false,
    configFileMode: 0o600,
  });
  return {
    get store() {
      return settings.store;
    },
    set: (name, value) => settings.set(name, value),
    delete: (name) => settings.delete(name),
  };
}
