// The facts of keys as they are kept. Holds no secret and no verifier (those lie in the vault) and derives no status.

import type { DatabaseSync } from 'node:sqlite';
import { closedPolicy, type KeyPolicy, keyPolicy, usualPolicy } from '../../shared/key-policy.ts';
import { type KeyFacts, keyFacts } from '../../shared/model.ts';
import type { KeyUse } from './key-uses.ts';
import { durably, inTransaction } from './transaction.ts';

/** A key as it is kept: its facts without those that are derived. */
export type StoredKey = Readonly<Omit<KeyFacts, 'status' | 'usable' | 'today' | 'budgets' | 'project' | 'person'>> & {
  readonly paused: boolean;
  /** Somebody else than whose key it is paused it. */
  readonly pausedByOther: boolean;
  /** Somebody else than whose key it is made it, or said what it may do. */
  readonly setByOther: boolean;
};

export type KeyPatch = { readonly [Name in keyof Omit<StoredKey, 'id'>]?: StoredKey[Name] };

export type KeyTable = {
  /** Every key that is not deleted, oldest first. */
  readonly list: () => StoredKey[];
  readonly get: (id: string) => StoredKey | undefined;
  /** Returns when the key lies on the disk. */
  readonly insert: (key: StoredKey) => void;
  /** Changes what the patch names. False when there is no such key. */
  readonly update: (id: string, patch: KeyPatch) => boolean;
  /** Takes a key out of every list; its name stays for its usage. False when there is no such key. */
  readonly remove: (id: string, nowMs: number) => boolean;
  /** Its counters count from this moment on. @param before what it has used until then, as `countedBy` tells it */
  readonly resetCounters: (id: string, sinceMs: number, before: string) => void;
  /** The name of a key, also of a deleted one. */
  readonly nameOf: (id: string) => string | undefined;
  /** Ids of all keys that were ever a person's, also of deleted ones. */
  readonly idsOf: (personId: string) => string[];
  /** Notes when secrets were last used that had been rotated away; an older use than the known one changes nothing. */
  readonly recordOldSecretUse: (batch: readonly KeyUse[]) => void;
  /** Makes a key, or puts it in the place of the one with its id, deleted or not. */
  readonly put: (key: StoredKey) => void;
};

type KeyRecord = {
  readonly [Column in (typeof columns)[number]]: string | number | null;
};

const columns = [
  'id',
  'name',
  'project',
  'origin',
  'paused',
  'created_at',
  'expires_at',
  'revoked_at',
  'rotated_at',
  'old_secret_until',
  'last_used_at',
  'last_used_from',
  'last_used_by',
  'rpm',
  'parallel',
  'models',
  'counted_since',
  'policy',
  'kind',
  'weak',
  'old_secret_weak',
  'old_secret_used_at',
  'old_secret_used_from',
  'old_secret_used_by',
  'person_id',
  'paused_by_other',
  'set_by_other',
] as const;

