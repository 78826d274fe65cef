// Step 120: who changed what and when. Rows are added and never changed: triggers refuse it, also the way round by REPLACE.
// `entry` is canonical JSON, so that a later step can chain the rows. Frozen, as its neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const history = {
  version: 120,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
CREATE TABLE history (
  seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  entry TEXT NOT NULL
) STRICT;
CREATE INDEX history_by_subject ON history (json_extract(entry, '$.subject.id'), seq);
CREATE TRIGGER history_keeps_rows BEFORE UPDATE ON history
BEGIN
  SELECT RAISE(ABORT, 'the history is only added to');
END;
CREATE TRIGGER history_loses_no_rows BEFORE DELETE ON history
BEGIN
  SELECT RAISE(ABORT, 'the history is only added to');
END;
CREATE TRIGGER history_replaces_no_rows BEFORE INSERT ON history
WHEN EXISTS (SELECT 1 FROM history WHERE seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'the history is only added to');
END;
`;
