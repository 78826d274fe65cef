// Captured bodies as they lie in the database, sealed by somebody else, and for which keys and until when they are being
// captured. Keeps, counts and deletes; can read none of it.

import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from './transaction.ts';

export type Direction = 'request' | 'answer';

export type SealedBody = {
  readonly requestId: string;
  readonly direction: Direction;
  readonly keyId: string | null;
  /** Epoch ms. */
  readonly at: number;
  /** Of the whole body, of which less may be kept. */
  readonly sizeBytes: number;
  readonly sealed: Uint8Array;
};

/** What is asked of it, and what the owner switches. */
export type CaptureTable = {
  readonly windows: () => { readonly keyId: string; readonly until: number }[];
  readonly openWindow: (keyId: string, until: number) => void;
  readonly closeWindow: (keyId: string) => void;
  readonly find: (requestId: string) => SealedBody[];
  readonly totals: () => { readonly requests: number; readonly keptBytes: number };
};

/** What fills and empties it, on the one connection that writes the ledger, because it counts as it goes. */
export type CaptureWrites = {
  /** Writes these, then deletes the oldest requests until no more than so much is kept. */
  readonly insert: (batch: { readonly bodies: readonly SealedBody[]; readonly maxBytes: number }) => void;
  /** Deletes what was captured before a moment (epoch ms). */
  readonly pruneBefore: (beforeMs: number) => void;
  /** Deletes everything that was captured. @returns of how many requests */
  readonly clear: (none: null) => number;
};

/** Of this many oldest requests the size is looked at, time after time, until enough of them are gone. */
const dropAtOnce = 20;
const totalsOf = `
  SELECT count(DISTINCT request_id) AS requests, coalesce(sum(kept_bytes), 0) AS keptBytes FROM captured`;

export function createCaptureTable(db: DatabaseSync): CaptureTable {
  const windows = db.prepare('SELECT key_id AS keyId, until FROM capture_windows');
  const openWindow = db.prepare(`
    INSERT INTO capture_windows (key_id, until) VALUES (?, ?) ON CONFLICT (key_id) DO UPDATE SET until = excluded.until`);
  const closeWindow = db.prepare('DELETE FROM capture_windows WHERE key_id = ?');
  const find = db.prepare(`
    SELECT request_id AS requestId, direction, key_id AS keyId, at, size_bytes AS sizeBytes, sealed
    FROM captured WHERE request_id = ? ORDER BY direction`);
  const totals = db.prepare(totalsOf);
  return {
    windows: () => windows.all() as { keyId: string; until: number }[],
    openWindow: (keyId, until) => void openWindow.run(keyId, until),
    closeWindow: (keyId) => void closeWindow.run(keyId),
    find: (requestId) => find.all(requestId) as SealedBody[],
    totals: () => totals.get() as { requests: number; keptBytes: number },
  };
}

export function createCaptureWrites(db: DatabaseSync): CaptureWrites {
  const insert = db.prepare(`
    INSERT INTO captured (request_id, direction, key_id, at, size_bytes, kept_bytes, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const totals = db.prepare(totalsOf);
  const oldest = db.prepare(`
    SELECT request_id AS id, sum(kept_bytes) AS bytes FROM captured GROUP BY request_id ORDER BY min(at) LIMIT ?`);
  const drop = db.prepare('DELETE FROM captured WHERE request_id = ?');
  const pruneBefore = db.prepare('DELETE FROM captured WHERE at < ?');
  const count = () => totals.get() as { requests: number; keptBytes: number };
  let { keptBytes } = count();

  function makeRoom(maxBytes: number): void {
    while (keptBytes > maxBytes) {
      const rows = oldest.all(dropAtOnce) as { id: string; bytes: number }[];
      if (rows.length === 0) break;
      for (const { id, bytes } of rows) {
        if (keptBytes <= maxBytes) return;
        drop.run(id);
        keptBytes -= bytes;
      }
    }
  }

  return {
    insert({ bodies, maxBytes }) {
      try {
        inTransaction(db, () => {
          for (const { requestId, direction, keyId, at, sizeBytes, sealed } of bodies) {
            insert.run(requestId, direction, keyId, Math.round(at), sizeBytes, sealed.length, sealed);
            keptBytes += sealed.length;
          }
          makeRoom(maxBytes);
        });
      } catch (error) {
        keptBytes = count().keptBytes;
        throw error;
      }
    },
    pruneBefore(beforeMs) {
      if (pruneBefore.run(beforeMs).changes > 0) keptBytes = count().keptBytes;
    },
    clear() {
      const { requests } = count();
      db.exec('DELETE FROM captured');
      keptBytes = 0;
      return requests;
    },
  };
}
