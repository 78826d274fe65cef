// Step 100: whether a key opens the gateway or the contract. What is there was made for the gateway. Frozen, as its
// neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const keyKinds = {
  version: 100,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
ALTER TABLE keys ADD COLUMN kind TEXT NOT NULL DEFAULT 'inference' CHECK (kind IN ('inference', 'admin'));
`;
