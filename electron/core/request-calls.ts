// What people ask about single requests: a page of them, or one. Gives each the names its key, project and upstream go by now.

import { KeyhatchError } from '../../shared/errors.ts';
import type { RequestPage, RequestQuery, RequestRow, RequestView } from '../../shared/usage-model.ts';

type Named = RequestRow & { readonly keyName: string | null };

export type RequestCallsPorts = {
  readonly page: (query: RequestQuery) => Promise<{ readonly rows: readonly Named[]; readonly next: string | null }>;
  readonly find: (id: string) => Promise<Named | undefined>;
  /** Also of a deleted key. */
  readonly keyName: (id: string) => string | undefined;
  readonly projectName: (id: string) => string;
  readonly upstreamName: (id: string) => string | undefined;
};

export type RequestCalls = {
  readonly list: (query: RequestQuery) => Promise<RequestPage>;
  /** @throws KeyhatchError `request_not_found` */
  readonly get: (id: string) => Promise<RequestView>;
  /** The view of a row that was just written. */
  readonly viewOf: (row: RequestRow) => RequestView;
};

export function createRequestCalls(ports: RequestCallsPorts): RequestCalls {
  const named = (row: Named): RequestView => ({
    ...row,
    projectName: row.project === null ? null : ports.projectName(row.project),
    upstreamName: row.upstreamId === null ? null : (ports.upstreamName(row.upstreamId) ?? null),
  });
  return {
    async list(query) {
      const { rows, next } = await ports.page(query);
      return { rows: rows.map(named), next };
    },
    async get(id) {
      const row = await ports.find(id);
      if (!row) throw new KeyhatchError('request_not_found', { details: { id } });
      return named(row);
    },
    viewOf: (row) => named({ ...row, keyName: row.keyId === null ? null : (ports.keyName(row.keyId) ?? null) }),
  };
}
