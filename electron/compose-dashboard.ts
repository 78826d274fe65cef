// The part of composing that joins the dashboard: its settings, and what it serves. Used by compose.ts alone.

import { createDashboard, type Dashboard, type DashboardPorts } from './dashboard/dashboard.ts';
import { systemClock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { SettingsBook } from './settings/settings-book.ts';

export function joinDashboard(
  options: Pick<DashboardPorts, 'router' | 'pagesDir' | 'metrics' | 'encryption' | 'onChange' | 'log'> & {
    readonly settings: SettingsBook;
    readonly lifetime: Lifetime;
    /** Whether anybody could sign in from another machine; left out: nobody. */
    readonly hasPassword?: () => boolean;
  },
): Dashboard {
  const { settings, lifetime, hasPassword = () => false, ...ports } = options;
  const dashboard = createDashboard({
    ...ports,
    hasPassword,
    clock: systemClock,
    settings: settings.get,
    portIsChosen() {
      const { value, default: usual, setByFlag } = settings.view('dashboard.port');
      return setByFlag || value !== usual;
    },
  });
  lifetime.own('dashboard', dashboard.close);
  return dashboard;
}
