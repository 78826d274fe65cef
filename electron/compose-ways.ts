// The part of composing that joins the ways in without a key: what is kept of them, what the gateway asks, and what people do
// with them. Used by compose.ts alone.

import { randomFillSync } from 'node:crypto';
import type { Ledger } from './compose-ledger.ts';
import type { RecordHistory } from './core/history.ts';
import type { KeyRegistry, VaultDoor } from './core/key-registry.ts';
import { createWays, type Ways } from './core/ways.ts';
import { createWaysIn, type WaysIn } from './core/ways-in.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { SettingsBook } from './settings/settings-book.ts';

export function joinWays(options: {
  readonly ledger: Pick<Ledger, 'wayTable'>;
  readonly registry: KeyRegistry;
  readonly vault: VaultDoor;
  readonly gateway: () => Gateway;
  readonly settings: SettingsBook['get'];
  readonly record: RecordHistory;
  readonly clock: Clock;
  readonly log: Log;
}): { readonly waysIn: WaysIn; readonly ways: Ways } {
  const { ledger, gateway, ...ports } = options;
  const waysIn = createWaysIn({ ...ports, kept: ledger.wayTable.list() });
  const ways = createWays({
    ...ports,
    ways: waysIn,
    store: ledger.wayTable,
    sockets: () => gateway().secondPort,
    serves: () => gateway().addresses().length > 0,
    onClosed: () => gateway().passesChanged(),
    fillRandom: (bytes) => randomFillSync(bytes),
  });
  return { waysIn, ways };
}
