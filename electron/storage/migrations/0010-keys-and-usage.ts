// Step 10: the first tables. Frozen: a released step is never edited and imports nothing live.
// Times are epoch milliseconds. A key's status is derived, never kept; a deleted key stays for the name of its usage.

import type { DatabaseSync } from 'node:sqlite';

export const keysAndUsage = {
  version: 10,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE keys (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  project TEXT,
  origin TEXT NOT NULL,
  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  rotated_at INTEGER,
  old_secret_until INTEGER,
  last_used_at INTEGER,
  last_used_from TEXT,
  last_used_by TEXT,
  rpm INTEGER,
  parallel INTEGER,
  models TEXT,
  deleted_at INTEGER
) STRICT;

CREATE TABLE requests (
  id TEXT NOT NULL PRIMARY KEY,
  key_id TEXT,
  caller TEXT NOT NULL,
  project TEXT,
  model TEXT,
  upstream_id TEXT,
  operation TEXT NOT NULL,
  dialect TEXT NOT NULL,
  streamed INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER NOT NULL,
  error_code TEXT,
  received_at INTEGER NOT NULL,
  admitted_at INTEGER,
  first_byte_at INTEGER,
  first_token_at INTEGER,
  ended_at INTEGER NOT NULL,
  bytes_in INTEGER NOT NULL,
  bytes_out INTEGER NOT NULL,
  tokens_in INTEGER,
  tokens_out INTEGER,
  tokens_cached INTEGER,
  tokens_reasoning INTEGER,
  token_source TEXT NOT NULL,
  client_address TEXT NOT NULL,
  user_agent TEXT,
  attempt INTEGER NOT NULL
) STRICT;
CREATE INDEX requests_by_time ON requests (received_at);
CREATE INDEX requests_by_key_and_time ON requests (key_id, received_at);

CREATE TABLE strangers (
  minute INTEGER NOT NULL,
  code TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (minute, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE admissions (
  key_id TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX admissions_by_time ON admissions (at);

CREATE TABLE response_owners (
  response_id TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,
  upstream_id TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX response_owners_by_time ON response_owners (created_at);
`;
