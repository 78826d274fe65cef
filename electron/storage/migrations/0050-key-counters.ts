// Step 50: since when a key's counters count, and what it had used until then, by model, as JSON. Frozen, as its
// neighbours. Kept as a sum and not as a time alone, because the rows of a part of an hour do not stay for ever.

import type { DatabaseSync } from 'node:sqlite';

export const keyCounters = {
  version: 50,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
ALTER TABLE keys ADD COLUMN counted_since INTEGER;
ALTER TABLE keys ADD COLUMN counted_before TEXT;
`;
