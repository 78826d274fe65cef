// Which key made a stored response, and on which upstream it lies. Opens no transaction.

import type { DatabaseSync } from 'node:sqlite';

export type ResponseClaim = {
  readonly responseId: string;
  readonly owner: string;
  readonly upstreamId: string;
  /** Epoch ms. */
  readonly createdAt: number;
};

export type ResponseOwnerTable = {
  /** A later claim to the same id replaces the earlier one. */
  readonly insert: (claims: readonly ResponseClaim[]) => void;
  /** Oldest first. */
  readonly list: () => ResponseClaim[];
  /** Keeps the newest `keep` of those made at or after `beforeMs`. */
  readonly prune: (beforeMs: number, keep: number) => void;
};

export function createResponseOwnerTable(db: DatabaseSync): ResponseOwnerTable {
  const insertOne = db.prepare(`
    INSERT OR REPLACE INTO response_owners (response_id, owner, upstream_id, created_at)
    VALUES (:responseId, :owner, :upstreamId, :createdAt)`);
  const list = db.prepare(`
    SELECT response_id AS responseId, owner, upstream_id AS upstreamId, created_at AS createdAt
    FROM response_owners ORDER BY created_at, rowid`);
  const pruneOld = db.prepare('DELETE FROM response_owners WHERE created_at < ?');
  const pruneMany = db.prepare(`
    DELETE FROM response_owners WHERE rowid IN
      (SELECT rowid FROM response_owners ORDER BY created_at DESC, rowid DESC LIMIT -1 OFFSET ?)`);
  return {
    insert(claims) {
      for (const claim of claims) insertOne.run({ ...claim });
    },
    list: () => list.all() as ResponseClaim[],
    prune(beforeMs, keep) {
      pruneOld.run(beforeMs);
      pruneMany.run(keep);
    },
  };
}
