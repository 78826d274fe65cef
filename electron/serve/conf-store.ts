// settings.json through conf, for runs without Electron. Given no schema, defaults or migrations: conf would write on
// opening and judge the file as a whole, while electron/settings does so value by value.

import Conf from 'conf';

/** What electron/settings asks of a store. */
export type SettingsStore = {
  readonly store: Readonly<Record<string, unknown>>;
  readonly set: (name: string, value: unknown) => void;
  readonly delete: (name: string) => void;
};

/** Opens `settings.json` in a data folder. Throws conf's own error on a file that is not JSON: look at it before. */
export function openConfStore(dataDir: string): SettingsStore {
  const conf = new Conf<Record<string, unknown>>({
    cwd: dataDir,
    configName: 'settings',
    fileExtension: 'json',
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: false,
    configFileMode: 0o600,
  });
  return {
    get store() {
      return conf.store;
    },
    set: (name, value) => conf.set(name, value),
    delete: (name) => conf.delete(name),
  };
}
