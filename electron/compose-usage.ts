// The part of composing that joins what is asked about usage with what keeps it, and with the price table. Used by
// compose.ts alone.

import type { Ledger } from './compose-ledger.ts';
import { createExportCalls } from './core/export-calls.ts';
import type { RequestCalls } from './core/request-calls.ts';
import { createUsageCalls } from './core/usage-calls.ts';
import type { Clock } from './lib/clock.ts';
import type { SettingsBook } from './settings/settings-book.ts';

export function joinUsage(options: {
  readonly ledger: Ledger;
  readonly requests: RequestCalls;
  readonly settings: SettingsBook;
  readonly clock: Clock;
}) {
  const { ledger, requests, settings, clock } = options;
  const prices = () => settings.get()['usage.prices'];
  return {
    usage: createUsageCalls({ ...ledger.answers, prices, clock }),
    exports: createExportCalls({ ...ledger.answers, view: requests.view, prices, clock }),
  };
}
