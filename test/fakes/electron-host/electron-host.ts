// Stands in for the module `electron` under the built main and preload bundles, where Electron's runtime cannot be had.
// Typed against Electron's own electron.d.ts. Proves that our own code joins life cycle, tray, menus, dialogs, clipboard
// and one window with a real Chromium page as it should. Does NOT prove: that Electron behaves so; anything native (how a
// tray, a menu or a dialog looks, templates, notifications, login items on macOS and Windows); the renderer's sandbox and
// the isolation of processes (the preload runs in an isolated world of the page, not in a sandboxed process); that our
// scheme is standard and secure (pages are served under a name of localhost instead); what Chromium asks permission for.

import { EventEmitter } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Electron from 'electron';
import { hostConfig } from './host-config.ts';
import './host-orders.ts';
import { closeBrowser, createHostWindow, type HostWindow, pageRules } from './host-page.ts';

const config = hostConfig();

/** What happened, for the test to look at. */
export const witnessed = {
  windows: new Set<BrowserWindow>(),
  tray: null as Tray | null,
  popped: null as Menu | null,
  dialogs: new Set<{ options: Electron.MessageBoxOptions; answer: (button: number) => void }>(),
  notices: [] as string[],
  clipboard: '',
  opened: [] as string[],
  blockers: new Set<number>(),
};

function preventable() {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}

type AppPart = Pick<
  Electron.App,
  | 'name'
  | 'isPackaged'
  | 'setName'
  | 'quit'
  | 'exit'
  | 'whenReady'
  | 'getPath'
  | 'getAppPath'
  | 'getVersion'
  | 'enableSandbox'
  | 'requestSingleInstanceLock'
  | 'setAppUserModelId'
  | 'getLoginItemSettings'
  | 'setLoginItemSettings'
  | 'setAboutPanelOptions'
  | 'showAboutPanel'
>;

class HostApp extends EventEmitter implements AppPart {
  name = 'Electron';
  readonly isPackaged = false;
  readonly setName = (name: string) => {
    this.name = name;
  };
  readonly getPath = () => config.userData;
  readonly getAppPath = () => config.appPath;
  readonly getVersion = () => '0.0.0';
  readonly enableSandbox = () => {};
  readonly setAppUserModelId = () => {};
  readonly setLoginItemSettings = () => {};
  readonly setAboutPanelOptions = () => {};
  readonly showAboutPanel = () => {};
  readonly whenReady = () => new Promise<void>((resolve) => setImmediate(resolve));

  getLoginItemSettings(): Electron.LoginItemSettings {
    const { wasOpenedAtLogin } = config;
    return {
      openAtLogin: false,
      wasOpenedAtLogin,
      status: 'not-found',
      executableWillLaunchAtLogin: false,
      launchItems: [],
    };
  }

  // The first one's number lies in a file; the second one wakes the first by a signal, as Electron does by a socket.
  requestSingleInstanceLock(): boolean {
    const file = join(config.userData, 'SingletonLock');
    const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
    if (holder !== undefined && isAlive(holder)) {
      process.kill(holder, 'SIGUSR2');
      return false;
    }
    writeFileSync(file, String(process.pid));
    process.on('exit', () => rmSync(file, { force: true }));
    process.on('SIGUSR2', () => this.emit('second-instance', preventable(), [], '', null));
    return true;
  }

  quit(): void {
    const event = preventable();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    for (const window of witnessed.windows) window.close();
    if (witnessed.windows.size === 0) this.exit(0);
  }

