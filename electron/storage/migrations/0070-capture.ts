// Step 70: captured prompts and answers, sealed, and for which keys they are being captured. Frozen, as its neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const capture = {
  version: 70,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
CREATE TABLE capture_windows (
  key_id TEXT NOT NULL PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE captured (
  request_id TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('request', 'answer')),
  key_id TEXT,
  at INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  kept_bytes INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (request_id, direction)
) STRICT;
CREATE INDEX captured_by_time ON captured (at);
`;
