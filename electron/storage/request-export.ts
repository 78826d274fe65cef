// Single requests in pages for an export, oldest first, up to the one that was written last when it began. Only reads.

import type { DatabaseSync } from 'node:sqlite';
import type { RequestQuery } from '../../shared/usage-model.ts';
import { type ListedRequest, listedRequest, narrowRequests, selectRequests } from './request-list.ts';

export type RequestExportQuery = Pick<
  RequestQuery,
  'keyId' | 'personId' | 'model' | 'upstreamId' | 'outcome' | 'text'
> & {
  /** Epoch ms, both included. */
  readonly since: number;
  readonly until: number;
};
/** Where the next page begins. */
export type ExportPlace = { readonly at: number; readonly row: number };

export type RequestExportReader = {
  /** How many there are, and after which row those come that are not to be in it. */
  readonly begin: (query: RequestExportQuery) => { readonly total: number; readonly lastRow: number };
  readonly page: (options: {
    readonly query: RequestExportQuery;
    readonly lastRow: number;
    readonly after: ExportPlace | undefined;
    readonly limit: number;
  }) => { readonly rows: ListedRequest[]; readonly next: ExportPlace | undefined };
};

export function createRequestExport(db: DatabaseSync): RequestExportReader {
  const last = db.prepare('SELECT coalesce(max(rowid), 0) AS row FROM requests');

  function conditions({ since, until, ...query }: RequestExportQuery, lastRow: number) {
    const { parts, values } = narrowRequests(query);
    return {
      where: [...parts, 'r.received_at >= :since', 'r.received_at <= :until', 'r.rowid <= :lastRow'].join(' AND '),
      values: { ...values, since, until, lastRow },
    };
  }

  return {
    begin(query) {
      const lastRow = Number((last.get() as { row: number }).row);
      const { where, values } = conditions(query, lastRow);
      const counted = db
        .prepare(`SELECT count(*) AS total FROM requests r LEFT JOIN keys k ON k.id = r.key_id
            LEFT JOIN token_holders h ON h.id = r.key_id WHERE ${where}`)
        .get(values) as { total: number };
      return { total: counted.total, lastRow };
    },
    page({ query, lastRow, after, limit }) {
      // From where the page before ended, and not from the beginning: of two lower bounds SQLite would take the wrong one.
      const since = after?.at ?? query.since;
      const { where, values } = conditions({ ...query, since }, lastRow);
      // By time and row, as the index by time has them: nothing is sorted, and none is told twice or left out.
      const from = after === undefined ? 'TRUE' : '(r.received_at > :since OR r.rowid > :row)';
      const found = db
        .prepare(`
          ${selectRequests('r.rowid AS "row"')} WHERE ${where} AND ${from}
          ORDER BY r.received_at, r.rowid LIMIT :limit`)
        .all({ ...values, ...(after && { row: after.row }), limit });
      const end = found.at(-1);
      return {
        rows: found.map(({ row: _row, ...one }) => listedRequest(one)),
        next:
          end === undefined || found.length < limit
            ? undefined
            : { at: Number(end['receivedAt']), row: Number(end['row']) },
      };
    },
  };
}
