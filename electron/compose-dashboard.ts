// The part of composing that joins the dashboard: its settings, and what it serves. Used by compose.ts alone.

import { KeyhatchError } from '../shared/errors.ts';
import { absentAmong, type Interfaces, presentAddresses, resolveHosts } from './core/interfaces.ts';
import { createDashboard, type Dashboard, type DashboardPorts } from './dashboard/dashboard.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { SettingsBook } from './settings/settings-book.ts';

export function joinDashboard(
  options: Pick<
    DashboardPorts,
    | 'router'
    | 'pagesDir'
    | 'metrics'
    | 'auth'
    | 'people'
    | 'api'
    | 'encryption'
    | 'onChange'
    | 'acting'
    | 'clock'
    | 'log'
  > & {
    readonly settings: SettingsBook;
    /** What the system says of its interfaces now. */
    readonly interfaces: () => Interfaces;
    readonly lifetime: Lifetime;
    readonly people: Pick<DashboardPorts, 'hasPassword'>;
  },
): Dashboard {
  const { settings, interfaces, lifetime, ...ports } = options;
  const resolve = (hosts: readonly string[]) =>
    resolveHosts(hosts, interfaces(), settings.get()['server.publicInterfaces']);

  function check(hosts: readonly string[]): void {
    if (!settings.get()['dashboard.enabled']) return;
    const { must, may } = resolve(hosts);
    const [host] = must.length + may.length === 0 ? hosts : absentAmong(must, interfaces());
    if (host !== undefined) {
      const present = presentAddresses(interfaces()).map(({ address, interface: name }) => `${address} (${name})`);
      const reason = `this machine has no such address now, but ${present.join(', ')}`;
      throw new KeyhatchError('address_unavailable', { details: { host, reason } });
    }
    dashboard.check(hosts);
  }

  const dashboard = createDashboard({
    ...ports,
    settings: settings.get,
    resolve,
    hasPassword: ports.people.hasPassword,
    sessionRules: settings.get,
    portIsChosen() {
      const { value, default: usual, setByFlag } = settings.view('dashboard.port');
      return setByFlag || value !== usual;
    },
  });
  lifetime.own('dashboard', dashboard.close);
  return { ...dashboard, check };
}
