// Writes what the gateway told in one transaction: requests, strangers, owners of responses, and when keys were
// last used. Exactly once: whoever did not hear that a batch was written sends it again under the same id.

import type { DatabaseSync } from 'node:sqlite';
import type { RequestRow } from '../../shared/usage-model.ts';
import { createKeyUses, type KeyUse } from './key-uses.ts';
import { responseKeptMs, responsesKept } from './response-ledger.ts';
import { createResponseOwnerTable, type ResponseClaim } from './response-owner-table.ts';
import { inTransaction } from './transaction.ts';
import type { StrangerCount, UsageTable } from './usage-table.ts';

export type LedgerBatch = {
  /** No other batch has it. */
  readonly id: string;
  /** Epoch ms at which it was sent. */
  readonly at: number;
  readonly requests: readonly RequestRow[];
  readonly strangers: readonly StrangerCount[];
  readonly claims: readonly ResponseClaim[];
};

const pruneOwnersEveryMs = 3_600_000;

export function createBatchWrite(options: {
  readonly db: DatabaseSync;
  readonly usage: Pick<UsageTable, 'insertRequests' | 'insertStrangers'>;
}): (batch: LedgerBatch) => void {
  const { db, usage } = options;
  const keyUses = createKeyUses(db);
  const owners = createResponseOwnerTable(db);
  const firstTime = onceEach(db);
  let prunedOwnersAt = Number.NEGATIVE_INFINITY;

  return (batch) => {
    const { at } = batch;
    const prunesOwners = at - prunedOwnersAt >= pruneOwnersEveryMs;
    inTransaction(db, () => {
      if (!firstTime(batch.id)) return;
      usage.insertRequests(batch.requests);
      usage.insertStrangers(batch.strangers);
      keyUses.record(lastUses(batch.requests));
      owners.insert(batch.claims);
      if (prunesOwners) owners.prune(at - responseKeptMs, responsesKept);
    });
    if (prunesOwners) prunedOwnersAt = at;
  };
}

// One batch is under way at a time, so the last one's id is all that must be known. It is written with the batch: there
// is no moment at which one of them is there without the other.
function onceEach(db: DatabaseSync): (id: string) => boolean {
  const last = db.prepare("SELECT 1 FROM meta WHERE name = 'last_batch' AND value = ?");
  const note = db.prepare(`
    INSERT INTO meta (name, value) VALUES ('last_batch', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
  return (id) => {
    if (last.get(id) !== undefined) return false;
    note.run(id);
    return true;
  };
}

// The newest use of each key. A refused request counts: its owner wants to know that somebody still tries the key.
function lastUses(rows: readonly RequestRow[]): KeyUse[] {
  const uses = new Map<string, KeyUse>();
  for (const { keyId, receivedAt, clientAddress, userAgent } of rows) {
    if (keyId === null || (uses.get(keyId)?.at ?? 0) > receivedAt) continue;
    uses.set(keyId, { id: keyId, at: Math.round(receivedAt), address: clientAddress, userAgent });
  }
  return [...uses.values()];
}
