// What people do with settings: look and change, with the rules that span several of them. The LAN switches keys on; what
// opens the gate wider than one would think needs to be said twice. A new address is tried before it is kept.

import { KeyhatchError } from '../../shared/errors.ts';
import type { SettingView } from '../../shared/model.ts';
import type { SettingName, Settings } from '../../shared/settings.ts';
import { isOnLan } from './access-sentence.ts';

export type SettingsPorts = {
  readonly get: () => Settings;
  readonly view: (name: string) => SettingView;
  readonly list: () => SettingView[];
  readonly set: (name: string, value: unknown) => void;
  /** Listens on the addresses that the settings now name, or throws and stays. */
  readonly moveListener: () => Promise<void>;
  /** The same for the dashboard: opens, moves or closes it. */
  readonly followDashboard: () => Promise<void>;
};

export type SettingsCalls = {
  readonly list: () => SettingView[];
  readonly get: (name: string) => SettingView;
  readonly set: (name: string, value: unknown, confirmed: boolean) => Promise<SettingView>;
  /** On: every network, keys required; off: this computer alone. */
  readonly setLan: (on: boolean) => Promise<void>;
};

/** Changed through calls of their own, which check more than a schema can. */
const notHere: Partial<Record<SettingName, string>> = { 'upstreams.list': 'it is changed with: keyhatch upstreams' };

export function createSettingsCalls(ports: SettingsPorts): SettingsCalls {
  async function followOrGoBack(name: SettingName, before: Settings, follow: () => Promise<void>): Promise<void> {
    try {
      await follow();
    } catch (error) {
      ports.set(name, before[name]);
      throw error;
    }
  }

  const calls: SettingsCalls = {
    list: () => ports.list().filter(({ name }) => name !== 'upstreams.list'),
    get: ports.view,
    async set(name, value, confirmed) {
      const reason = notHere[name as SettingName];
      if (reason !== undefined) throw new KeyhatchError('setting_invalid', { details: { name, reason } });
      const before = ports.get();
      const consequence = confirmed ? undefined : consequenceOf(name, value, before);
      if (consequence !== undefined) throw new KeyhatchError('confirmation_needed', { details: { consequence } });
      // Before the door opens wider, not after: keys are on when the first stranger can knock.
      const opensLan =
        name === 'server.hosts' &&
        Array.isArray(value) &&
        isOnLan(value.map(String)) &&
        !isOnLan(before['server.hosts']);
      if (opensLan && !before['access.requireKey']) ports.set('access.requireKey', true);
      ports.set(name, value);
      const follow = followerOf(name, ports);
      if (follow) await followOrGoBack(name as SettingName, before, follow);
      return ports.view(name);
    },
    async setLan(on) {
      // IPv4 alone: an IPv6 address of a home is as a rule reachable from everywhere.
      if (on !== isOnLan(ports.get()['server.hosts']))
        await calls.set('server.hosts', on ? ['0.0.0.0'] : ['127.0.0.1'], false);
    },
  };
  return calls;
}

const ofDashboard: ReadonlySet<string> = new Set(['dashboard.enabled', 'dashboard.port', 'dashboard.hosts']);

function followerOf(name: string, ports: SettingsPorts): (() => Promise<void>) | undefined {
  if (name === 'server.hosts' || name === 'server.port') return ports.moveListener;
  return ofDashboard.has(name) ? ports.followDashboard : undefined;
}

/** What would become possible that a person may not expect, as one sentence; undefined when nothing would. */
function consequenceOf(name: string, value: unknown, now: Settings): string | undefined {
  const keysOff = name === 'access.requireKey' ? value === false : !now['access.requireKey'];
  const pages = name === 'cors.mode' ? value === 'any' : now['cors.mode'] === 'any';
  if (name === 'access.requireKey' && value === false && isOnLan(now['server.hosts'])) {
    return 'Anyone on your network could then use your models without a key.';
  }
  if ((name === 'access.requireKey' || name === 'cors.mode') && keysOff && pages) {
    return 'Any web page that you visit could then use your models without a key.';
  }
  return undefined;
}
