// Joins what was listed with what came in since: which live rows a filter lets through, and each request once, newest
// first. Pure functions.

import type { RequestQuery, RequestView } from '../../../shared/usage-model.ts';

export type RequestFilter = Pick<RequestQuery, 'keyId' | 'model' | 'upstreamId' | 'outcome' | 'text'>;

/** Says of a row what electron/storage/request-list.ts would say. */
export function fits(row: RequestView, { keyId, model, upstreamId, outcome, text }: RequestFilter): boolean {
  if (keyId !== undefined && row.keyId !== keyId) return false;
  if (model !== undefined && row.model !== model) return false;
  if (upstreamId !== undefined && row.upstreamId !== upstreamId) return false;
  if (
    outcome === 'trouble' ? row.outcome === 'ok' || row.outcome === 'client_gone' : outcome && row.outcome !== outcome
  )
    return false;
  return !text || holds(row, text.trim().toLowerCase());
}

function holds(row: RequestView, text: string): boolean {
  const places = [row.model, row.keyName, row.userAgent, row.clientAddress, row.errorCode, row.id];
  return places.some((place) => place?.toLowerCase().includes(text));
}

/** @param tail newest first, as is `listed` */
export function mergeTail(
  tail: readonly RequestView[],
  listed: readonly RequestView[],
  filter: RequestFilter,
): readonly RequestView[] {
  if (tail.length === 0) return listed;
  const known = new Set(listed.map(({ id }) => id));
  const fresh = tail.filter((row) => !known.has(row.id) && fits(row, filter));
  return fresh.length === 0 ? listed : [...fresh, ...listed].sort(newestFirst);
}

function newestFirst(a: RequestView, b: RequestView): number {
  return b.receivedAt - a.receivedAt || (a.id < b.id ? 1 : -1);
}
