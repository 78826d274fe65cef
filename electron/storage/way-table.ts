// Ways in without a key as they are kept, and the names of holders of tokens. A way that cannot be read is left out, which
// closes it. What each lets in is decided elsewhere; no secret lies here.

import type { DatabaseSync } from 'node:sqlite';
import { type KeptWay, keptWay } from '../../shared/ways-model.ts';
import { durably } from './transaction.ts';

export type WayTable = {
  /** Oldest first. */
  readonly list: () => KeptWay[];
  /** Returns when it lies on the disk, as does `remove`. */
  readonly put: (way: KeptWay) => void;
  readonly remove: (id: string) => void;
};

export function createWayTable(db: DatabaseSync): WayTable {
  const all = db.prepare('SELECT facts FROM ways ORDER BY created_at, rowid');
  const put = db.prepare(`
    INSERT INTO ways (id, kind, key_id, facts, created_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, key_id = excluded.key_id, facts = excluded.facts`);
  const remove = db.prepare('DELETE FROM ways WHERE id = ?');
  return {
    list: () => (all.all() as { facts: string }[]).flatMap(({ facts }) => read(facts) ?? []),
    put(way) {
      durably(db, () => put.run(way.id, way.kind, way.keyId, JSON.stringify(way), way.createdAt));
    },
    remove(id) {
      durably(db, () => remove.run(id));
    },
  };
}

function read(facts: string): KeptWay | undefined {
  try {
    return keptWay.safeParse(JSON.parse(facts)).data;
  } catch {
    return undefined;
  }
}

/** Keeps the name of whoever came with a token, under the id that their usage is counted by. */
export function createHolderNames(db: DatabaseSync): (id: string, name: string) => void {
  const put = db.prepare(`
    INSERT INTO token_holders (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name
    WHERE name <> excluded.name`);
  return (id, name) => void put.run(id, name);
}
