// Step 140: people who share this profile, invitations that wait for somebody, and whose a key is. No secret stands here but
// digests of invitations' tokens: what people prove themselves with lies in the vault. Frozen, as its neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const people = {
  version: 140,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
CREATE TABLE people (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'member', 'viewer')),
  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
  limits TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER,
  password_set_at INTEGER,
  totp INTEGER NOT NULL CHECK (totp IN (0, 1)),
  totp_step INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX people_by_name ON people (name COLLATE NOCASE) WHERE removed_at IS NULL;

CREATE TABLE invites (
  id TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('invite', 'reset')),
  role TEXT NOT NULL,
  name TEXT,
  limits TEXT NOT NULL,
  person_id TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

ALTER TABLE keys ADD COLUMN person_id TEXT;
CREATE INDEX keys_by_person ON keys (person_id) WHERE person_id IS NOT NULL;
`;
