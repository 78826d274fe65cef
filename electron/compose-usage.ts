// The part of composing that joins what is asked about usage and requests with what keeps them, and with the price table.
// Used by compose.ts alone.

import type { Ledger } from './compose-ledger.ts';
import { createExportCalls } from './core/export-calls.ts';
import { createRequestCalls } from './core/request-calls.ts';
import { createUsageCalls } from './core/usage-calls.ts';
import type { Clock } from './lib/clock.ts';
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
