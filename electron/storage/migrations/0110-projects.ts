// Step 110: projects, one for each label that keys carried, by an id of ours; keys and usage name that id from now on.
// Labels that no key carries stay as they are, and are their own names. Frozen, as its neighbours.

import type { DatabaseSync } from 'node:sqlite';

export const projects = {
  version: 110,
  up: (db: DatabaseSync): void => db.exec(tables + labelsToProjects),
};

const tables = `
CREATE TABLE projects (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  colour TEXT NOT NULL,
  environment TEXT NOT NULL,
  rules TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  archived_at INTEGER,
  deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX projects_by_name ON projects (name COLLATE NOCASE) WHERE deleted_at IS NULL;

ALTER TABLE keys ADD COLUMN weak INTEGER NOT NULL DEFAULT 0 CHECK (weak IN (0, 1));
ALTER TABLE keys ADD COLUMN old_secret_weak INTEGER NOT NULL DEFAULT 0 CHECK (old_secret_weak IN (0, 1));
ALTER TABLE keys ADD COLUMN old_secret_used_at INTEGER;
ALTER TABLE keys ADD COLUMN old_secret_used_from TEXT;
ALTER TABLE keys ADD COLUMN old_secret_used_by TEXT;
`;

/** Also for rows that were read out of a damaged database of an older version. */
export const labelsToProjects = `
INSERT INTO projects (id, name, colour, environment, rules, created_at)
  SELECT lower(hex(randomblob(4))), min(project), 'grey', 'production', '{}', min(created_at)
  FROM keys WHERE project IS NOT NULL AND deleted_at IS NULL GROUP BY project COLLATE NOCASE;
UPDATE keys SET project = coalesce((SELECT id FROM projects WHERE name = keys.project COLLATE NOCASE), project)
  WHERE project IS NOT NULL;
UPDATE requests SET project = coalesce((SELECT id FROM projects WHERE name = requests.project COLLATE NOCASE), project)
  WHERE project IS NOT NULL;
UPDATE usage_groups
  SET project = coalesce((SELECT id FROM projects WHERE name = usage_groups.project COLLATE NOCASE), project)
  WHERE project IS NOT NULL;
`;
