// Admissions of the last minute on the disk, so that a restart gives no key a second budget. Opens no transaction.

import type { DatabaseSync } from 'node:sqlite';

export type Admission = {
  readonly keyId: string;
  /** Epoch ms. */
  readonly at: number;
};

export type AdmissionTable = {
  readonly insert: (admissions: readonly Admission[]) => void;
  /** Those between two moments (epoch ms, both included), oldest first. */
  readonly between: (sinceMs: number, untilMs: number) => Admission[];
  readonly prune: (beforeMs: number) => void;
};

export function createAdmissionTable(db: DatabaseSync): AdmissionTable {
  const insertOne = db.prepare('INSERT INTO admissions (key_id, at) VALUES (?, ?)');
  const between = db.prepare('SELECT key_id AS keyId, at FROM admissions WHERE at BETWEEN ? AND ? ORDER BY at');
  const prune = db.prepare('DELETE FROM admissions WHERE at < ?');
  return {
    insert(admissions) {
      for (const { keyId, at } of admissions) insertOne.run(keyId, Math.round(at));
    },
    between: (sinceMs, untilMs) => between.all(sinceMs, untilMs) as Admission[],
    prune(beforeMs) {
      prune.run(beforeMs);
    },
  };
}
