// The program that Electron runs: one command of the command line when it is called with `--cli`, and else the desktop app,
// once a profile. What the app consists of is desktop-app.ts.

import { join } from 'node:path';
import { app } from 'electron';
import packageJson from '../../package.json' with { type: 'json' };
import { createLog } from '../lib/log.ts';
import { onStopSignal } from '../lib/stop-signals.ts';
import { registerAppScheme } from './app-protocol.ts';
import { confinePages } from './confine.ts';
import { openDesktopApp } from './desktop-app.ts';
import { commandLineWords, startsHidden } from './launch-words.ts';

/** Groups the app's windows and notices on Windows; the same as `appId` in electron-builder.yml. */
const appId = 'dev.keyhatch.app';

function main(): void {
  const log = createLog({ format: 'pretty', write: (line) => process.stderr.write(`${line}\n`) });
  app.setName('Keyhatch');
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app.setAppUserModelId(appId);
  app.enableSandbox();
  registerAppScheme();
  confinePages();
  // A terminal that is gone must not take the server with it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  onStopSignal(() => app.quit());
  // The server goes on without a window; quitting is said, not inferred.
  app.on('window-all-closed', () => {});
  void app.whenReady().then(() =>
    openDesktopApp({
      version: packageJson.version,
      hidden: startsHidden(process.argv) || app.getLoginItemSettings().wasOpenedAtLogin,
      // In a checkout as in a packed app, these lie beside the main bundle.
      pagesDir: join(import.meta.dirname, '../renderer'),
      ledgerWorker: join(import.meta.dirname, '../ledger/ledger-worker.cjs'),
      passwordWorker: join(import.meta.dirname, '../passwords/password-worker.cjs'),
      preloadFile: join(import.meta.dirname, '../preload/preload.cjs'),
      resourcesDir: join(import.meta.dirname, '../../resources'),
      log,
    }),
  );
}

const words = commandLineWords(process.argv);
if (words) {
  // Electron waits for this module before it begins to open windows, a display or a profile, so that the command runs
  // and ends without any of them.
  const { runCommandProcess } = await import('../cli/command-process.ts');
  app.exit(await runCommandProcess(words, (exitCode) => app.exit(exitCode)));
} else {
  main();
}
