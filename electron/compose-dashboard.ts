// The part of composing that joins the dashboard: its settings, and what it serves. Used by compose.ts alone.

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
    readonly lifetime: Lifetime;
    readonly people: Pick<DashboardPorts, 'hasPassword'>;
  },
): Dashboard {
  const { settings, lifetime, ...ports } = options;
  const dashboard = createDashboard({
    ...ports,
    settings: settings.get,
    hasPassword: ports.people.hasPassword,
    sessionRules: settings.get,
    portIsChosen() {
      const { value, default: usual, setByFlag } = settings.view('dashboard.port');
      return setByFlag || value !== usual;
    },
  });
  lifetime.own('dashboard', dashboard.close);
  return dashboard;
}
