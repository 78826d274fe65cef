// What the tray shows for a server in each state: the icon's name, the tooltip, the menu and what a click does.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clickAction, type TrayItem, trayView } from '../../../electron/desktop/tray-view.ts';
import type { Status, UpstreamStatus } from '../../../shared/model.ts';
import { type Settings, settingsSchema } from '../../../shared/settings.ts';
import type { RequestView } from '../../../shared/usage-model.ts';

const url = 'http://127.0.0.1:1235';
const defaults = settingsSchema.parse({});

type Changed = {
  readonly server?: Partial<Status['server']>;
  readonly access?: Partial<Status['access']>;
  readonly vault?: Partial<Status['vault']>;
  readonly capture?: Partial<Status['capture']>;
  readonly upstreams?: readonly UpstreamStatus['health'][];
};

function status({ server, access, vault, capture, upstreams = ['up'] }: Changed = {}): Status {
  return {
    version: '1',
    pid: 1,
    shell: 'desktop',
    dataDir: '/data',
    server: {
      state: 'running',
      urls: [url],
      startedAt: 1,
      reason: null,
      running: 0,
      queued: 0,
      reachable: [],
      ...server,
    },
    dashboard: { url: null, secureUrl: null },
    vault: { kind: 'keychain', state: 'open', reason: null, ...vault },
    access: { requireKey: true, localhostBypass: false, onLan: false, ways: 0, sentence: '', ...access },
    keys: { active: 3, total: 4 },
    exposures: [],
    capture: { on: [], problem: null, ...capture },
    upstreams: upstreams.map((health) => ({ health }) as UpstreamStatus),
    requestsToday: 12,
    warnings: [],
    reminders: [],
  };
}

const stopped: Changed = { server: { state: 'stopped', urls: [] } };
const view = (changed: Changed = {}, more: Partial<Parameters<typeof trayView>[0]> = {}) =>
  trayView({ status: status(changed), settings: defaults, recent: [], platform: 'linux', theme: 'dark', ...more });

function request(more: Partial<RequestView>): RequestView {
  return {
    endedAt: Date.UTC(2026, 0, 1, 12),
    keyName: 'Continue',
    model: 'qwen3',
    status: 200,
    ...more,
  } as RequestView;
}

const labels = (items: readonly TrayItem[]) => items.map((item) => ('label' in item ? item.label : '—'));
const find = (items: readonly TrayItem[], label: string) =>
  items.find((item) => 'label' in item && item.label === label);

describe('the icon', () => {
  test.each<[string, Changed, string]>([
    ['stopped', stopped, 'stopped'],
    ['starting', { server: { state: 'starting', urls: [] } }, 'stopped'],
    ['running', {}, 'running'],
    ['running on the network', { access: { onLan: true } }, 'lan'],
    ['stopping, as long as it answers', { server: { state: 'stopping' } }, 'running'],
    ['failed', { server: { state: 'failed', urls: [] } }, 'trouble'],
    ['running with keys locked away', { vault: { state: 'locked' } }, 'trouble'],
    [
      'running, keys locked away that nobody needs',
      { vault: { state: 'locked' }, access: { requireKey: false } },
      'running',
    ],
    ['running with every model server down', { upstreams: ['down', 'down'] }, 'trouble'],
    ['running with one model server down', { upstreams: ['down', 'up'] }, 'running'],
    ['running with model servers not looked at yet', { upstreams: ['unknown'] }, 'running'],
    ['running in front of nothing', { upstreams: [] }, 'running'],
    ['on the network, of no use', { access: { onLan: true }, upstreams: ['down'] }, 'trouble'],
    ['stopped with keys locked away', { ...stopped, vault: { state: 'locked' } }, 'stopped'],
  ])('of a server that is %s', (_name, changed, state) => {
    expect(view(changed).state).toBe(state);
    expect(view(changed).icon).toBe(`${state}-dark`);
    expect(view(changed, { theme: 'light', platform: 'win32' }).icon).toBe(`${state}-light`);
    expect(view(changed, { platform: 'darwin' }).icon).toBe(`${state}Template`);
  });

  test('lies in resources in each size that its name promises', () => {
    const sizeOf = (name: string) => {
      const png = readFileSync(resolve(import.meta.dirname, `../../../resources/tray/${name}.png`));
      return [png.readUInt32BE(16), png.readUInt32BE(20)];
    };
    for (const state of ['stopped', 'running', 'lan', 'trouble']) {
      for (const theme of ['dark', 'light']) {
        for (const [suffix, size] of Object.entries({ '': 16, '@1.25x': 20, '@1.5x': 24, '@2x': 32, '@3x': 48 })) {
          expect(sizeOf(`${state}-${theme}${suffix}`), `${state}-${theme}${suffix}`).toEqual([size, size]);
        }
      }
      expect(sizeOf(`${state}Template`)).toEqual([16, 16]);
      expect(sizeOf(`${state}Template@2x`)).toEqual([32, 32]);
    }
  });
});

