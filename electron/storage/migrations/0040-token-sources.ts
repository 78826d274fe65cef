// Step 40: how many tokens of a sum nobody reported. Frozen, as its neighbours. Sums that are there already learn it from
// the rows that are still kept, at the first opening (see rollup-table.ts), unless they are yet to be made anyway.

import type { DatabaseSync } from 'node:sqlite';

export const tokenSources = {
  version: 40,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
ALTER TABLE usage_rollups ADD COLUMN tokens_counted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_rollups ADD COLUMN tokens_estimated INTEGER NOT NULL DEFAULT 0;
INSERT INTO meta (name, value) SELECT 'token-sources', 'due'
  WHERE NOT EXISTS (SELECT 1 FROM meta WHERE name = 'rollups');
`;
