// What people ask about single requests: a page of them, one, or how many could not be metered. Gives each the names its
// key, project and upstream go by now.

import { KeyhatchError } from '../../shared/errors.ts';
import type { UnmeteredLine, UnmeteredReport } from '../../shared/metering-model.ts';
import type { RequestPage, RequestQuery, RequestRow, RequestView } from '../../shared/usage-model.ts';

type Named = RequestRow & { readonly keyName: string | null };

export type RequestCallsPorts = {
  readonly ledger: {
    readonly requestPage: (
      query: RequestQuery,
    ) => Promise<{ readonly rows: readonly Named[]; readonly next: string | null }>;
    readonly findRequest: (id: string) => Promise<Named | undefined>;
    readonly unmetered: (
      sinceMs: number,
    ) => Promise<Omit<UnmeteredReport, 'lines'> & { readonly lines: readonly Omit<UnmeteredLine, 'upstreamName'>[] }>;
  };
  /** Also of a deleted key. */
  readonly keyName: (id: string) => string | undefined;
  readonly projectName: (id: string) => string;
  readonly upstreamName: (id: string) => string | undefined;
};

export type RequestCalls = {
  readonly list: (query: RequestQuery) => Promise<RequestPage>;
  /** @throws KeyhatchError `request_not_found` */
  readonly get: (id: string) => Promise<RequestView>;
  readonly unmetered: (sinceMs: number) => Promise<UnmeteredReport>;
  readonly view: (row: Named) => RequestView;
  /** The view of a row that was just written. */
  readonly viewOf: (row: RequestRow) => RequestView;
};

export function createRequestCalls(ports: RequestCallsPorts): RequestCalls {
  const upstreamName = (id: string | null) => (id === null ? null : (ports.upstreamName(id) ?? null));
  const projectName = (id: string | null) => (id === null ? null : ports.projectName(id));
  const named = (row: Named): RequestView => ({
    ...row,
    projectName: projectName(row.project),
    upstreamName: upstreamName(row.upstreamId),
  });
  return {
    view: named,
    async list(query) {
      const { rows, next } = await ports.ledger.requestPage(query);
      return { rows: rows.map(named), next };
    },
    async get(id) {
      const row = await ports.ledger.findRequest(id);
      if (!row) throw new KeyhatchError('request_not_found', { details: { id } });
      return named(row);
    },
    async unmetered(sinceMs) {
      const { lines, ...time } = await ports.ledger.unmetered(sinceMs);
      return { ...time, lines: lines.map((line) => ({ ...line, upstreamName: upstreamName(line.upstreamId) })) };
    },
    viewOf: (row) => named({ ...row, keyName: row.keyId === null ? null : (ports.keyName(row.keyId) ?? null) }),
  };
}
