// Whose a key is, as usage asks it of many at once: by what stands in a request for the key. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import { personOfHolder } from '../lib/token-holder.ts';

/**
 * A function that reads whose keys are now, and returns one that says it of a key, also of a deleted one, and of the holder
 * of a token; null where it is nobody's.
 */
export function createPersonOf(db: DatabaseSync): () => (keyId: string | null) => string | null {
  const held = db.prepare('SELECT id, person_id AS personId FROM keys WHERE person_id IS NOT NULL');
  return () => {
    const people = new Map(held.all().map(({ id, personId }) => [String(id), String(personId)]));
    return (keyId) => (keyId === null ? null : (personOfHolder(keyId) ?? people.get(keyId) ?? null));
  };
}
