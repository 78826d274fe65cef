// Step 180: who made an invitation or a reset, so that it ends with what they may. Null is the machine itself. Frozen, as its
// neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const inviters = {
  version: 180,
  up: (db: DatabaseSync): void => db.exec('ALTER TABLE invites ADD COLUMN invited_by TEXT;'),
};
