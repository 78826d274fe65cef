// Names the programs of rows that were written before rows said it, once: the list of names lives on, so that a migration,
// which is frozen, cannot do it.

import type { DatabaseSync } from 'node:sqlite';
import { clientOfUserAgent } from '../../shared/snippets-user-agents.ts';
import { inTransaction } from './transaction.ts';

export function nameClientsOnce(db: DatabaseSync): void {
  const due = db.prepare("SELECT 1 FROM meta WHERE name = 'clients' AND value = 'due'").get() !== undefined;
  if (!due) return;
  db.function('client_of', { deterministic: true }, (userAgent) =>
    clientOfUserAgent(typeof userAgent === 'string' ? userAgent : null),
  );
  inTransaction(db, () => {
    db.exec('UPDATE requests SET client = client_of(user_agent) WHERE client IS NULL');
    db.exec("DELETE FROM meta WHERE name = 'clients'");
  });
}
