// settings.json through conf, for runs without Electron.

import Conf from 'conf';
import { asSettingsStore, type SettingsStore, settingsFile } from '../lib/settings-store.ts';

/** Opens `settings.json` in a data folder. Throws conf's own error on a file that is not JSON: look at it before. */
export function openConfStore(dataDir: string): SettingsStore {
  const { name, options } = settingsFile;
  return asSettingsStore(new Conf<Record<string, unknown>>({ ...options, cwd: dataDir, configName: name }));
}
