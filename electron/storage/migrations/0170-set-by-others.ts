// Step 170: whether somebody else than whose key it is paused it, or said what it may do. Of keys that are there nobody knows,
// so that it counts as if others had. Frozen, as its neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const setByOthers = {
  version: 170,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
ALTER TABLE keys ADD COLUMN paused_by_other INTEGER NOT NULL DEFAULT 0 CHECK (paused_by_other IN (0, 1));
ALTER TABLE keys ADD COLUMN set_by_other INTEGER NOT NULL DEFAULT 1 CHECK (set_by_other IN (0, 1));
UPDATE keys SET paused_by_other = paused;
`;
