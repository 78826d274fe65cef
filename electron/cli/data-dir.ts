// Where the profile lies when nobody says otherwise. Must equal Electron's app.getPath('userData') for the app name
// Keyhatch, so that the desktop app, `serve` and this command line share one profile.

import { posix, resolve, win32 } from 'node:path';

export type DataDirPlace = {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
};

const appName = 'Keyhatch';

/** The flag, else KEYHATCH_DATA_DIR, else this platform's place for it. Absolute. */
export function chooseDataDir(flag: string | undefined, place: DataDirPlace): string {
  const chosen = flag || place.env.KEYHATCH_DATA_DIR;
  return chosen ? resolve(chosen) : defaultDataDir(place);
}

export function defaultDataDir({ platform, env, homeDir }: DataDirPlace): string {
  if (platform === 'win32') return win32.join(env.APPDATA || win32.join(homeDir, 'AppData', 'Roaming'), appName);
  if (platform === 'darwin') return posix.join(homeDir, 'Library', 'Application Support', appName);
  return posix.join(env.XDG_CONFIG_HOME || posix.join(homeDir, '.config'), appName);
}
