// The part of composing that joins what is asked about usage and requests with what keeps them, and with the price table,
// and what is told as it changes.
// Used by compose.ts alone.

import type { Ledger } from './compose-ledger.ts';
import { type ChangeFeed, type ChangeFeedPorts, createChangeFeed } from './core/change-feed.ts';
import { createExportCalls } from './core/export-calls.ts';
import type { KeyRegistry } from './core/key-registry.ts';
import { createRequestCalls } from './core/request-calls.ts';
import { createUsageCalls } from './core/usage-calls.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { SettingsBook } from './settings/settings-book.ts';

export function joinUsage(options: {
  readonly ledger: Ledger;
  readonly projectName: (id: string) => string;
  readonly upstreamName: (id: string) => string | undefined;
  readonly settings: SettingsBook;
  readonly clock: Clock;
}) {
  const { ledger, settings, projectName, upstreamName, clock } = options;
  const prices = () => settings.get()['usage.prices'];
  const requests = createRequestCalls({
    ledger,
    keyName: ledger.keyTable.nameOf,
    projectName,
    upstreamName,
  });
  return {
    requests,
    usage: createUsageCalls({ ...ledger.answers, prices, clock }),
    exports: createExportCalls({ ...ledger.answers, view: requests.view, prices, clock }),
  };
}

/** Tells windows, browsers and the tray what changes. */
export function joinChanges(
  options: Omit<ChangeFeedPorts, 'key' | 'keyStates'> & {
    readonly registry: KeyRegistry;
    readonly settings: SettingsBook;
    readonly lifetime: Lifetime;
  },
): ChangeFeed {
  const { registry, settings, lifetime, ...ports } = options;
  const changes = createChangeFeed({
    ...ports,
    key(id) {
      const key = registry.get(id);
      return key && registry.facts(key);
    },
    keyStates: registry.states,
  });
  lifetime.own('changes', changes.close);
  lifetime.own('settings', settings.onChange(changes.settingsChanged));
  return changes;
}