describe('the tooltip', () => {
  test.each<[Changed, string]>([
    [{}, `Keyhatch — running on ${url} · 3 keys · 12 requests today`],
    [stopped, 'Keyhatch — stopped · 3 keys · 12 requests today'],
    [{ server: { urls: [] } }, 'Keyhatch — running, with its networks away · 3 keys · 12 requests today'],
    [{ server: { state: 'failed', urls: [] } }, 'Keyhatch — could not start · 3 keys · 12 requests today'],
    [{ upstreams: ['down'] }, `Keyhatch — running on ${url} · no model server answers · 3 keys · 12 requests today`],
    [
      { vault: { state: 'locked' } },
      `Keyhatch — running on ${url} · keys are locked away · 3 keys · 12 requests today`,
    ],
    [
      { capture: { on: [{ keyId: 'a', keyName: 'laptop', until: 1 }] } },
      `Keyhatch — running on ${url} · capturing 1 key · 3 keys · 12 requests today`,
    ],
  ])('%#', (changed, text) => {
    expect(view(changed).tooltip).toBe(text);
  });

  test('counts one as one, and fits into what Windows shows', () => {
    const one = { ...status(), keys: { active: 1, total: 1 }, requestsToday: 1 };
    const { tooltip } = trayView({ status: one, settings: defaults, recent: [], platform: 'win32', theme: 'dark' });
    expect(tooltip).toContain('1 key · 1 request today');
    const capture = { on: [{ keyId: 'a', keyName: 'laptop', until: 1 }] };
    const longest = view({ capture, upstreams: ['down'], server: { urls: ['http://192.168.100.100:12345'] } }).tooltip;
    expect(longest.length).toBeLessThanOrEqual(127);
  });
});

