// Step 80: what a key may do beyond its first limits, as one JSON value. Null reads as the usual policy. Frozen, as its
// neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const keyPolicies = {
  version: 80,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
ALTER TABLE keys ADD COLUMN policy TEXT;
`;