export function createKeyTable(db: DatabaseSync): KeyTable {
  const select = `SELECT ${columns.join(', ')} FROM keys WHERE deleted_at IS NULL`;
  const all = db.prepare(`${select} ORDER BY created_at, rowid`);
  const one = db.prepare(`${select} AND id = ?`);
  const insertOne = db.prepare(
    `INSERT INTO keys (${columns.join(', ')}) VALUES (${columns.map((column) => `:${column}`).join(', ')})`,
  );
  const updateOne = db.prepare(
    `UPDATE keys SET ${columns.map((column) => `${column} = :${column}`).join(', ')} WHERE id = :id`,
  );
  const removeOne = db.prepare('UPDATE keys SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL');
  const reset = db.prepare('UPDATE keys SET counted_since = ?, counted_before = ? WHERE id = ?');
  const name = db.prepare('SELECT name FROM keys WHERE id = ?');
  const ids = db.prepare('SELECT id FROM keys WHERE person_id = ?');

  const oldUse = db.prepare(`
    UPDATE keys SET old_secret_used_at = :at, old_secret_used_from = :address, old_secret_used_by = :userAgent
    WHERE id = :id AND (old_secret_used_at IS NULL OR old_secret_used_at <= :at)`);
  const revive = db.prepare('UPDATE keys SET deleted_at = NULL WHERE id = ?');

  function get(id: string): StoredKey | undefined {
    const row = one.get(id);
    return row === undefined ? undefined : fromRecord(row as KeyRecord);
  }

  return {
    get,
    list: () => all.all().map((row) => fromRecord(row as KeyRecord)),
    insert: (key) => {
      durably(db, () => insertOne.run(toRecord(key)));
    },
    // Read and written as one: another connection notes last uses.
    update: (id, patch) =>
      durably(db, () =>
        inTransaction(db, () => {
          const key = get(id);
          if (key === undefined) return false;
          updateOne.run(toRecord({ ...key, ...patch, id }));
          return true;
        }),
      ),
    remove: (id, nowMs) => durably(db, () => removeOne.run(nowMs, id)).changes === 1,
    resetCounters(id, sinceMs, before) {
      durably(db, () => reset.run(sinceMs, before, id));
    },
    nameOf: (id) => (name.get(id) as { name: string } | undefined)?.name,
    idsOf: (personId) => ids.all(personId).map(({ id }) => String(id)),
    recordOldSecretUse(batch) {
      for (const { id, at, address, userAgent } of batch) oldUse.run({ id, at, address, userAgent });
    },
    put: (key) => {
      durably(db, () =>
        revive.run(key.id).changes === 1 ? updateOne.run(toRecord(key)) : insertOne.run(toRecord(key)),
      );
    },
  };
}

function toRecord(key: StoredKey): KeyRecord {
  return {
    id: key.id,
    name: key.name,
    project: key.projectId,
    origin: key.origin,
    paused: key.paused ? 1 : 0,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    rotated_at: key.rotatedAt,
    old_secret_until: key.oldSecretUntil,
    last_used_at: key.lastUsedAt,
    last_used_from: key.lastUsedFrom,
    last_used_by: key.lastUsedBy,
    rpm: key.limits.rpm,
    parallel: key.limits.parallel,
    models: key.models === null ? null : JSON.stringify(key.models),
    counted_since: key.countedSince,
    policy: JSON.stringify(key.policy),
    kind: key.kind,
    weak: key.weak ? 1 : 0,
    old_secret_weak: key.oldSecretWeak ? 1 : 0,
    old_secret_used_at: key.oldSecretUsedAt,
    old_secret_used_from: key.oldSecretUsedFrom,
    old_secret_used_by: key.oldSecretUsedBy,
    person_id: key.personId,
    paused_by_other: key.pausedByOther ? 1 : 0,
    set_by_other: key.setByOther ? 1 : 0,
  };
}

const storedFacts = keyFacts.omit({
  status: true,
  usable: true,
  today: true,
  budgets: true,
  project: true,
  person: true,
});

function fromRecord(row: KeyRecord): StoredKey {
  const facts = storedFacts.parse({
    id: row.id,
    name: row.name,
    kind: row.kind,
    projectId: row.project,
    personId: row.person_id,
    origin: row.origin,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    rotatedAt: row.rotated_at,
    oldSecretUntil: row.old_secret_until,
    weak: row.weak === 1,
    oldSecretWeak: row.old_secret_weak === 1,
    oldSecretUsedAt: row.old_secret_used_at,
    oldSecretUsedFrom: row.old_secret_used_from,
    oldSecretUsedBy: row.old_secret_used_by,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
    lastUsedBy: row.last_used_by,
    limits: { rpm: row.rpm, parallel: row.parallel },
    models: typeof row.models === 'string' ? JSON.parse(row.models) : null,
    countedSince: row.counted_since,
    policy: readPolicy(row.policy),
  });
  return {
    ...facts,
    paused: row.paused === 1,
    pausedByOther: row.paused_by_other === 1,
    setByOther: row.set_by_other === 1,
  };
}

// One that cannot be read lets nothing pass: its owner sees a key that may do nothing, and not one that may do all.
function readPolicy(kept: string | number | null): KeyPolicy {
  if (kept === null) return usualPolicy;
  try {
    const read = keyPolicy.safeParse(JSON.parse(String(kept)));
    return read.success ? read.data : closedPolicy;
  } catch {
    return closedPolicy;
  }
}
