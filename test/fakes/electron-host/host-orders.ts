// What a test orders the stand-in to do, over the channel of the process: what a person would do with mouse and screen.

import { basename } from 'node:path';
import type * as Electron from 'electron';
import { app, powerMonitor, witnessed } from './electron-host.ts';
import type { Answer, Order, Seen, SeenItem } from './host-config.ts';
import { pageRules } from './host-page.ts';

type Item = Electron.MenuItemConstructorOptions;

function submenu(item: Item): readonly Item[] {
  return Array.isArray(item.submenu) ? item.submenu : [];
}

function seenItem(item: Item): SeenItem {
  const { label = '', type = 'normal', enabled = true, checked = false } = item;
  return { label, type, enabled, checked, items: submenu(item).map(seenItem) };
}

function look(): Seen {
  const { tray, popped, windows, dialogs, notices, clipboard, opened, blockers } = witnessed;
  return {
    windows: [...windows].map(({ visible, webContents }) => ({ visible, url: webContents.getURL() })),
    tray: tray && {
      icon: basename(tray.picture.path, '.png'),
      tooltip: tray.tooltip,
      menu: tray.menu?.items.map(seenItem) ?? [],
    },
    popped: popped?.items.map(seenItem) ?? null,
    dialogs: [...dialogs].map(({ options: { message, buttons = [] } }) => ({ message, buttons })),
    notices,
    clipboard,
    opened,
    blockers: blockers.size,
  };
}

function find(items: readonly Item[], label: string): Item | undefined {
  return items.flatMap((item) => [item, ...submenu(item)]).find((item) => item.label === label);
}

function choose(label: string): void {
  const item = find((witnessed.popped ?? witnessed.tray?.menu)?.items ?? [], label);
  if (!item?.click || item.enabled === false) throw new Error(`The menu has no "${label}" to choose.`);
  witnessed.popped = null;
  item.click(item as never, undefined, {});
}

function answer(button: string): void {
  for (const { options, answer: press } of witnessed.dialogs) {
    const at = (options.buttons ?? []).indexOf(button);
    if (at === -1) continue;
    press(at);
    return;
  }
  throw new Error(`No dialog offers "${button}".`);
}

async function obey(order: Order): Promise<unknown> {
  const [window] = witnessed.windows;
  switch (order.do) {
    case 'look':
      return look();
    case 'click tray':
      return void witnessed.tray?.emit('click', {}, {}, {});
    case 'right-click tray':
      return void witnessed.tray?.emit('right-click', {}, {});
    case 'close window':
      return window?.close();
    case 'crash page':
      return void window?.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    case 'wake':
      return void powerMonitor.emit('resume');
    case 'choose':
      return choose(order.label);
    case 'answer':
      return answer(order.button);
    case 'in page':
      return window?.inPage(order.script);
    case 'visit':
      return window?.visit(order.url);
    case 'may':
      return pageRules.may?.(null, order.permission as 'unknown', order.url, {} as never);
  }
}

process.on('message', (message: { readonly id: number; readonly order: Order }) => {
  const { id, order } = message;
  const tell = (answer: Answer) => void process.send?.(answer);
  obey(order).then(
    (value) => tell({ id, value }),
    (error: unknown) => tell({ id, error: String(error) }),
  );
});
// The test is gone, and nobody else would end this.
process.on('disconnect', () => app.exit(1));
