// The id of a request, as the client, the upstream and the ledger see it. Nobody can guess one, and they grow with time.

import { randomUUID } from 'node:crypto';

/**
 * `req_` and a UUID of version 7 (RFC 9562 §5.7): milliseconds first, then 74 random bits. The ledger's index is added to
 * at its end with them, where random ids would touch another of its pages with every row.
 */
export function makeRequestId(nowMs: number): string {
  const time = Math.trunc(nowMs).toString(16).padStart(12, '0');
  return `req_${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
