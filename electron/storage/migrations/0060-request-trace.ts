// Step 60: what the page of one request tells besides: its route, the program by name, the error as it was sent, the model
// that was asked for, what it repeats, and whether its bodies were kept. Frozen, as its neighbours.
// No index: each costs every row an eighth of the time that it takes to be written (bench:storage, 2026-11).
// Programs of older rows are named at the first opening (see client-names.ts), for which a mark is left here.

import type { DatabaseSync } from 'node:sqlite';

export const requestTrace = {
  version: 60,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
ALTER TABLE requests ADD COLUMN route TEXT;
ALTER TABLE requests ADD COLUMN client TEXT;
ALTER TABLE requests ADD COLUMN error_text TEXT;
ALTER TABLE requests ADD COLUMN model_asked TEXT;
ALTER TABLE requests ADD COLUMN replay_of TEXT;
ALTER TABLE requests ADD COLUMN captured INTEGER NOT NULL DEFAULT 0;

INSERT INTO meta (name, value) VALUES ('clients', 'due') ON CONFLICT (name) DO UPDATE SET value = excluded.value;
`;
