// Step 160: the ways in for clients that cannot send a key, and the names of those who came with a token of their own, so
// that their usage keeps a name as that of keys does. Frozen, as its neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const ways = {
  version: 160,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
CREATE TABLE ways (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  key_id TEXT NOT NULL,
  facts TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE token_holders (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;
`;
