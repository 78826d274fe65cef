// When keys were last used, and by whom, beside their other facts. Opens no transaction.

import type { DatabaseSync } from 'node:sqlite';

export type KeyUse = {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly address: string;
  readonly userAgent: string | null;
};

export type KeyUses = {
  /** An older use than the known one changes nothing. */
  readonly record: (batch: readonly KeyUse[]) => void;
};

export function createKeyUses(db: DatabaseSync): KeyUses {
  const use = db.prepare(`
    UPDATE keys SET last_used_at = :at, last_used_from = :address, last_used_by = :userAgent
    WHERE id = :id AND (last_used_at IS NULL OR last_used_at <= :at)`);
  return {
    record(batch) {
      for (const { id, at, address, userAgent } of batch) use.run({ id, at, address, userAgent });
    },
  };
}
