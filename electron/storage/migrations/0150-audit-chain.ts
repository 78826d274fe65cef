// Step 150: each entry of the history gets a link, chained by a key of the vault to the one before (core/audit-chain.ts).
// Links are rows of their own, because entries are made while the vault is locked too and no row of theirs may change.
// Links are only added, as entries are. What was there before is marked, to be chained as imported. Frozen.

import type { DatabaseSync } from 'node:sqlite';

export const auditChain = {
  version: 150,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
CREATE TABLE history_chain (
  chain INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('at_once', 'late', 'imported')),
  mac TEXT NOT NULL,
  PRIMARY KEY (chain, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER history_chain_keeps_rows BEFORE UPDATE ON history_chain
BEGIN
  SELECT RAISE(ABORT, 'the chain is only added to');
END;
CREATE TRIGGER history_chain_loses_no_rows BEFORE DELETE ON history_chain
BEGIN
  SELECT RAISE(ABORT, 'the chain is only added to');
END;
CREATE TRIGGER history_chain_replaces_no_rows BEFORE INSERT ON history_chain
WHEN EXISTS (SELECT 1 FROM history_chain WHERE chain = NEW.chain AND seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'the chain is only added to');
END;
INSERT INTO meta (name, value) SELECT 'audit_imported', coalesce(max(seq), 0) FROM history;
`;
