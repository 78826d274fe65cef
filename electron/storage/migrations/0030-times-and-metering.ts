// Step 30: where the time of a request went and how fast it ran, and a count by the hour of answers whose numbers are not
// their model server's own. Frozen, as its neighbours. Rows that are there already know nothing of it.

import type { DatabaseSync } from 'node:sqlite';

export const timesAndMetering = {
  version: 30,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
ALTER TABLE requests ADD COLUMN queued_ms INTEGER;
ALTER TABLE requests ADD COLUMN forwarded_at INTEGER;
ALTER TABLE requests ADD COLUMN last_token_at INTEGER;
ALTER TABLE requests ADD COLUMN unmetered TEXT;
ALTER TABLE requests ADD COLUMN prefill_per_second REAL;
ALTER TABLE requests ADD COLUMN output_per_second REAL;

CREATE TABLE unmetered_counts (
  at INTEGER NOT NULL,
  upstream_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  source TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (at, upstream_id, reason, source)
) STRICT, WITHOUT ROWID;
`;
