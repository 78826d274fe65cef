// What people do with settings: look and change, with the rules that span several of them. The LAN switches keys on; what
// opens the gate wider than one would think needs to be said twice. A new address is tried before it is kept.

import { KeyhatchError } from '../../shared/errors.ts';
import type { SettingView } from '../../shared/model.ts';
import { interfaceNameOf, interfacePrefix, lanWord } from '../../shared/network-model.ts';
import type { SettingName, Settings } from '../../shared/settings.ts';
import { isOnLan, publicConsequence } from './access-sentence.ts';
import { type HostNames, namesAmong } from './host-names.ts';
import { type Interfaces, type PresentAddress, publicBehind } from './interfaces.ts';

export type SettingsPorts = {
  readonly get: () => Settings;
  readonly view: (name: string) => SettingView;
  readonly list: () => SettingView[];
  readonly set: (name: string, value: unknown) => void;
  readonly interfaces: () => Interfaces;
  readonly names: Pick<HostNames, 'lookUp' | 'addressOf'>;
  /** Listens on the addresses that the settings now name, or throws and stays. */
  readonly moveListener: () => Promise<void>;
  /** The same for the dashboard: opens, moves or closes it. */
  readonly followDashboard: () => Promise<void>;
  /** @throws KeyhatchError why the dashboard could not listen on these, before they are kept and noted */
  readonly checkDashboard: (hosts: readonly string[]) => void;
};

export type SettingsCalls = {
  readonly list: () => SettingView[];
  readonly get: (name: string) => SettingView;
  /** @param which `private`: no public address is meant by this, so that nothing has to be confirmed */
  readonly set: (name: string, value: unknown, confirmed: boolean, which?: 'all' | 'private') => Promise<SettingView>;
  /** On: every private network or these interfaces, keys required; off: this computer alone. */
  readonly setLan: (on: boolean, interfaces?: readonly string[]) => Promise<void>;
};

/** Changed through calls of their own, which check more than a schema can. */
const notHere: Partial<Record<SettingName, string>> = { 'upstreams.list': 'it is changed with: keyhatch upstreams' };

export function createSettingsCalls(ports: SettingsPorts): SettingsCalls {
  async function followOrGoBack(name: SettingName, before: Settings, follow: () => Promise<void>): Promise<void> {
    try {
      await follow();
    } catch (error) {
      ports.set(name, before[name]);
      if (name === 'server.hosts') ports.set('server.publicInterfaces', before['server.publicInterfaces']);
      throw error;
    }
  }

  // What was confirmed of an interface holds for as long as the list names it.
  function keepPublicInterfaces(hosts: readonly string[], confirmed: readonly PresentAddress[]): void {
    const named = [...hosts.flatMap((host) => interfaceNameOf(host) ?? []), ...namesAmong(hosts)];
    const before = ports.get()['server.publicInterfaces'];
    const open = [...new Set([...before, ...confirmed.map((one) => one.name ?? one.interface)])].filter((name) =>
      named.includes(name),
    );
    if (open.join() !== before.join()) ports.set('server.publicInterfaces', open);
  }

  const calls: SettingsCalls = {
    list: () => ports.list().filter(({ name }) => name !== 'upstreams.list'),
    get: ports.view,
    async set(name, value, confirmed, which = 'all') {
      const reason = notHere[name as SettingName];
      if (reason !== undefined) throw new KeyhatchError('setting_invalid', { details: { name, reason } });
      const before = ports.get();
      if (name === 'server.hosts' || name === 'server.publicInterfaces')
        await ports.names.lookUp([...(hostsOf(name, value) ?? []), ...before['server.hosts']]);
      const opened = which === 'private' ? [] : newlyPublic(name, value, before, ports);
      const consequence = confirmed ? undefined : (publicConsequence(opened) ?? consequenceOf(name, value, before));
      if (consequence !== undefined) throw new KeyhatchError('confirmation_needed', { details: { consequence } });
      if (name === 'dashboard.hosts' && Array.isArray(value)) ports.checkDashboard(value.map(String));
      // Before the door opens wider, not after: keys are on when the first stranger can knock.
      const hosts = hostsOf(name, value);
      const opensLan = hosts !== undefined && isOnLan(hosts) && !isOnLan(before['server.hosts']);
      if (opensLan && !before['access.requireKey']) ports.set('access.requireKey', true);
      ports.set(name, value);
      if (hosts) keepPublicInterfaces(hosts, confirmed ? opened : []);
      const follow = followerOf(name, ports);
      if (follow) await followOrGoBack(name as SettingName, before, follow);
      return ports.view(name);
    },
    async setLan(on, interfaces) {
      const chosen = on ? interfaces : undefined;
      if (chosen === undefined && on === isOnLan(ports.get()['server.hosts'])) return;
      const networks = chosen?.map((name) => `${interfacePrefix}${name}`) ?? [lanWord];
      await calls.set('server.hosts', on ? ['127.0.0.1', '::1', ...networks] : ['127.0.0.1'], false, 'private');
    },
  };
  return calls;
}

const ofDashboard: ReadonlySet<string> = new Set(['dashboard.enabled', 'dashboard.port', 'dashboard.hosts']);

function followerOf(name: string, ports: SettingsPorts): (() => Promise<void>) | undefined {
  if (name === 'server.hosts' || name === 'server.port' || name === 'server.publicInterfaces')
    return ports.moveListener;
  return ofDashboard.has(name) ? ports.followDashboard : undefined;
}

/** What would become possible that a person may not expect, as one sentence; undefined when nothing would. */
function consequenceOf(name: string, value: unknown, now: Settings): string | undefined {
  const keysOff = name === 'access.requireKey' ? value === false : !now['access.requireKey'];
  const pages = name === 'cors.mode' ? value === 'any' : now['cors.mode'] === 'any';
  const known: readonly unknown[] = now['server.publicInterfaces'];
  const agreed =
    name === 'server.publicInterfaces' && Array.isArray(value) ? value.filter((one) => !known.includes(one)) : [];
  if (agreed.length > 0)
    return `Keyhatch could then be reached from the internet at every address of ${agreed.join(', ')}.`;
  if (name === 'access.requireKey' && value === false && isOnLan(now['server.hosts'])) {
    return 'Anyone on your network could then use your models without a key.';
  }
  if ((name === 'access.requireKey' || name === 'cors.mode') && keysOff && pages) {
    return 'Any web page that you visit could then use your models without a key.';
  }
  return undefined;
}

/** The list that would be listened on, where this is about that. */
function hostsOf(name: string, value: unknown): readonly string[] | undefined {
  return name === 'server.hosts' && Array.isArray(value) ? value.map(String) : undefined;
}

/** Public addresses at which Keyhatch would listen from then on and does not now. */
function newlyPublic(
  name: string,
  value: unknown,
  now: Settings,
  ports: Pick<SettingsPorts, 'interfaces' | 'names'>,
): readonly PresentAddress[] {
  const hosts = hostsOf(name, value);
  const interfaces = ports.interfaces();
  const behind = (of: readonly string[], confirmed: readonly string[]) =>
    publicBehind(of, interfaces, confirmed, ports.names.addressOf);
  const reached = behind(now['server.hosts'], now['server.publicInterfaces']);
  const isNew = (one: PresentAddress) => !reached.some(({ address }) => address === one.address);
  if (hosts) return behind(hosts, [...Object.keys(interfaces), ...namesAmong(hosts)]).filter(isNew);
  if (name !== 'server.publicInterfaces' || !Array.isArray(value)) return [];
  return behind(now['server.hosts'], value.map(String)).filter(isNew);
}
