// Single requests, looked up again: a page of them, newest first, and one by its id. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import { KeyhatchError } from '../../shared/errors.ts';
import type { RequestQuery, RequestRow } from '../../shared/usage-model.ts';
import { requestColumns } from './request-columns.ts';

/** A row with the name its key has, or had before it was deleted. */
export type ListedRequest = RequestRow & { readonly keyName: string | null };

export type ListedPage = { readonly rows: ListedRequest[]; readonly next: string | null };

export type RequestList = {
  /**
   * @returns at most `query.limit` rows and, where there are more, the cursor of the next page
   * @throws KeyhatchError `input_invalid` for a cursor that no page came with
   */
  readonly page: (query: RequestQuery) => ListedPage;
  readonly find: (id: string) => ListedRequest | undefined;
};

const columns = Object.entries(requestColumns).map(([field, column]) => `r.${column} AS "${field}"`);
const select = `SELECT ${columns.join(', ')}, k.name AS "keyName" FROM requests r LEFT JOIN keys k ON k.id = r.key_id`;

// Rows of one millisecond are told apart by their id, so that a page neither repeats nor loses one.
const conditions = {
  keyId: 'r.key_id = :keyId',
  model: 'r.model = :model',
  upstreamId: 'r.upstream_id = :upstreamId',
  // Nearly all of them: found by their time, to which the sign keeps SQLite.
  ok: "+r.outcome = 'ok'",
  // Said twice, because the index of those that are not `ok` is found by the word alone.
  outcome: "r.outcome = :outcome AND r.outcome <> 'ok'",
  trouble: "r.outcome NOT IN ('ok', 'client_gone')",
  cursor: '(r.received_at, r.id) < (:cursorAt, :cursorId)',
  // SQLite lowers both sides, because it lowers only ASCII and JavaScript lowers more.
  text: `(${['r.model', 'k.name', 'r.user_agent', 'r.client_address', 'r.error_code', 'r.id']
    .map((column) => `instr(lower(coalesce(${column}, '')), lower(:text))`)
    .join(' OR ')})`,
} as const;

export function createRequestList(db: DatabaseSync): RequestList {
  const one = db.prepare(`${select} WHERE r.id = ?`);

  return {
    page(query) {
      const { where, values } = narrow(query);
      // One more than asked for tells whether there is a next page.
      const found = db
        .prepare(`${select} ${where} ORDER BY r.received_at DESC, r.id DESC LIMIT :limit`)
        .all({ ...values, limit: query.limit + 1 })
        .map(rowOf);
      const rows = found.slice(0, query.limit);
      const last = rows.at(-1);
      return { rows, next: found.length > rows.length && last ? `${last.receivedAt}~${last.id}` : null };
    },
    find(id) {
      const row = one.get(id);
      return row && rowOf(row);
    },
  };
}

function narrow(query: RequestQuery): { where: string; values: Record<string, string | number> } {
  const parts: string[] = [];
  const values: Record<string, string | number> = {};
  for (const field of ['keyId', 'model', 'upstreamId'] as const) {
    const value = query[field];
    if (value === undefined) continue;
    parts.push(conditions[field]);
    values[field] = value;
  }
  if (query.outcome === 'trouble' || query.outcome === 'ok') parts.push(conditions[query.outcome]);
  else if (query.outcome !== undefined) {
    parts.push(conditions.outcome);
    values['outcome'] = query.outcome;
  }
  if (query.text) {
    parts.push(conditions.text);
    values['text'] = query.text;
  }
  if (query.cursor !== undefined) {
    parts.push(conditions.cursor);
    Object.assign(values, cursorOf(query.cursor));
  }
  return { where: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', values };
}

// Not taken for the beginning: whoever asks for page after page would never come to the end.
function cursorOf(cursor: string): { readonly cursorAt: number; readonly cursorId: string } {
  const [, at, id] = /^(\d{1,16}(?:\.\d{1,16})?)~(.+)$/.exec(cursor) ?? [];
  if (at === undefined || id === undefined) {
    throw new KeyhatchError('input_invalid', { details: { reason: 'The cursor is not one that a page came with' } });
  }
  return { cursorAt: Number(at), cursorId: id };
}

function rowOf(row: Record<string, unknown>): ListedRequest {
  return { ...row, streamed: row['streamed'] === 1 } as ListedRequest;
}
