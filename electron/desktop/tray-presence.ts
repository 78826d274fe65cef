// Whether this desktop shows tray icons, and the tray for as long as it does. macOS and Windows always do. On Linux an icon
// is shown by whoever owns the name of the StatusNotifier watcher on the session bus: Electron says nothing when there is
// nobody (its Tray is made and stays invisible), so the bus is asked.

import type { Log } from '../lib/log.ts';
import { isNameOnBus, type SessionBusPlace } from './session-bus.ts';
import type { TrayController } from './tray-controller.ts';

export type TrayPresencePorts = SessionBusPlace & {
  readonly platform: NodeJS.Platform;
  readonly make: () => TrayController;
  readonly log: Log;
};

export type TrayPresence = {
  /** As last seen. */
  readonly isShown: () => boolean;
  /** Looks anew, and makes or takes away the tray. */
  readonly look: () => Promise<boolean>;
  readonly close: () => void;
};

const watcherName = 'org.kde.StatusNotifierWatcher';
/** At login the panel may come up after us. */
const lookAgainMs = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000] as const;

export function createTrayPresence(ports: TrayPresencePorts): TrayPresence {
  let tray: TrayController | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<boolean> {
    const there = ports.platform !== 'linux' || (await isNameOnBus(watcherName, ports));
    if (closed) return false;
    if (there) tray ??= ports.make();
    else {
      tray?.close();
      tray = undefined;
    }
    return there;
  }

  async function lookUntilThere(waits: readonly number[]): Promise<void> {
    const [wait, ...rest] = waits;
    try {
      if ((await look()) || closed || wait === undefined) return;
    } catch (error) {
      ports.log.error('the tray icon could not be made', { error });
      return;
    }
    timer = setTimeout(() => void lookUntilThere(rest), wait).unref();
  }

  void lookUntilThere(lookAgainMs);
  return {
    isShown: () => tray !== undefined,
    look,
    close() {
      closed = true;
      clearTimeout(timer);
      tray?.close();
      tray = undefined;
    },
  };
}
