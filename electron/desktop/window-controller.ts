// The one window: made when it is first shown, gone when it is closed, loaded anew when its page dies. What a page may not
// do is confine.ts; whether closing quits is asked of whoever made this.

import { BrowserWindow, dialog, type MessageBoxOptions, nativeTheme } from 'electron';
import type { Log } from '../lib/log.ts';
import { appOrigin } from './app-protocol.ts';
import { dialogTexts } from './desktop-texts.ts';
import type { Page } from './tray-view.ts';
import { smallest, type WindowMemory } from './window-memory.ts';

export type WindowControllerPorts = {
  readonly preloadFile: string;
  readonly platform: NodeJS.Platform;
  readonly memory: WindowMemory;
  /** Whether the window may go now. Answers false while a person is being asked, and closes it later if need be. */
  readonly mayClose: () => boolean;
  readonly monotonic: () => number;
  readonly log: Log;
};

export type WindowController = {
  /** Brings it to the front, on this page if one is named. */
  readonly show: (page?: Page) => void;
  /** Lets it go without asking. */
  readonly close: () => void;
  readonly isOpen: () => boolean;
  /** Asks a person. @returns the number of the button */
  readonly ask: (question: MessageBoxOptions) => Promise<number>;
};

const backgrounds = { dark: '#101217', light: '#ffffff' } as const;
/** A page that dies more often than this within a minute is not loaded again. */
const mostReloads = 3;
const reloadsWithinMs = 60_000;

export function createWindowController(ports: WindowControllerPorts): WindowController {
  const { log, memory } = ports;
  let window: BrowserWindow | undefined;
  let deaths: readonly number[] = [];

  function open(page: Page): BrowserWindow {
    const { width, height } = memory.get();
    const made = new BrowserWindow({
      width,
      height,
      minWidth: smallest.width,
      minHeight: smallest.height,
      title: 'Keyhatch',
      show: false,
      backgroundColor: background(),
      autoHideMenuBar: true,
      webPreferences: {
        preload: ports.preloadFile,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webviewTag: false,
        // Its dictionaries would be fetched from the network.
        spellcheck: false,
      },
    });
    made.on('close', (event) => {
      const [keptWidth = width, keptHeight = height] = made.getSize();
      if (!made.isMaximized() && !made.isFullScreen()) memory.keep({ width: keptWidth, height: keptHeight });
      if (!ports.mayClose()) event.preventDefault();
    });
    made.on('closed', () => {
      window = undefined;
    });
    made.webContents.on('render-process-gone', (_event, { reason }) => revive(made, reason));
    go(made, page);
    return made;
  }

  function go(target: BrowserWindow, page: Page): void {
    const url = `${appOrigin}/${page}`;
    if (target.webContents.getURL() === url) return;
    target.loadURL(url).catch((error: unknown) => {
      // Overtaken by a later page, or closed meanwhile.
      if ((error as { code?: unknown }).code === 'ERR_ABORTED' || target.isDestroyed()) return;
      log.error('the window could not load its page', { error });
    });
  }

  function revive(dead: BrowserWindow, reason: string): void {
    if (reason === 'clean-exit' || dead.isDestroyed()) return;
    const now = ports.monotonic();
    deaths = [...deaths.filter((at) => now - at < reloadsWithinMs), now];
    log.error('the window’s page has died', { reason, times: deaths.length });
    if (deaths.length <= mostReloads) {
      dead.webContents.reload();
      return;
    }
    deaths = [];
    dead.destroy();
    const { message, detail } = dialogTexts.crashed;
    void ask({ type: 'error', message, detail, buttons: [dialogTexts.ok] });
  }

  function show(page?: Page): void {
    if (window && page !== undefined && page !== '') go(window, page);
    window ??= open(page ?? '');
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  // On macOS a question without a window stops the whole process until it is answered, the gateway with it.
  async function ask(question: MessageBoxOptions): Promise<number> {
    if (ports.platform === 'darwin') show();
    const options = { noLink: true, ...question };
    const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options));
    return response;
  }

  nativeTheme.on('updated', () => window?.setBackgroundColor(background()));
  return { show, close: () => window?.destroy(), isOpen: () => window !== undefined, ask };
}

function background(): string {
  return nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light;
}
