// The application's own menu and its About panel. On macOS it is what makes copy and paste work in the window at all.

import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { menuTexts as texts } from './desktop-texts.ts';
import type { Page } from './tray-view.ts';

export function setAppMenu(ports: {
  readonly platform: NodeJS.Platform;
  readonly version: string;
  readonly iconFile: string;
  readonly open: (page: Page) => void;
}): void {
  const { platform, open } = ports;
  app.setAboutPanelOptions({
    applicationName: 'Keyhatch',
    applicationVersion: ports.version,
    copyright: texts.tagline,
    iconPath: ports.iconFile,
  });
  const isMac = platform === 'darwin';
  const about: MenuItemConstructorOptions = isMac
    ? { role: 'about', label: texts.about }
    : { label: texts.about, click: () => app.showAboutPanel() };
  const settings = { label: texts.settings, accelerator: 'CmdOrCtrl+,', click: () => open('#/settings') };
  const newKey = { label: texts.newKey, accelerator: 'CmdOrCtrl+N', click: () => open('#/keys/new') };
  const line = { type: 'separator' } as const;
  const quit = { role: 'quit', label: texts.quit } as const;
  const close = { role: 'close', label: texts.closeWindow } as const;
  const macApp: MenuItemConstructorOptions[] = [
    ...[about, line, settings, line, { role: 'services' } as const, line],
    ...([{ role: 'hide' }, { role: 'hideOthers' }, { role: 'unhide' }, line, quit] as const),
  ];
  const view: MenuItemConstructorOptions[] = [
    ...([{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, line, { role: 'togglefullscreen' }] as const),
  ];
  const help: MenuItemConstructorOptions = { role: 'help', label: texts.help, submenu: [about] };
  const template: readonly MenuItemConstructorOptions[] = [
    ...(isMac ? [{ label: app.name, submenu: macApp }] : []),
    { label: texts.file, submenu: isMac ? [newKey, line, close] : [newKey, settings, line, close, line, quit] },
    { role: 'editMenu' },
    { role: 'viewMenu', submenu: view },
    isMac ? { role: 'windowMenu' } : help,
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate([...template]));
}
