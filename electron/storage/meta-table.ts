// A handful of facts about the profile itself: its id in the keychain and which vault its keys lie in.

import type { DatabaseSync } from 'node:sqlite';
import { durably } from './transaction.ts';

export type MetaTable = {
  readonly get: (name: string) => string | undefined;
  readonly set: (name: string, value: string) => void;
  readonly remove: (name: string) => void;
};

export function createMetaTable(db: DatabaseSync): MetaTable {
  const select = db.prepare('SELECT value FROM meta WHERE name = ?');
  const upsert = db.prepare(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const remove = db.prepare('DELETE FROM meta WHERE name = ?');
  return {
    get: (name) => (select.get(name) as { value: string } | undefined)?.value,
    set: (name, value) => {
      durably(db, () => upsert.run(name, value));
    },
    remove: (name) => {
      durably(db, () => remove.run(name));
    },
  };
}
