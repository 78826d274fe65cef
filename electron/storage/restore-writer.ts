// Puts the keys and projects of a backup in the place of those that are here, and adds its people, in one transaction with the
// facts that say so: after a crash all of it has happened or nothing. What was here stays as a name for its usage.

import type { DatabaseSync } from 'node:sqlite';
import type { KeyTable, StoredKey } from './key-table.ts';
import type { MetaTable } from './meta-table.ts';
import type { PeopleTable, StoredPerson } from './people-table.ts';
import type { ProjectTable, StoredProject } from './project-table.ts';
import { durably, inTransaction } from './transaction.ts';

export type RestoreWriter = (input: {
  readonly keys: readonly StoredKey[];
  readonly projects: readonly StoredProject[];
  readonly people: readonly StoredPerson[];
  /** Facts of the profile that the rest of a restore goes by. */
  readonly facts: Readonly<Record<string, string>>;
  readonly nowMs: number;
}) => void;

export function createRestoreWriter(
  db: DatabaseSync,
  tables: {
    readonly keys: KeyTable;
    readonly projects: ProjectTable;
    readonly people: PeopleTable;
    readonly meta: MetaTable;
  },
): RestoreWriter {
  return ({ keys, projects, people, facts, nowMs }) =>
    durably(db, () =>
      inTransaction(db, () => {
        // All go before any comes: two projects may have changed names with each other.
        for (const { id } of tables.keys.list()) tables.keys.remove(id, nowMs);
        for (const { id } of tables.projects.list()) tables.projects.remove(id, nowMs);
        for (const project of projects) tables.projects.put(project);
        for (const key of keys) tables.keys.put(key);
        for (const person of people) tables.people.put(person);
        for (const [name, value] of Object.entries(facts)) tables.meta.set(name, value);
      }),
    );
}
