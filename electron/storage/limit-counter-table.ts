// How much of their limits keys and projects have used, as the disk knows it. Reads and writes rows as they are; what they
// mean is the gateway's.

import type { DatabaseSync } from 'node:sqlite';
import { durably, inTransaction } from './transaction.ts';

export type LimitCounterRow = {
  readonly owner: { readonly kind: 'key' | 'project' | 'person'; readonly id: string };
  readonly counter: string;
  /** Epoch milliseconds. */
  readonly startsAt: number;
  /** Infinite for what never ends. */
  readonly endsAt: number;
  readonly amount: number;
};

export type LimitCounterTable = {
  /** Oldest first; what belonged to keys and people that are gone goes. */
  readonly load: () => LimitCounterRow[];
  /** All of it or nothing. It survives the end of this process; what a budget has used, also that of the machine. */
  readonly save: (put: readonly LimitCounterRow[], drop: readonly LimitCounterRow[]) => void;
};

type Record = {
  readonly owner_kind: 'key' | 'project' | 'person';
  readonly owner_id: string;
  readonly counter: string;
  readonly starts_at: number;
  readonly ends_at: number | null;
  readonly amount: number;
};

export function createLimitCounterTable(db: DatabaseSync): LimitCounterTable {
  const prune = db.prepare(`
    DELETE FROM limit_counters
    WHERE (owner_kind = 'key' AND owner_id NOT IN (SELECT id FROM keys WHERE deleted_at IS NULL))
      OR (owner_kind = 'person' AND owner_id NOT IN (SELECT id FROM people WHERE removed_at IS NULL))`);
  const all = db.prepare('SELECT * FROM limit_counters ORDER BY starts_at');
  const put = db.prepare(`
    INSERT INTO limit_counters (owner_kind, owner_id, counter, starts_at, ends_at, amount)
    VALUES (:owner_kind, :owner_id, :counter, :starts_at, :ends_at, :amount)
    ON CONFLICT DO UPDATE SET ends_at = excluded.ends_at, amount = excluded.amount`);
  const drop = db.prepare(`
    DELETE FROM limit_counters
    WHERE owner_kind = ? AND owner_id = ? AND counter = ? AND starts_at = ?`);
  return {
    load() {
      prune.run();
      return (all.all() as Record[]).map(fromRecord);
    },
    save(rows, gone) {
      if (rows.length + gone.length === 0) return;
      const write = () =>
        inTransaction(db, () => {
          for (const { owner, counter, startsAt } of gone)
            drop.run(owner.kind, owner.id, counter, Math.round(startsAt));
          for (const row of rows) put.run(toRecord(row));
        });
      if (rows.some(({ counter }) => counter.startsWith('budget/'))) durably(db, write);
      else write();
    },
  };
}

function toRecord({ owner, counter, startsAt, endsAt, amount }: LimitCounterRow): Record {
  return {
    owner_kind: owner.kind,
    owner_id: owner.id,
    counter,
    starts_at: Math.round(startsAt),
    ends_at: Number.isFinite(endsAt) ? Math.round(endsAt) : null,
    amount: Math.ceil(amount),
  };
}

function fromRecord(row: Record): LimitCounterRow {
  return {
    owner: { kind: row.owner_kind, id: row.owner_id },
    counter: row.counter,
    startsAt: row.starts_at,
    endsAt: row.ends_at ?? Number.POSITIVE_INFINITY,
    amount: row.amount,
  };
}
