// The history as it is kept: adds and reads. Nothing here changes a row, and the database refuses it (step 120).

import type { DatabaseSync } from 'node:sqlite';
import { type HistoryEntry, type HistoryPage, type HistoryQuery, historyEntry } from '../../shared/history-model.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { durably } from './transaction.ts';

export type HistoryTable = {
  /** Returns when the entry lies on the disk. */
  readonly add: (entry: Omit<HistoryEntry, 'seq'>) => void;
  readonly page: (query: HistoryQuery, nowMs: number) => HistoryPage;
  /** Whether an action of this detail was noted of a subject. */
  readonly has: (subjectId: string, action: string, detail: string) => boolean;
};

const kept = historyEntry.omit({ seq: true });

export function createHistoryTable(db: DatabaseSync): HistoryTable {
  const add = db.prepare('INSERT INTO history (at, entry) VALUES (?, ?)');
  const page = db.prepare(`
    SELECT seq, entry FROM history
    WHERE seq < :before AND at >= :since
      AND (:kind IS NULL OR json_extract(entry, '$.subject.kind') = :kind)
      AND (:actor IS NULL OR json_extract(entry, '$.actor') = :actor)
      AND (:subject IS NULL OR json_extract(entry, '$.subject.id') = :subject
        OR json_extract(entry, '$.subject.name') = :subject COLLATE NOCASE)
    ORDER BY seq DESC LIMIT :limit`);
  const has = db.prepare(`
    SELECT 1 FROM history WHERE json_extract(entry, '$.subject.id') = ?
      AND json_extract(entry, '$.action') = ? AND json_extract(entry, '$.detail') = ?`);
  return {
    add(entry) {
      const text = canonicalJson(kept.parse(entry));
      durably(db, () => add.run(entry.at, text));
    },
    page(query, nowMs) {
      const rows = page.all({
        before: query.cursor ?? Number.MAX_SAFE_INTEGER,
        since: query.sinceMs === undefined ? 0 : nowMs - query.sinceMs,
        kind: query.kind ?? null,
        actor: query.actor ?? null,
        subject: query.subject ?? null,
        limit: query.limit + 1,
      }) as { seq: number; entry: string }[];
      const entries = rows
        .slice(0, query.limit)
        .map(({ seq, entry }) => historyEntry.parse({ seq, ...JSON.parse(entry) }));
      return { entries, next: rows.length > query.limit ? (entries.at(-1)?.seq ?? null) : null };
    },
    has: (subjectId, action, detail) => has.get(subjectId, action, detail) !== undefined,
  };
}
