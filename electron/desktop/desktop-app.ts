// The desktop app from ready to quit: joins the house that compose builds with window, tray, menus and the machine. What
// each of them does is in a file of its own.

import { homedir } from 'node:os';
import { createRouterClient } from '@orpc/server';
import { app, clipboard, dialog, session } from 'electron';
import { errorsFromWire, errorsToWire } from '../../shared/error-wire.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import { atTheMachine } from '../../shared/people-model.ts';
import { compose } from '../compose.ts';
import { systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { House } from '../shell.ts';
import { setAppMenu } from './app-menu.ts';
import { serveAppPages } from './app-protocol.ts';
import { askBeforeClosing } from './closing.ts';
import { createCommandLineInstall } from './command-line-install.ts';
import { confineSession } from './confine.ts';
import { createDesktopCalls, type DesktopCalls } from './desktop-calls.ts';
import { dialogTexts } from './desktop-texts.ts';
import { openElectronStoreSettings } from './electron-store-settings.ts';
import { offerContract } from './ipc-adapter.ts';
import { commandLineCommand, type OwnProgram, ownCommand } from './launch-words.ts';
import { createLoginItem, type LoginItem } from './login-item.ts';
import { createNotices, type Notices } from './notices.ts';
import { drainBeforeQuit } from './quit.ts';
import { createSecretClipboard } from './secret-clipboard.ts';
import { stayAwake } from './stay-awake.ts';
import { createTrayActions } from './tray-actions.ts';
import { createTrayController } from './tray-controller.ts';
import { createTrayPresence } from './tray-presence.ts';
import { createUpdates } from './updates.ts';
import { createWindowController } from './window-controller.ts';
import { openWindowMemory } from './window-memory.ts';

export type DesktopAppOptions = {
  readonly version: string;
  /** Starts in the tray, without its window. */
  readonly hidden: boolean;
  readonly pagesDir: string;
  /** Program of the threads that keep the ledger. */
  readonly ledgerWorker: string;
  readonly passwordWorker: string;
  readonly preloadFile: string;
  readonly resourcesDir: string;
  readonly log: Log;
};

const clearsAfterMs = 60_000;
const launchMs = 3_000;
const { monotonic } = systemClock;

/** To be called once Electron is ready. Says itself what goes wrong, and then ends the app. */
export async function openDesktopApp(options: DesktopAppOptions): Promise<void> {
  const { log, resourcesDir } = options;
  const { platform, env } = process;
  const dataDir = app.getPath('userData');
  confineSession(session.defaultSession);
  serveAppPages(options.pagesDir);

  const own: OwnProgram = { execPath: process.execPath, appPath: app.getAppPath(), isPackaged: app.isPackaged, env };
  const machine = { platform, env, homeDir: homedir(), isPackaged: app.isPackaged };
  const loginItem = createLoginItem({ ...machine, command: ownCommand(own), log });
  const secrets = createSecretClipboard({
    clipboard,
    platform,
    setting: () => house.settings()['desktop.clearClipboard'],
    clearsAfterMs,
    log,
  });
  const updates = createUpdates({
    isPackaged: app.isPackaged,
    resourcesDir: process.resourcesPath,
    load: async () => (await import('electron-updater')).default.autoUpdater,
    wanted: () => house.settings()['desktop.updates'],
    onReady: (version) => notices.updateReady(version),
    quitAndDo: (last) => quit.thenDo(last),
    log,
  });
  const calls = createDesktopCalls({
    hasTray: () => tray.look(),
    loginItem,
    commandLine: createCommandLineInstall({ ...machine, command: commandLineCommand(own) }),
    updates,
    clipboard: secrets,
  });
  const opened = await openHouse(options, dataDir, calls);
  if (!opened) return;
  const house = opened;

  const memory = openWindowMemory(dataDir, log);
  const mayClose = () => closing.mayClose();
  const window = createWindowController({
    preloadFile: options.preloadFile,
    platform,
    memory,
    mayClose,
    monotonic,
    log,
  });
  const listen = house.changes.listen;
  const client = createRouterClient(house.router, {
    context: { actor: { kind: 'window', detail: 'tray' }, caller: atTheMachine },
    interceptors: [errorsFromWire(), errorsToWire(log)],
  });
  const act = createTrayActions({ calls: client, open: window.show, ask: window.ask, log });
  const notices: Notices = createNotices({
    settings: house.settings,
    listen,
    serverState: house.status().server.state,
    open: window.show,
    sayOnce: memory.sayOnce,
    forget: memory.forget,
  });
  const tray = createTrayPresence({
    platform,
    env,
    uid: process.getuid?.() ?? 0,
    log,
    make: () =>
      createTrayController({
        iconsDir: `${resourcesDir}/tray`,
        platform,
        desktop: env['XDG_CURRENT_DESKTOP'] ?? '',
        status: house.status,
        settings: house.settings,
        recent: () => client.requests.list({ limit: 2 }).then(({ rows }) => rows),
        listen,
        act,
        monotonic,
        log,
      }),
  });
  const stopStayingAwake = stayAwake({ settings: house.settings, listen, rebind: house.rebind, log });
  const stopLookingForUpdates = updates.watch();
  const quit = drainBeforeQuit({
    running: () => house.status().server.running,
    async drain() {
      await secrets.clear();
      await house.stop();
      for (const end of [stopStayingAwake, stopLookingForUpdates, stopFollowing, notices.close, tray.close]) end();
    },
    ask: window.ask,
    monotonic,
    log,
  });
  const closing = askBeforeClosing({
    quitting: quit.underway,
    hasTray: tray.isShown,
    memory,
    notices,
    ask: window.ask,
    close: window.close,
    platform,
  });

  app.on('second-instance', () => window.show());
  const startedAt = monotonic();
  app.on('activate', () => {
    // macOS says so of the launch itself too.
    if (!options.hidden || monotonic() - startedAt > launchMs) window.show();
  });
  setAppMenu({ platform, version: options.version, iconFile: `${resourcesDir}/icon.png`, open: window.show });
  offerContract({ router: house.router, log });
  const stopFollowing = followLoginItem(house, loginItem);
  if (!options.hidden) window.show();
  await startOrSay(house, window.ask, log);
}

async function openHouse(
  { log, version, pagesDir, ledgerWorker, passwordWorker }: DesktopAppOptions,
  dataDir: string,
  desktop: DesktopCalls,
): Promise<House | undefined> {
  try {
    return await compose({
      name: 'desktop',
      version,
      dataDir,
      env: process.env,
      log,
      openSettingsStore: openElectronStoreSettings,
      vault: undefined,
      flags: {},
      upstreams: [],
      echo: 'stand-in',
      pagesDir,
      ledgerWorker,
      passwordWorker,
      desktop,
    });
  } catch (error) {
    log.error('Keyhatch could not start', { error });
    dialog.showErrorBox(dialogTexts.cannotStart, sentenceOf(error));
    app.exit(1);
    return undefined;
  }
}

// A taken port is no reason to close the window in which it can be changed.
async function startOrSay(
  house: House,
  ask: (question: { readonly message: string; readonly detail: string; readonly type: 'error' }) => Promise<number>,
  log: Log,
): Promise<void> {
  try {
    await house.adoptServers();
    await house.start();
  } catch (error) {
    log.error('the server could not start', { error });
    await ask({ type: 'error', message: dialogTexts.cannotServe, detail: sentenceOf(error) });
  }
}

function followLoginItem(house: House, loginItem: LoginItem): () => void {
  const name = 'desktop.openAtLogin';
  void loginItem.agree(house.settings()[name]);
  return house.changes.listen((change) => {
    if (change.type === 'setting' && change.setting.name === name) void loginItem.follow(house.settings()[name]);
  });
}

function sentenceOf(error: unknown): string {
  return error instanceof KeyhatchError ? error.message : dialogTexts.seeLog;
}
