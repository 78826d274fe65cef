// Joins what was listed with what came in since: which live rows a filter lets through, and each request once, newest
// first. Pure functions.

import type { RunningRequest } from '../../../shared/running-model.ts';
import type { RequestQuery, RequestView } from '../../../shared/usage-model.ts';

export type RequestFilter = Pick<
  RequestQuery,
  'keyId' | 'model' | 'upstreamId' | 'outcome' | 'client' | 'error' | 'slowerMs' | 'text'
>;

/** Says of a row what electron/storage/request-list.ts would say. */
export function fits(row: RequestView, filter: RequestFilter): boolean {
  const { keyId, model, upstreamId, outcome, client, error, slowerMs, text } = filter;
  if (keyId !== undefined && row.keyId !== keyId) return false;
  if (model !== undefined && row.model !== model) return false;
  if (upstreamId !== undefined && row.upstreamId !== upstreamId) return false;
  if (
    outcome === 'trouble' ? row.outcome === 'ok' || row.outcome === 'client_gone' : outcome && row.outcome !== outcome
  )
    return false;
  if (client !== undefined && row.client !== client) return false;
  if (slowerMs !== undefined && row.endedAt - row.receivedAt <= slowerMs) return false;
  if (error && !holds([row.errorCode, row.errorText], error)) return false;
  return !text || holds(placesOf(row), text);
}

const placesOf = (row: RequestView) => [
  row.model,
  row.keyName,
  row.userAgent,
  row.clientAddress,
  row.errorCode,
  row.errorText,
  row.id,
];

function holds(places: readonly (string | null)[], text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return places.some((place) => place?.toLowerCase().includes(wanted));
}

/** Whether a request that has not ended yet may turn out to fit: what its end decides cannot be known. */
export function mayFit(row: RunningRequest, filter: RequestFilter, nowMs: number): boolean {
  const { keyId, model, upstreamId, outcome, client, error, slowerMs, text } = filter;
  if (outcome !== undefined || error || upstreamId !== undefined) return false;
  if (keyId !== undefined && row.keyId !== keyId) return false;
  if (model !== undefined && row.model !== model) return false;
  if (client !== undefined && row.client !== client) return false;
  if (slowerMs !== undefined && nowMs - row.receivedAt <= slowerMs) return false;
  return !text || holds([row.model, row.keyName, row.clientAddress, row.id], text);
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
