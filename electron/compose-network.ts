// The part of composing that joins what is known of networks: which addresses the settings stand for, following those that
// change, and looking at what is exposed. Used by compose.ts alone.

import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { KeyhatchError } from '../shared/errors.ts';
import type { NetworkInterface } from '../shared/network-model.ts';
import type { ExposureFacts } from './core/exposure-rules.ts';
import { exposures } from './core/exposure-rules.ts';
import { createExposureWatch, type ExposureWatch } from './core/exposure-watch.ts';
import type { History } from './core/history.ts';
import { createHostNames, type HostNames } from './core/host-names.ts';
import { createInterfaceWatch } from './core/interface-watch.ts';
import { type Interfaces, publicBehind, type ResolvedHosts, reachedAt, resolveHosts } from './core/interfaces.ts';
import { listInterfaces, type NetworkFacts } from './core/network-list.ts';
import { reachableAt } from './core/reachable.ts';
import { secondPortReach } from './core/second-port.ts';
import type { ServerControl } from './core/server-control.ts';
import type { Upstreams } from './core/upstreams.ts';
import type { Dashboard } from './dashboard/dashboard.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Clock } from './lib/clock.ts';
import { firewallHint } from './lib/firewall-hints.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';
import { checkPort } from './lib/port-check.ts';
import type { SettingsBook } from './settings/settings-book.ts';
import type { Shell } from './shell.ts';
import { whereOpen } from './upstream/exposure.ts';

export type JoinedNetwork = {
  /** What the hosts of the settings stand for now. */
  readonly resolved: () => ResolvedHosts;
  readonly read: () => Interfaces;
  readonly names: HostNames;
  /** @throws KeyhatchError `address_unavailable` where a name leads nowhere, or nothing is left to listen on */
  readonly lookUpHosts: () => Promise<void>;
  readonly interfaces: () => NetworkInterface[];
  readonly checkPort: (port: number) => ReturnType<typeof checkPort>;
  readonly reachable: () => ReturnType<typeof reachableAt>;
  readonly exposure: ExposureWatch;
  readonly start: () => void;
};

export type NetworkOptions = {
  readonly shell: Pick<Shell, 'interfaces' | 'lookUpName'>;
  readonly settings: Pick<SettingsBook, 'get' | 'onChange'>;
  readonly history: Pick<History, 'record' | 'recordOnce'>;
  readonly gateway: Gateway;
  readonly server: ServerControl;
  /** The model servers behind the gateway, as they are kept. */
  readonly records: () => ReturnType<Upstreams['records']>;
  /** How many ways in without a key let somebody in now. */
  readonly waysOpen: () => number;
  readonly secondPortHosts: () => readonly string[];
  readonly lookAtSecondPort: () => Promise<boolean>;
  /** How connections are encrypted, and for which names. */
  readonly encrypted: () => NonNullable<ExposureFacts['tls']> & NetworkFacts['encrypted'];
  readonly dashboard: () => Pick<Dashboard, 'look' | 'secureUrl'>;
  readonly onChange: () => void;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly log: Log;
};

export function joinNetwork(options: NetworkOptions): JoinedNetwork {
  const { settings, gateway, server, onChange, lifetime, clock, log } = options;
  const read = options.shell.interfaces ?? networkInterfaces;
  const names = createHostNames({ lookup: options.shell.lookUpName ?? lookUpName });
  const confirmed = () => settings.get()['server.publicInterfaces'];
  const resolved = () => resolveHosts(settings.get()['server.hosts'], read(), confirmed(), names.addressOf);
  const dashboardReach = () => {
    const hosts = settings.get()['dashboard.hosts'];
    // It listens where its names lead, confirmed or not, and says so.
    const { must, may } = resolveHosts(hosts, read(), [...confirmed(), ...hosts], names.addressOf);
    return { url: options.dashboard().secureUrl(), reached: reachedAt([...must, ...may], read()) };
  };
  const facts = (): NetworkFacts => ({
    interfaces: read(),
    hosts: settings.get()['server.hosts'],
    listening: gateway.addresses(),
    encrypted: options.encrypted(),
    platform: process.platform,
  });

  async function lookUpHosts(): Promise<void> {
    const [lost] = await names.lookUp(settings.get()['server.hosts']);
    const unavailable = (host: string, reason: string) =>
      new KeyhatchError('address_unavailable', { details: { host, reason } });
    if (lost !== undefined) throw unavailable(lost, 'this name leads to no address');
    exposure.changed();
    const { must, may, held } = resolved();
    const [first, ...others] = held.flatMap(({ name, address }) => (name === undefined ? [] : [{ name, address }]));
    if (first === undefined) return;
    const reason = `it leads to the public address ${first.address}, which nobody has confirmed`;
    if (must.length + may.length === 0) throw unavailable(first.name, reason);
    log.warn('names lead to public addresses that nobody has confirmed, so they are not listened on', {
      names: [first, ...others],
    });
  }

  /** With the names that lead there, where that makes an address public. */
  function reachedNow({ must, may }: ResolvedHosts) {
    const open = publicBehind(settings.get()['server.hosts'], read(), confirmed(), names.addressOf);
    return reachedAt([...must, ...may], read()).map(
      (one) => open.find(({ address }) => address === one.address) ?? one,
    );
  }

  async function examine() {
    await names.lookUpNew([...settings.get()['server.hosts'], ...settings.get()['dashboard.hosts']]);
    const now = resolved();
    const { away, held } = now;
    const [firewall, upstreams] = await Promise.all([firewallHint(), reachOf(options.records())]);
    return exposures({
      settings: settings.get(),
      reached: reachedNow(now),
      away,
      held,
      troubles: server.troubles(),
      port: gateway.addresses()[0]?.port ?? settings.get()['server.port'],
      upstreams,
      passedOn: gateway.forwarded(),
      firewall,
      dashboard: dashboardReach(),
      waysOpen: options.waysOpen(),
      secondPort: secondPortReach(options.secondPortHosts(), read()),
      tls: options.encrypted(),
      nowMs: clock.now(),
    });
  }

  const exposure = createExposureWatch({ examine, history: options.history, onChange, log });
  const watch = createInterfaceWatch({
    read,
    async onChange() {
      // The second port serves where the gateway does, so that it comes after it.
      const followed = [await server.follow(), await options.lookAtSecondPort(), await options.dashboard().look()];
      exposure.changed();
      onChange();
      return followed.every(Boolean);
    },
    log,
  });
  lifetime.own('exposure check', exposure.close);
  lifetime.own('interface watch', watch.stop);
  lifetime.own('settings of the network', settings.onChange(exposure.changed));
  return {
    resolved,
    read,
    names,
    lookUpHosts,
    checkPort(port) {
      const { must, may } = resolved();
      return checkPort([...must, ...may], port, gateway.addresses());
    },
    interfaces: () => listInterfaces(facts()),
    reachable: () => reachableAt(facts()),
    exposure,
    start() {
      watch.start();
      exposure.start();
    },
  };
}

function reachOf(records: ReturnType<Upstreams['records']>): Promise<ExposureFacts['upstreams']> {
  return Promise.all(
    records.map(async ({ id, name, kind, url }) => ({ id, name, kind, ...(await whereOpen(new URL(url))) })),
  );
}

async function lookUpName(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}
