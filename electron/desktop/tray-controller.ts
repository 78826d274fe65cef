// The icon in the tray: keeps it as tray-view says, and hands what is clicked to whoever carries it out. Decides nothing
// about the server itself.

import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, nativeTheme, Tray } from 'electron';
import type { Change } from '../../shared/change.ts';
import type { Status } from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { RequestView } from '../../shared/usage-model.ts';
import type { Log } from '../lib/log.ts';
import { clickAction, type TrayAction, type TrayItem, type TrayTheme, type TrayView, trayView } from './tray-view.ts';

export type TrayControllerPorts = {
  readonly iconsDir: string;
  readonly platform: NodeJS.Platform;
  /** Such as `ubuntu:GNOME`; empty where there is no such thing. */
  readonly desktop: string;
  readonly status: () => Status;
  readonly settings: () => Settings;
  /** The last requests, newest first. */
  readonly recent: () => Promise<readonly RequestView[]>;
  readonly listen: (listener: (change: Change) => void) => () => void;
  /** Carries it out and says itself what went wrong. */
  readonly act: (action: TrayAction) => Promise<void>;
  /** Milliseconds that never jump. */
  readonly monotonic: () => number;
  readonly log: Log;
};

export type TrayController = { readonly close: () => void };

/** Two clicks within this time are one wish. */
const sameClickMs = 500;
const recentKept = 2;

export function createTrayController(ports: TrayControllerPorts): TrayController {
  const { platform } = ports;
  let status = ports.status();
  let recent: readonly RequestView[] = [];
  let clickedAt = Number.NEGATIVE_INFINITY;
  let shown = { icon: '', tooltip: '', menu: '' };
  const view = () =>
    trayView({ status, settings: ports.settings(), recent, platform, theme: themeOf(platform, ports.desktop) });

  const tray = new Tray(picture(ports.iconsDir, view().icon));

  // Only what is different: a menu that is set anew closes under the pointer on some desktops.
  function refresh(): void {
    const now = view();
    if (now.icon !== shown.icon) tray.setImage(picture(ports.iconsDir, now.icon));
    if (now.tooltip !== shown.tooltip) tray.setToolTip(now.tooltip);
    const menu = platform === 'linux' ? JSON.stringify(now.menu) : '';
    if (menu !== shown.menu) tray.setContextMenu(menuOf(now));
    shown = { icon: now.icon, tooltip: now.tooltip, menu };
  }

  // Linux desktops tick a box themselves when it is clicked, whatever becomes of it: the menu is set once more.
  function act(action: TrayAction): void {
    void ports.act(action).finally(() => {
      shown = { ...shown, menu: '' };
      status = ports.status();
      if (!tray.isDestroyed()) refresh();
    });
  }

  function menuOf(from: TrayView): Menu {
    return Menu.buildFromTemplate(from.menu.map((item) => template(item, act)));
  }

  function popUp(): void {
    // Linux desktops open the menu that was set by themselves, and nothing else can.
    if (platform === 'linux') act({ does: 'open', page: '' });
    else tray.popUpContextMenu(menuOf(view()));
  }

  function click(): void {
    const now = ports.monotonic();
    if (now - clickedAt < sameClickMs) return;
    clickedAt = now;
    status = ports.status();
    const wish = clickAction(status, ports.settings()['desktop.trayClick']);
    if (wish === 'menu') popUp();
    else if (wish === 'window') act({ does: 'open', page: '' });
    else act({ does: wish });
  }

  function hear(change: Change): void {
    if (change.type === 'beat') return;
    status = change.type === 'status' ? change.status : ports.status();
    if (change.type === 'requests') recent = [...change.requests].reverse().concat(recent).slice(0, recentKept);
    refresh();
  }

  if (platform === 'darwin') tray.setIgnoreDoubleClickEvents(true);
  tray.on('click', click);
  if (platform !== 'linux') tray.on('right-click', popUp);
  nativeTheme.on('updated', refresh);
  const off = ports.listen(hear);
  refresh();
  void ports.recent().then(
    (found) => {
      if (recent.length === 0) recent = found.slice(0, recentKept);
      if (!tray.isDestroyed()) refresh();
    },
    (error: unknown) => ports.log.warn('the tray could not look up recent requests', { error }),
  );

  return {
    close() {
      off();
      nativeTheme.off('updated', refresh);
      tray.destroy();
    },
  };
}

// GNOME's bar is dark whatever the theme of its windows.
function themeOf(platform: NodeJS.Platform, desktop: string): TrayTheme {
  if (platform === 'linux' && /\bgnome\b|\bunity\b/i.test(desktop)) return 'dark';
  return nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'dark' : 'light';
}

// The sizes for denser screens lie beside it and are found by their names, and so is `Template`.
function picture(iconsDir: string, name: string) {
  return nativeImage.createFromPath(join(iconsDir, `${name}.png`));
}

function template(item: TrayItem, act: (action: TrayAction) => void): MenuItemConstructorOptions {
  switch (item.type) {
    case 'separator':
      return { type: 'separator' };
    case 'note':
      return { label: literal(item.label), enabled: false };
    case 'submenu':
      return { label: literal(item.label), submenu: item.items.map((inner) => template(inner, act)) };
    case 'checkbox':
      return { type: 'checkbox', label: literal(item.label), checked: item.checked, click: () => act(item.action) };
    case 'entry':
      return { label: literal(item.label), click: () => act(item.action) };
  }
}

// One ampersand would underline the letter after it instead of being shown.
function literal(label: string): string {
  return label.replaceAll('&', '&&');
}
