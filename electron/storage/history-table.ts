// The history as it is kept: adds entries and their links, and reads. Nothing here changes a row, and the database refuses
// it (steps 120 and 150). Knows not how a link is made.

import type { DatabaseSync } from 'node:sqlite';
import type { ExportedAudit } from '../../shared/export-columns.ts';
import {
  type HistoryEntry,
  type HistoryPage,
  type HistoryQuery,
  historyEntry,
  type SubjectKind,
} from '../../shared/history-model.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { durably, inTransaction } from './transaction.ts';

type EntryRow = { readonly seq: number; readonly at: number; readonly entry: string };
type How = 'at_once' | 'late' | 'imported';
type Link = { readonly chain: number; readonly seq: number; readonly how: How; readonly mac: string };
type LinkedRow = EntryRow & { readonly link: Pick<Link, 'how' | 'mac'> | null };
type Narrow = Pick<HistoryQuery, 'kind' | 'subject' | 'actor' | 'sinceMs'>;

export type HistoryTable = {
  /** Returns when the entry, and what `link` made of it, lie on the disk: both or neither. */
  readonly add: (entry: Omit<HistoryEntry, 'seq'>, link?: (row: EntryRow) => Link) => void;
  /** `without`: kinds of subjects that are left out. */
  readonly page: (query: HistoryQuery, nowMs: number, without?: readonly SubjectKind[]) => HistoryPage;
  /** In order, after one entry and up to another. */
  readonly exportPage: (query: {
    readonly narrow: Narrow;
    readonly after: number;
    readonly upTo: number;
    readonly limit: number;
    readonly nowMs: number;
  }) => readonly ExportedAudit[];
  /** Whether an action of this detail was noted of a subject. */
  readonly has: (subjectId: string, action: string, detail: string) => boolean;
  readonly addLinks: (links: readonly Link[]) => void;
  readonly rowsAfter: (seq: number, limit: number, chain: number) => readonly LinkedRow[];
  readonly lastLink: () => Link | undefined;
  readonly linkAt: (chain: number, seq: number) => Link | undefined;
  readonly lastSeq: () => number;
  /** Up to where entries were there before any was chained. */
  readonly importedTo: () => number;
};

const kept = historyEntry.omit({ seq: true });
const fits = `(:kind IS NULL OR json_extract(entry, '$.subject.kind') = :kind)
      AND (:actor IS NULL OR json_extract(entry, '$.actor') = :actor)
      AND (:subject IS NULL OR json_extract(entry, '$.subject.id') = :subject
        OR json_extract(entry, '$.subject.name') = :subject COLLATE NOCASE)`;

export function createHistoryTable(db: DatabaseSync): HistoryTable {
  const add = db.prepare('INSERT INTO history (at, entry) VALUES (?, ?)');
  const addLink = db.prepare('INSERT INTO history_chain (chain, seq, how, mac) VALUES (:chain, :seq, :how, :mac)');
  const has = db.prepare(`
    SELECT 1 FROM history WHERE json_extract(entry, '$.subject.id') = ?
      AND json_extract(entry, '$.action') = ? AND json_extract(entry, '$.detail') = ?`);
  return {
    ...createReads(db),
    add(entry, link) {
      const text = canonicalJson(kept.parse(entry));
      const insert = () => {
        const seq = Number(add.run(entry.at, text).lastInsertRowid);
        if (link) addLink.run(link({ seq, at: entry.at, entry: text }));
      };
      durably(db, () => (db.isTransaction ? insert() : inTransaction(db, insert)));
    },
    has: (subjectId, action, detail) => has.get(subjectId, action, detail) !== undefined,
    addLinks: (links) => inTransaction(db, () => links.forEach((link) => void addLink.run(link))),
  };
}

function createReads(db: DatabaseSync): Omit<HistoryTable, 'add' | 'addLinks' | 'has'> {
  const page = db.prepare(`
    SELECT seq, entry FROM history WHERE seq < :before AND at >= :since AND ${fits}
      AND json_extract(entry, '$.subject.kind') NOT IN (SELECT value FROM json_each(:without))
    ORDER BY seq DESC LIMIT :limit`);
  const exported = db.prepare(`
    SELECT seq, entry,
      (SELECT max(chain) FROM history_chain WHERE history_chain.seq = history.seq) AS newest,
      (SELECT mac FROM history_chain WHERE history_chain.seq = history.seq ORDER BY chain DESC LIMIT 1) AS mac
    FROM history WHERE seq > :after AND seq <= :upTo AND at >= :since AND ${fits} ORDER BY seq LIMIT :limit`);
  const rowsAfter = db.prepare(`
    SELECT history.seq, at, entry, how, mac FROM history
    LEFT JOIN history_chain ON history_chain.chain = ? AND history_chain.seq = history.seq
    WHERE history.seq > ? ORDER BY history.seq LIMIT ?`);
  const lastLink = db.prepare('SELECT chain, seq, how, mac FROM history_chain ORDER BY chain DESC, seq DESC LIMIT 1');
  const linkAt = db.prepare('SELECT chain, seq, how, mac FROM history_chain WHERE chain = ? AND seq = ?');
  const lastSeq = db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM history');
  const importedTo = db.prepare("SELECT value FROM meta WHERE name = 'audit_imported'");
  const bound = ({ kind, actor, subject, sinceMs }: Narrow, nowMs: number) => ({
    since: sinceMs === undefined ? 0 : nowMs - sinceMs,
    kind: kind ?? null,
    actor: actor ?? null,
    subject: subject ?? null,
  });
  return {
    page(query, nowMs, without = []) {
      const before = query.cursor ?? Number.MAX_SAFE_INTEGER;
      const narrow = { ...bound(query, nowMs), without: JSON.stringify(without) };
      const rows = page.all({ ...narrow, before, limit: query.limit + 1 });
      const entries = rows.slice(0, query.limit).map(entryOf);
      return { entries, next: rows.length > query.limit ? (entries.at(-1)?.seq ?? null) : null };
    },
    exportPage({ narrow, nowMs, ...place }) {
      const rows = exported.all({ ...bound(narrow, nowMs), ...place });
      return rows.map((row) => ({
        ...entryOf(row),
        chain: row['newest'] as number | null,
        mac: row['mac'] as string | null,
      }));
    },
    rowsAfter: (seq, limit, chain) =>
      rowsAfter.all(chain, seq, limit).map((row) => {
        const { how, mac, ...entry } = row as EntryRow & { readonly how: How | null; readonly mac: string };
        return { ...entry, link: how === null ? null : { how, mac } };
      }),
    lastLink: () => lastLink.get() as Link | undefined,
    linkAt: (chain, seq) => linkAt.get(chain, seq) as Link | undefined,
    lastSeq: () => Number(lastSeq.get()?.['seq']),
    importedTo: () => Number(importedTo.get()?.['value'] ?? 0),
  };
}

function entryOf({ seq, entry }: Readonly<Record<string, unknown>>): HistoryEntry {
  return historyEntry.parse({ seq, ...JSON.parse(String(entry)) });
}
