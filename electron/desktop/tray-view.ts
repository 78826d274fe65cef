// What the tray shows, as data: from the server's status to an icon's name, a tooltip and a menu. Pure: it knows neither
// Electron nor who carries the actions out.

import type { CaptureWindow } from '../../shared/capture-model.ts';
import type { Status } from '../../shared/model.ts';
import type { SettingName, Settings } from '../../shared/settings.ts';
import { clients, endpointFor } from '../../shared/snippets.ts';
import type { RequestView } from '../../shared/usage-model.ts';
import { trayTexts as texts } from './desktop-texts.ts';

export type TrayState = 'stopped' | 'running' | 'lan' | 'trouble';
/** Of the bar that the icon stands on, not of the icon. */
export type TrayTheme = 'dark' | 'light';

/** Where in the window a menu entry leads. */
export type Page = '#/server' | '#/keys/new' | '#/settings' | `#/keys/${string}` | `#/projects/${string}` | '';

export type TrayAction =
  | { readonly does: 'start' | 'stop' | 'quit' }
  | { readonly does: 'lan'; readonly on: boolean }
  | { readonly does: 'set'; readonly name: SettingName; readonly value: boolean }
  | { readonly does: 'copy'; readonly text: string }
  | { readonly does: 'open'; readonly page: Page };

export type TrayItem =
  | { readonly type: 'separator' }
  | { readonly type: 'entry'; readonly label: string; readonly action: TrayAction }
  | { readonly type: 'note'; readonly label: string }
  | { readonly type: 'checkbox'; readonly label: string; readonly checked: boolean; readonly action: TrayAction }
  | { readonly type: 'submenu'; readonly label: string; readonly items: readonly TrayItem[] };

export type TrayView = {
  readonly state: TrayState;
  /** Name of the picture, without its ending. */
  readonly icon: string;
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
};

export type TrayInput = {
  readonly status: Status;
  readonly settings: Settings;
  /** Newest first. */
  readonly recent: readonly RequestView[];
  readonly platform: NodeJS.Platform;
  readonly theme: TrayTheme;
};

const recentLines = 2;

export function trayView(input: TrayInput): TrayView {
  const state = trayState(input.status);
  return {
    state,
    // macOS colours its own bar and wants to be given a shape.
    icon: input.platform === 'darwin' ? `${state}Template` : `${state}-${input.theme}`,
    tooltip: tooltip(input.status),
    menu: menu(input),
  };
}

/** What a click on the icon does. With requests running it stops nothing by itself: the menu says what would be cut. */
export function clickAction(
  status: Status,
  setting: Settings['desktop.trayClick'],
): 'start' | 'stop' | 'menu' | 'window' {
  if (setting !== 'toggle') return setting;
  const { state, running } = status.server;
  if (state === 'stopped' || state === 'failed') return 'start';
  return state === 'running' && running === 0 ? 'stop' : 'menu';
}

function trayState(status: Status): TrayState {
  const { state } = status.server;
  if (state === 'failed') return 'trouble';
  if (state !== 'running' && state !== 'stopping') return 'stopped';
  if (troubleOf(status) !== undefined) return 'trouble';
  return status.access.onLan ? 'lan' : 'running';
}

/** Why a running server is of no use to anybody. */
function troubleOf({ vault, upstreams, access }: Status): string | undefined {
  if (vault.state === 'locked' && access.requireKey) return texts.vaultLocked;
  // Not looked at yet is no trouble.
  const allDown = upstreams.length > 0 && upstreams.every(({ health }) => health === 'down');
  return allDown ? texts.noUpstream : undefined;
}

function tooltip(status: Status): string {
  const { state, urls } = status.server;
  const [url] = urls;
  const doing = state !== 'running' ? texts.stateOf[state] : url === undefined ? texts.nowhere : texts.runningOn(url);
  const trouble = state === 'running' ? troubleOf(status) : undefined;
  const { on } = status.capture;
  const facts = [
    doing,
    ...(on.length === 0 ? [] : [texts.capturing(on.length)]),
    ...(trouble === undefined ? [] : [trouble]),
  ];
  return `Keyhatch — ${[...facts, texts.keys(status.keys.active), texts.requestsToday(status.requestsToday)].join(' · ')}`;
}

function menu({ status, settings, recent }: TrayInput): readonly TrayItem[] {
  const [url] = status.server.urls;
  return [
    switchItem(status),
    ...(url === undefined ? [] : [entry(url, { does: 'copy', text: url })]),
    ...status.capture.on.map(captureItem),
    { type: 'separator' },
    entry(texts.newKey, { does: 'open', page: '#/keys/new' }),
    ...(url === undefined ? [] : [endpoints(url)]),
    { type: 'separator' },
    checkbox(texts.lan, status.access.onLan, { does: 'lan', on: !status.access.onLan }),
    setting(texts.requireKey, 'access.requireKey', settings['access.requireKey']),
    setting(texts.bypass, 'access.localhostBypass', settings['access.localhostBypass']),
    { type: 'separator' },
    ...activity(recent),
    { type: 'separator' },
    entry(texts.open, { does: 'open', page: '' }),
    entry(texts.settings, { does: 'open', page: '#/settings' }),
    { type: 'separator' },
    entry(texts.quit, { does: 'quit' }),
  ];
}

// Leads to where it can be ended.
function captureItem({ keyId, keyName, until }: CaptureWindow): TrayItem {
  return entry(texts.capturingKey(shortened(keyName), shortTime(until)), { does: 'open', page: `#/keys/${keyId}` });
}

function switchItem({ server }: Status): TrayItem {
  if (server.state === 'starting') return { type: 'note', label: texts.starting };
  if (server.state === 'stopping') return { type: 'note', label: texts.stopping(server.running) };
  return server.state === 'running'
    ? entry(texts.stop(server.running), { does: 'stop' })
    : entry(texts.start, { does: 'start' });
}

function endpoints(url: string): TrayItem {
  const items = clients
    .filter(({ support }) => support !== 'not-yet')
    .map((client) => entry(client.name, { does: 'copy', text: endpointFor(client, url) }));
  return { type: 'submenu', label: texts.copyEndpoint, items };
}

function activity(recent: readonly RequestView[]): readonly TrayItem[] {
  if (recent.length === 0) return [{ type: 'note', label: texts.noActivity }];
  return recent.slice(0, recentLines).map((request) => ({ type: 'note', label: activityLine(request) }));
}

function activityLine(request: RequestView): string {
  const who = shortened(request.keyName ?? texts.somebody);
  const what = shortened(request.model ?? texts.noModel);
  return `${shortTime(request.endedAt)}  ${who} · ${what} · ${request.status}`;
}

function shortTime(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= 28 ? text : `${characters.slice(0, 27).join('')}…`;
}

function entry(label: string, action: TrayAction): TrayItem {
  return { type: 'entry', label, action };
}

function checkbox(label: string, checked: boolean, action: TrayAction): TrayItem {
  return { type: 'checkbox', label, checked, action };
}

function setting(label: string, name: SettingName, value: boolean): TrayItem {
  return checkbox(label, value, { does: 'set', name, value: !value });
}
