// Projects as they are kept. Deleted ones stay for the name of their usage; who may do what is decided elsewhere.

import type { DatabaseSync } from 'node:sqlite';
import { type ProjectFacts, projectFacts, projectRules, usualRules } from '../../shared/project-model.ts';
import { durably } from './transaction.ts';

/** A project as it is kept: its facts without those that are derived. */
export type StoredProject = Readonly<Omit<ProjectFacts, 'keys' | 'budgetStates'>>;

export type ProjectTable = {
  /** Every project that is not deleted, oldest first. */
  readonly list: () => StoredProject[];
  /** Makes it or puts it in the place of the one with its id; returns when it lies on the disk. */
  readonly put: (project: StoredProject) => void;
  readonly remove: (id: string, nowMs: number) => void;
  /** The name of a project, also of a deleted one. */
  readonly nameOf: (id: string) => string | undefined;
};

type ProjectRecord = Readonly<Record<string, string | number | null>>;

export function createProjectTable(db: DatabaseSync): ProjectTable {
  const all = db.prepare('SELECT * FROM projects WHERE deleted_at IS NULL ORDER BY created_at, rowid');
  const put = db.prepare(`
    INSERT INTO projects (id, name, colour, environment, rules, created_at, archived_at)
    VALUES (:id, :name, :colour, :environment, :rules, :created_at, :archived_at)
    ON CONFLICT (id) DO UPDATE SET name = :name, colour = :colour, environment = :environment, rules = :rules,
      archived_at = :archived_at, deleted_at = NULL`);
  const remove = db.prepare('UPDATE projects SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL');
  const name = db.prepare('SELECT name FROM projects WHERE id = ?');
  return {
    list: () => all.all().map((row) => fromRecord(row as ProjectRecord)),
    put: (project) => {
      durably(db, () => put.run(toRecord(project)));
    },
    remove: (id, nowMs) => {
      durably(db, () => remove.run(nowMs, id));
    },
    nameOf: (id) => (name.get(id) as { name: string } | undefined)?.name,
  };
}

function toRecord(project: StoredProject): Record<string, string | number | null> {
  const { id, name, colour, environment, createdAt, archivedAt } = project;
  const rules = JSON.stringify(projectRules.parse(project));
  return { id, name, colour, environment, rules, created_at: createdAt, archived_at: archivedAt };
}

const storedFacts = projectFacts.omit({ keys: true, budgetStates: true });

// Rules that cannot be read are the usual ones to look at, and close the project: `readable` says so.
function fromRecord(row: ProjectRecord): StoredProject {
  const rules = readRules(row['rules']);
  return storedFacts.parse({
    ...(rules ?? usualRules),
    id: row['id'],
    name: row['name'],
    colour: row['colour'],
    environment: row['environment'],
    createdAt: row['created_at'],
    archivedAt: row['archived_at'],
    readable: rules !== undefined,
  });
}

function readRules(kept: unknown) {
  try {
    return projectRules.safeParse(JSON.parse(String(kept))).data;
  } catch {
    return undefined;
  }
}
