// What is put into a body on its way up: the model in the place of an alias, the wish for token numbers. In pieces between
// the client's own bytes, because a copy of a large body would be memory that nobody counts.

import type { ClientRequest } from 'node:http';
import type { Attempt } from './attempt.ts';
import type { Splice } from './usage-asking.ts';

/** In the order of the body's bytes; no two overlap. */
function editsOf({ exchange, splice }: Pick<Attempt, 'exchange' | 'splice'>): readonly Splice[] {
  if (!exchange.rewrite) return splice ? [splice] : [];
  return splice ? [exchange.rewrite, splice].sort((a, b) => a.from - b.from) : [exchange.rewrite];
}

/** How much longer the body becomes. */
export function addedBytesOf(attempt: Pick<Attempt, 'exchange' | 'splice'>): number {
  return editsOf(attempt).reduce((sum, { from, to, text }) => sum + text.length - (to - from), 0);
}

/** Writes the body, edited, and ends the request. */
export function endWithBody(request: ClientRequest, attempt: Pick<Attempt, 'exchange' | 'splice'>): void {
  const bytes = attempt.exchange.body.bytes();
  const edits = editsOf(attempt);
  if (edits.length === 0) return void request.end(bytes);
  request.cork();
  let at = 0;
  for (const { from, to, text } of edits) {
    request.write(bytes.subarray(at, from));
    request.write(text);
    at = to;
  }
  request.end(bytes.subarray(at));
}
