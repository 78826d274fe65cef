// What became of the requests that were waited for: none yet, one that worked, or why the last one did not. Pure.

import type { RequestView } from '../../../shared/usage-model.ts';

export type Arrival =
  | { readonly state: 'waiting' }
  | { readonly state: 'works' | 'refused'; readonly request: RequestView };

/** @param requests of one key, in any order; the same one may stand there twice */
export function arrivalOf(requests: readonly RequestView[]): Arrival {
  const inOrder = [...requests].sort((a, b) => a.endedAt - b.endedAt);
  const works = inOrder.find(hasWorked);
  if (works) return { state: 'works', request: works };
  const last = inOrder.at(-1);
  return last ? { state: 'refused', request: last } : { state: 'waiting' };
}

// A client that stops reading early was answered all the same.
function hasWorked({ outcome, status, firstByteAt }: RequestView): boolean {
  return outcome === 'ok' || (outcome === 'client_gone' && status < 400 && firstByteAt !== null);
}

/** Those of one key that came in at or after a moment, in epoch milliseconds. */
export function requestsSince(
  requests: readonly RequestView[],
  keyId: string,
  sinceMs: number,
): readonly RequestView[] {
  return requests.filter((request) => request.keyId === keyId && request.receivedAt >= sinceMs);
}

/** How long the client waited for something to show, in milliseconds. */
export function answeredAfterMs({ receivedAt, firstTokenAt, endedAt }: RequestView): number {
  return Math.max(0, (firstTokenAt ?? endedAt) - receivedAt);
}
