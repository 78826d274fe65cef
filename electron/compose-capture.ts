// The part of composing that joins capture: the gateway's copies, the key in the vault, the table, and replays. Used by
// compose.ts alone.

import type { Ledger } from './compose-ledger.ts';
import { type CapturePorts, createCapture } from './core/capture.ts';
import { type CaptureShelfPorts, createCaptureShelf } from './core/capture-shelf.ts';
import type { Lifetime } from './lib/lifetime.ts';
import { makeRecordKey, openRecord, readRecordKey, sealRecord } from './vault/record-seal.ts';

export function joinCapture(
  options: Omit<CapturePorts, 'shelf' | 'table'> &
    Pick<CaptureShelfPorts, 'secrets'> & { readonly table: Ledger['captured']; readonly lifetime: Lifetime },
) {
  const { secrets, lifetime, ...ports } = options;
  const shelf = createCaptureShelf({
    table: ports.table,
    secrets,
    seal: { makeKey: makeRecordKey, readKey: readRecordKey, seal: sealRecord, open: openRecord },
    maxBytes: () => ports.settings()['capture.maxBytes'],
    clock: ports.clock,
    log: ports.log,
  });
  lifetime.own('captured requests', shelf.flush);
  return createCapture({ ...ports, shelf });
}
