// What a group of usage is called: the name of a key, person or project, and words for what has none. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import type { UsageSplit } from '../../shared/usage-model.ts';

/** The group that holds all that is not among the greatest. */
export const otherGroup = 'other';

const noGroup: Readonly<Record<UsageSplit, string>> = {
  key: 'without a key',
  person: 'no person',
  project: 'no project',
  model: 'no model',
  upstream: 'answered here',
  client: 'other',
  none: 'all',
};

/** Keys, people, projects and holders of tokens by the name they have, or had before they were deleted. */
export function createGroupLabels(db: DatabaseSync): (group: string | null, by: UsageSplit) => string {
  const keyName = db.prepare(`
    SELECT name FROM (SELECT id, name FROM keys UNION ALL SELECT id, name FROM token_holders) WHERE id = ?`);
  // Somebody else may be called so by now.
  const personName = db.prepare(`
    SELECT name || iif(removed_at IS NULL, '', ' (removed)') AS name FROM people WHERE id = ?`);
  const projectName = db.prepare('SELECT name FROM projects WHERE id = ?');
  const names = { key: keyName, person: personName, project: projectName };
  return (group, by) => {
    if (group === null) return noGroup[by];
    if ((by !== 'key' && by !== 'person' && by !== 'project') || group === otherGroup) return group;
    const named = names[by].get(group) as { name: string } | undefined;
    return named?.name ?? group;
  };
}