  exit(code = 0): void {
    this.emit('quit', preventable(), code);
    void closeBrowser().finally(() => process.exit(code));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const app = new HostApp();

type WindowPart = Pick<
  Electron.BrowserWindow,
  | 'show'
  | 'focus'
  | 'close'
  | 'destroy'
  | 'isDestroyed'
  | 'isMinimized'
  | 'isMaximized'
  | 'isFullScreen'
  | 'restore'
  | 'getSize'
  | 'setBackgroundColor'
>;

export class BrowserWindow extends EventEmitter implements WindowPart {
  readonly webContents: HostWindow['webContents'];
  readonly #page: HostWindow;
  #destroyed = false;
  visible: boolean;

  readonly options: Electron.BrowserWindowConstructorOptions;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    const { contextIsolation, sandbox, nodeIntegration, preload } = options.webPreferences ?? {};
    if (!contextIsolation || !sandbox || nodeIntegration) throw new Error('The window is not isolated.');
    this.visible = options.show ?? true;
    this.#page = createHostWindow(preload ?? '', (channel, event) => ipcMain.emit(channel, event));
    this.webContents = this.#page.webContents;
    witnessed.windows.add(this);
    app.emit('web-contents-created', preventable(), this.webContents);
  }

  readonly loadURL = (url: string) => this.#page.load(url);
  readonly inPage = (script: string) => this.#page.evaluate(script);
  readonly visit = (url: string) => this.#page.visit(url);
  readonly show = () => {
    this.visible = true;
  };
  readonly focus = () => {};
  readonly restore = () => {};
  readonly isDestroyed = () => this.#destroyed;
  readonly isMinimized = () => false;
  readonly isMaximized = () => false;
  readonly isFullScreen = () => false;
  readonly getSize = () => [this.options.width ?? 800, this.options.height ?? 600];
  readonly setBackgroundColor = () => {};

  close(): void {
    const event = preventable();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#page.close();
    witnessed.windows.delete(this);
    this.emit('closed');
    if (witnessed.windows.size === 0) app.emit('window-all-closed');
  }
}

type Template = readonly (Electron.MenuItemConstructorOptions | Electron.MenuItem)[];

export class Menu {
  readonly items: readonly Electron.MenuItemConstructorOptions[];
  constructor(template: Template = []) {
    this.items = template as readonly Electron.MenuItemConstructorOptions[];
  }
  static buildFromTemplate(template: Template): Menu {
    return new Menu(template);
  }
  static setApplicationMenu(): void {}
}

type Picture = { readonly path: string };

export const nativeImage = {
  createFromPath(path: string): Picture {
    if (!existsSync(path)) throw new Error(`There is no picture ${path}.`);
    return { path };
  },
};

export class Tray extends EventEmitter {
  picture: Picture;
  tooltip = '';
  menu: Menu | null = null;
  #destroyed = false;
  constructor(picture: Picture) {
    super();
    this.picture = picture;
    witnessed.tray = this;
  }
  readonly setImage = (picture: Picture) => {
    this.picture = picture;
  };
  readonly setToolTip = (text: string) => {
    this.tooltip = text;
  };
  readonly setIgnoreDoubleClickEvents = () => {};
  readonly isDestroyed = () => this.#destroyed;
  setContextMenu(menu: Menu | null): void {
    // A menu that is set opens on a left click too, on macOS; so it must not be.
    if (process.platform !== 'linux') throw new Error('A context menu was set where clicks are wanted.');
    this.menu = menu;
  }
  popUpContextMenu(menu?: Menu): void {
    if (process.platform === 'linux') throw new Error('Linux cannot open a menu at the icon.');
    witnessed.popped = menu ?? this.menu;
  }
  destroy(): void {
    this.#destroyed = true;
    witnessed.tray = null;
  }
}

type Box = Pick<Electron.Dialog, 'showErrorBox'> & {
  showMessageBox(...given: readonly unknown[]): Promise<Electron.MessageBoxReturnValue>;
};

export const dialog: Box = {
  showErrorBox: (title, content) => void process.stderr.write(`${title}: ${content}\n`),
  showMessageBox(...given) {
    const options = given.at(-1) as Electron.MessageBoxOptions;
    return new Promise((resolve) => {
      const shown = {
        options,
        answer(response: number) {
          witnessed.dialogs.delete(shown);
          resolve({ response, checkboxChecked: false });
        },
      };
      options.signal?.addEventListener('abort', () => shown.answer(options.cancelId ?? 0));
      witnessed.dialogs.add(shown);
    });
  },
};

export class Notification extends EventEmitter {
  static readonly isSupported = () => true;
  readonly options: Electron.NotificationConstructorOptions;
  constructor(options: Electron.NotificationConstructorOptions) {
    super();
    this.options = options;
  }
  readonly show = () => void witnessed.notices.push(this.options.title ?? '');
}

export const clipboard: Pick<Electron.Clipboard, 'readText' | 'writeText' | 'clear'> = {
  readText: async () => witnessed.clipboard,
  writeText: async (text) => {
    witnessed.clipboard = text;
  },
  clear: () => {
    witnessed.clipboard = '';
  },
};

export const powerSaveBlocker: Pick<Electron.PowerSaveBlocker, 'start' | 'stop'> = {
  start() {
    const id = witnessed.blockers.size + 1;
    witnessed.blockers.add(id);
    return id;
  },
  stop: (id) => witnessed.blockers.delete(id),
};

export const shell: Pick<Electron.Shell, 'openExternal'> = {
  openExternal: async (url) => void witnessed.opened.push(url),
};

export const protocol: Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'> = {
  registerSchemesAsPrivileged: () => {},
  handle: (scheme, handler) => void pageRules.handlers.set(`${scheme}:`, handler),
};

type SessionPart = Pick<
  Electron.Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
> & { readonly webRequest: Pick<Electron.WebRequest, 'onBeforeRequest'> };

const defaultSession: SessionPart = {
  setPermissionRequestHandler: () => {},
  setPermissionCheckHandler: (handler) => {
    pageRules.may = handler ?? undefined;
  },
  setDevicePermissionHandler: () => {},
  webRequest: {
    onBeforeRequest(...given: readonly unknown[]) {
      pageRules.beforeRequest = given.at(-1) as typeof pageRules.beforeRequest;
    },
  },
};

export const session = { defaultSession };
export const ipcMain = new EventEmitter();
export const powerMonitor = new EventEmitter();
export const nativeTheme = Object.assign(new EventEmitter(), {
  shouldUseDarkColors: true,
  shouldUseDarkColorsForSystemIntegratedUI: true,
});
// What electron-store takes.
export default { app, ipcMain, shell };
