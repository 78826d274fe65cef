// Keeps the computer from suspending the app while requests run, listens anew when the computer wakes up, and begins to
// drain as soon as it is about to go down.

import { app, powerMonitor, powerSaveBlocker } from 'electron';
import type { Change } from '../../shared/change.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Log } from '../lib/log.ts';

export type StayAwakePorts = {
  readonly settings: () => Settings;
  readonly listen: (listener: (change: Change) => void) => () => void;
  readonly rebind: () => Promise<void>;
  readonly log: Log;
};

/** Until the returned function is called. */
export function stayAwake(ports: StayAwakePorts): () => void {
  let blocker: number | undefined;

  function follow(running: number): void {
    const wanted = running > 0 && ports.settings()['desktop.keepAwake'];
    if (wanted && blocker === undefined) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (wanted || blocker === undefined) return;
    powerSaveBlocker.stop(blocker);
    blocker = undefined;
  }

  const off = ports.listen((change) => {
    if (change.type === 'status') follow(change.status.server.running);
  });
  // An address that went away during sleep took its sockets with it, and nobody is told.
  const wake = () =>
    void ports
      .rebind()
      .catch((error: unknown) => ports.log.error('the server did not come back after sleep', { error }));
  // Before macOS asks each app to end: one that says "not yet" then would cancel the logout.
  const goDown = () => app.quit();
  powerMonitor.on('resume', wake);
  powerMonitor.on('shutdown', goDown);
  return () => {
    off();
    powerMonitor.off('resume', wake);
    powerMonitor.off('shutdown', goDown);
    follow(0);
  };
}
