// The one window: made when it is first shown, sandboxed, and unable to go anywhere but to our own pages.

import { BrowserWindow, shell } from 'electron';
import type { Log } from '../lib/log.ts';
import { appOrigin } from './app-protocol.ts';

export type WindowController = { readonly show: () => void };

/** Where links in the window may lead, in the person's own browser. */
const linkHosts: ReadonlySet<string> = new Set(['github.com']);

export function createWindowController(ports: { readonly preloadFile: string; readonly log: Log }): WindowController {
  let window: BrowserWindow | undefined;

  function open(): BrowserWindow {
    const made = new BrowserWindow({
      width: 1180,
      height: 800,
      minWidth: 480,
      minHeight: 400,
      title: 'Keyhatch',
      backgroundColor: '#101217',
      webPreferences: { preload: ports.preloadFile, contextIsolation: true, sandbox: true, nodeIntegration: false },
    });
    confine(made);
    made.on('closed', () => {
      window = undefined;
    });
    made
      .loadURL(`${appOrigin}/`)
      .catch((error: unknown) => ports.log.error('the window could not load its page', { error }));
    return made;
  }

  return {
    show() {
      window ??= open();
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
  };
}

function confine(window: BrowserWindow): void {
  const { webContents } = window;
  webContents.on('will-navigate', (event) => event.preventDefault());
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  webContents.setWindowOpenHandler(({ url }) => {
    const { protocol, hostname } = new URL(url);
    if (protocol === 'https:' && linkHosts.has(hostname)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  webContents.session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  webContents.session.setPermissionCheckHandler(() => false);
}
