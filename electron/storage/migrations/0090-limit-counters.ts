// Step 90: how much of their limits keys and projects have used, by slices of rolling windows and by calendar periods, in
// place of single admissions. Frozen, as its neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const limitCounters = {
  version: 90,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
CREATE TABLE limit_counters (
  owner_kind TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  counter TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER,
  amount INTEGER NOT NULL,
  PRIMARY KEY (owner_kind, owner_id, counter, starts_at)
) STRICT, WITHOUT ROWID;

DROP TABLE admissions;
`;
