// Starts Keyhatch in the tray at login, or no longer: through the system on macOS and Windows, by an autostart file of the
// desktop on Linux. Follows the setting; keeps nothing itself.

import { app } from 'electron';
import type { Log } from '../lib/log.ts';
import { followByAutostartFile } from './autostart-file.ts';
import { hiddenFlag } from './launch-words.ts';

export type LoginItemPorts = {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly isPackaged: boolean;
  /** The words that start this app. */
  readonly command: readonly string[];
  readonly log: Log;
};

export type LoginItem = {
  /** Whether the app can be started at login at all. */
  readonly possible: boolean;
  /** Makes it so. A failure is logged: the setting stays, and is tried again at the next start. */
  readonly follow: (openAtLogin: boolean) => Promise<void>;
  /** For the start: the setting may have been changed, or the program moved, while the app was not running. */
  readonly agree: (openAtLogin: boolean) => Promise<void>;
};

export function createLoginItem(ports: LoginItemPorts): LoginItem {
  const { platform } = ports;
  // From a checkout, macOS and Windows would be told to start a bare Electron.
  const possible = platform === 'linux' || ((platform === 'darwin' || platform === 'win32') && ports.isPackaged);

  async function follow(openAtLogin: boolean): Promise<void> {
    if (!possible) return;
    try {
      if (platform === 'linux') await followByAutostartFile(openAtLogin, ports);
      // macOS says by itself that it opened the app at login; Windows has to be told to say so.
      else if (platform === 'darwin') app.setLoginItemSettings({ openAtLogin });
      else app.setLoginItemSettings({ openAtLogin, args: [hiddenFlag] });
    } catch (error) {
      ports.log.warn('starting at login could not be switched', { openAtLogin, error });
    }
  }
  return {
    possible,
    follow,
    // Switched off in the system's own settings it counts as on here, and stays as its person left it there.
    async agree(openAtLogin) {
      if (platform === 'linux' || (possible && app.getLoginItemSettings().openAtLogin !== openAtLogin))
        await follow(openAtLogin);
    },
  };
}
