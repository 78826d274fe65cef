// Step 130: an index by outcome for the few requests that did not end well, in place of one for all of them: those that
// did are found by their time alone, and each row is written into one index less. Frozen, as its neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const fewerIndexes = {
  version: 130,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
DROP INDEX requests_by_outcome_and_time;
CREATE INDEX requests_not_ok_by_outcome ON requests (outcome, received_at) WHERE outcome <> 'ok';
`;
