// Which column of the table `requests` holds which field of a row. The compiler keeps it complete.

import type { RequestRow } from '../../shared/usage-model.ts';

export const requestColumns = {
  id: 'id',
  keyId: 'key_id',
  caller: 'caller',
  project: 'project',
  model: 'model',
  upstreamId: 'upstream_id',
  operation: 'operation',
  dialect: 'dialect',
  streamed: 'streamed',
  outcome: 'outcome',
  status: 'status',
  errorCode: 'error_code',
  receivedAt: 'received_at',
  admittedAt: 'admitted_at',
  queuedMs: 'queued_ms',
  forwardedAt: 'forwarded_at',
  firstByteAt: 'first_byte_at',
  firstTokenAt: 'first_token_at',
  lastTokenAt: 'last_token_at',
  endedAt: 'ended_at',
  bytesIn: 'bytes_in',
  bytesOut: 'bytes_out',
  tokensIn: 'tokens_in',
  tokensOut: 'tokens_out',
  tokensCached: 'tokens_cached',
  tokensReasoning: 'tokens_reasoning',
  tokenSource: 'token_source',
  unmetered: 'unmetered',
  prefillPerSecond: 'prefill_per_second',
  outputPerSecond: 'output_per_second',
  clientAddress: 'client_address',
  userAgent: 'user_agent',
  attempt: 'attempt',
  route: 'route',
  client: 'client',
  errorText: 'error_text',
  modelAsked: 'model_asked',
  replayOf: 'replay_of',
  captured: 'captured',
} as const satisfies Record<keyof RequestRow, string>;

const fields = Object.keys(requestColumns) as (keyof RequestRow)[];

const realFields: ReadonlySet<keyof RequestRow> = new Set(['prefillPerSecond', 'outputPerSecond']);

/** The values of a row in the order of `requestColumns`, as SQLite takes them. */
export function requestValues(row: RequestRow): (string | number | null)[] {
  return fields.map((field) => {
    const value = row[field];
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (realFields.has(field)) return value;
    // Strict integer columns refuse the fraction that a time measured with a monotonic clock has.
    return typeof value === 'number' ? Math.round(value) : value;
  });
}