describe('the menu', () => {
  test('of a running server, from top to bottom', () => {
    expect(labels(view().menu)).toEqual([
      'Stop server',
      url,
      '—',
      'New key…',
      'Copy endpoint for',
      '—',
      'Serve on local network',
      'Require API key',
      'Allow this computer without a key',
      '—',
      'No requests yet',
      '—',
      'Open Keyhatch',
      'Settings…',
      '—',
      'Quit',
    ]);
  });

  test('says whose prompts and answers are being kept, on top, and leads to where that can be ended', () => {
    const until = Date.UTC(2026, 0, 1, 12);
    const on = [{ keyId: 'aB3dE5fG', keyName: 'Continue', until }];
    const { menu } = view({ capture: { on } });
    expect(menu[2]).toMatchObject({ type: 'entry', action: { does: 'open', page: '#/keys/aB3dE5fG' } });
    expect(labels(menu)[2]).toMatch(/^Capturing Continue until \d/);
    expect(labels(view({ ...stopped, capture: { on } }).menu)[1]).toMatch(/^Capturing Continue/);
  });

  test('of a stopped one has no address to copy', () => {
    const { menu } = view(stopped);
    expect(labels(menu).slice(0, 3)).toEqual(['Start server', '—', 'New key…']);
    expect(find(menu, 'Copy endpoint for')).toBeUndefined();
  });

  test.each<[Changed, TrayItem]>([
    [{}, { type: 'entry', label: 'Stop server', action: { does: 'stop' } }],
    [{ server: { running: 2 } }, { type: 'entry', label: 'Stop (2 running)', action: { does: 'stop' } }],
    [stopped, { type: 'entry', label: 'Start server', action: { does: 'start' } }],
    [{ server: { state: 'failed', urls: [] } }, { type: 'entry', label: 'Start server', action: { does: 'start' } }],
    [{ server: { state: 'starting', urls: [] } }, { type: 'note', label: 'Starting…' }],
    [{ server: { state: 'stopping', running: 1 } }, { type: 'note', label: 'Stopping… (1 running)' }],
    [{ server: { state: 'stopping' } }, { type: 'note', label: 'Stopping…' }],
  ])('begins with what the server can be told now (%#)', (changed, item) => {
    expect(view(changed).menu[0]).toEqual(item);
  });

  test('copies the address, and for each client what its own field takes', () => {
    const { menu } = view();
    expect(find(menu, url)).toMatchObject({ action: { does: 'copy', text: url } });
    const submenu = find(menu, 'Copy endpoint for');
    const items = submenu?.type === 'submenu' ? submenu.items : [];
    expect(find(items, 'Continue')).toMatchObject({ action: { does: 'copy', text: `${url}/v1` } });
    expect(find(items, 'Claude Code')).toMatchObject({ action: { does: 'copy', text: url } });
    expect(items.length).toBeGreaterThan(10);
  });

  test('ticks what is on, and each box asks for the opposite', () => {
    const settings: Settings = { ...defaults, 'access.requireKey': false, 'access.localhostBypass': true };
    const { menu } = view({ access: { onLan: true } }, { settings });
    const box = (label: string) => find(menu, label);
    expect(box('Serve on local network')).toMatchObject({ checked: true, action: { does: 'lan', on: false } });
    expect(box('Require API key')).toMatchObject({
      checked: false,
      action: { does: 'set', name: 'access.requireKey', value: true },
    });
    expect(box('Allow this computer without a key')).toMatchObject({
      checked: true,
      action: { does: 'set', name: 'access.localhostBypass', value: false },
    });
    expect(find(view().menu, 'Require API key')).toMatchObject({ checked: true });
  });

  test('tells of the last two requests, shortened, and of callers and models without a name', () => {
    const recent = [
      request({ keyName: null, model: null, status: 401 }),
      request({ model: 'a-very-long-model-name-that-nobody-could-read-here' }),
      request({ keyName: 'third' }),
    ];
    const { menu } = view({}, { recent });
    const notes = menu.filter(({ type }) => type === 'note');
    expect(notes).toHaveLength(2);
    expect(labels(notes)[0]).toMatch(/^\d{1,2}:\d{2}.* {2}without a key · no model · 401$/);
    expect(labels(notes)[1]).toContain('Continue · a-very-long-model-name-that… · 200');
  });

  test('leads to pages of the window', () => {
    const page = (label: string) => find(view().menu, label);
    expect(page('New key…')).toMatchObject({ action: { does: 'open', page: '#/keys/new' } });
    expect(page('Settings…')).toMatchObject({ action: { does: 'open', page: '#/settings' } });
    expect(page('Open Keyhatch')).toMatchObject({ action: { does: 'open', page: '' } });
    expect(page('Quit')).toMatchObject({ action: { does: 'quit' } });
  });
});

describe('a click', () => {
  test.each<[Changed, string]>([
    [{}, 'stop'],
    [stopped, 'start'],
    [{ server: { state: 'failed' } }, 'start'],
    [{ server: { running: 1 } }, 'menu'],
    [{ server: { state: 'starting' } }, 'menu'],
    [{ server: { state: 'stopping' } }, 'menu'],
  ])('starts, stops or asks (%#)', (changed, action) => {
    expect(clickAction(status(changed), 'toggle')).toBe(action);
  });

  test('does what the setting says instead', () => {
    expect(clickAction(status(), 'menu')).toBe('menu');
    expect(clickAction(status(stopped), 'window')).toBe('window');
  });
});
