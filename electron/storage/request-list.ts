// Single requests, looked up again: a page of them, newest first, and one by its id. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import { KeyhatchError } from '../../shared/errors.ts';
import type { RequestQuery, RequestRow } from '../../shared/usage-model.ts';
import { requestColumns } from './request-columns.ts';
import { keysOfPerson } from './usage-filter.ts';

/** A row with the name its key or its holder of a token has, or had before it was deleted. */
export type ListedRequest = RequestRow & { readonly keyName: string | null };

export type ListedPage = { readonly rows: ListedRequest[]; readonly next: string | null };

export type RequestList = {
  /**
   * @returns at most `query.limit` rows and, where there are more, the cursor of the next page; fewer rows with a cursor
   * where it stopped looking, so that no question holds up the others for long
   * @throws KeyhatchError `input_invalid` for a cursor that no page came with
   */
  readonly page: (query: RequestQuery) => ListedPage;
  readonly find: (id: string) => ListedRequest | undefined;
};

const columns = Object.entries(requestColumns).map(([field, column]) => `r.${column} AS "${field}"`);

/** @param more a further column */
export const selectRequests = (more?: string): string =>
  `SELECT ${[...columns, 'coalesce(k.name, h.name) AS "keyName"', ...(more === undefined ? [] : [more])].join(', ')}
  FROM requests r LEFT JOIN keys k ON k.id = r.key_id LEFT JOIN token_holders h ON h.id = r.key_id`;

// Rows of one millisecond are told apart by their id, so that a page neither repeats nor loses one.
const conditions = {
  keyId: 'r.key_id = :keyId',
  personId: `r.key_id IN ${keysOfPerson}`,
  model: 'r.model = :model',
  upstreamId: 'r.upstream_id = :upstreamId',
  client: 'r.client = :client',
  // Nearly all of them: found by their time, to which the sign keeps SQLite.
  ok: "+r.outcome = 'ok'",
  // Said twice, because the index of those that are not `ok` is found by the word alone.
  outcome: "r.outcome = :outcome AND r.outcome <> 'ok'",
  trouble: "r.outcome NOT IN ('ok', 'client_gone')",
  cursor: '(r.received_at, r.id) < (:cursorAt, :cursorId)',
  floor: 'r.received_at >= :floor',
  slowerMs: 'r.ended_at - r.received_at > :slowerMs',
  error: holding(['r.error_code', 'r.error_text'], 'error'),
  text: holding(
    ['r.model', 'coalesce(k.name, h.name)', 'r.user_agent', 'r.client_address', 'r.error_code', 'r.error_text', 'r.id'],
    'text',
  ),
} as const;

// SQLite lowers both sides, because it lowers only ASCII and JavaScript lowers more.
function holding(columns: readonly string[], field: string): string {
  return `(${columns.map((column) => `instr(lower(coalesce(${column}, '')), lower(:${field}))`).join(' OR ')})`;
}

/** Filters for which rows themselves must be looked at, one after the other. */
const withoutIndex: readonly (keyof RequestQuery)[] = ['client', 'slowerMs', 'error', 'text'];
const mostLookedAt = 50_000;
/** Before the id of every row. */
const firstId = '!';

export function createRequestList(db: DatabaseSync, lookAtMost = mostLookedAt): RequestList {
  const one = db.prepare(`${selectRequests()} WHERE r.id = ?`);
  const further = db.prepare(`
    SELECT received_at AS at FROM requests WHERE received_at < ? ORDER BY received_at DESC LIMIT 1 OFFSET ?`);

  /** The moment at which looking back ends for now; undefined where it goes on to the oldest row. */
  function floorOf(query: RequestQuery): number | undefined {
    if (!withoutIndex.some((field) => query[field])) return undefined;
    const from = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : cursorOf(query.cursor).cursorAt;
    return (further.get(from, lookAtMost) as { at: number } | undefined)?.at;
  }

  return {
    page(query) {
      const floor = floorOf(query);
      const { parts, values } = narrowRequests(query, floor);
      const where = parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '';
      // One more than asked for tells whether there is a next page.
      const found = db
        .prepare(`${selectRequests()} ${where} ORDER BY r.received_at DESC, r.id DESC LIMIT :limit`)
        .all({ ...values, limit: query.limit + 1 })
        .map(listedRequest);
      const rows = found.slice(0, query.limit);
      const last = rows.at(-1);
      if (found.length > rows.length && last) return { rows, next: `${last.receivedAt}~${last.id}` };
      return { rows, next: floor === undefined ? null : `${floor}~${firstId}` };
    },
    find(id) {
      const row = one.get(id);
      return row && listedRequest(row);
    },
  };
}

/** Conditions on `requests r`, `keys k` and `token_holders h`, and the values they name. */
export function narrowRequests(
  query: Omit<RequestQuery, 'limit'>,
  floor?: number,
): {
  readonly parts: readonly string[];
  readonly values: Record<string, string | number>;
} {
  const parts: string[] = [];
  const values: Record<string, string | number> = {};
  if (floor !== undefined) {
    parts.push(conditions.floor);
    values['floor'] = floor;
  }
  for (const field of ['keyId', 'personId', 'model', 'upstreamId', 'client', 'slowerMs', 'error', 'text'] as const) {
    const value = query[field];
    if (value === undefined || value === '') continue;
    parts.push(conditions[field]);
    values[field] = value;
  }
  if (query.outcome === 'trouble' || query.outcome === 'ok') parts.push(conditions[query.outcome]);
  else if (query.outcome !== undefined) {
    parts.push(conditions.outcome);
    values['outcome'] = query.outcome;
  }
  if (query.cursor !== undefined) {
    parts.push(conditions.cursor);
    Object.assign(values, cursorOf(query.cursor));
  }
  return { parts, values };
}

// Not taken for the beginning: whoever asks for page after page would never come to the end.
function cursorOf(cursor: string): { readonly cursorAt: number; readonly cursorId: string } {
  const [, at, id] = /^(\d{1,16}(?:\.\d{1,16})?)~(.+)$/.exec(cursor) ?? [];
  if (at === undefined || id === undefined) {
    throw new KeyhatchError('input_invalid', { details: { reason: 'The cursor is not one that a page came with' } });
  }
  return { cursorAt: Number(at), cursorId: id };
}

export function listedRequest(row: Record<string, unknown>): ListedRequest {
  return { ...row, streamed: row['streamed'] === 1, captured: row['captured'] === 1 } as ListedRequest;
}
