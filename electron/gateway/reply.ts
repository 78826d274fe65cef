// The one refusal reply, in the caller's own dialect, and the same errors said in-band once headers
// have gone. Says what happened and what to do; never a stack, never a secret.

import type { ServerResponse } from 'node:http';
import type { KeyhatchError } from '../../shared/errors.ts';
import type { Dialect } from '../../shared/upstream-kinds.ts';
import { longestAdviceMs } from './wait-advice.ts';

/** OpenAI's `type` and `code` for an error: SDKs branch on them. */
function openaiTypeAndCode(error: KeyhatchError): { readonly type: string; readonly code: string } {
  const { status, code } = error;
  if (code === 'key_unknown') return { type: 'invalid_request_error', code: 'invalid_api_key' };
  if (code === 'rate_limited' || code === 'parallel_limited' || code === 'queue_full')
    return { type: 'requests', code: 'rate_limit_exceeded' };
  if (code === 'tokens_limited' || code === 'limit_unreachable') return { type: 'tokens', code: 'rate_limit_exceeded' };
  if (code === 'budget_spent') return { type: 'insufficient_quota', code: 'insufficient_quota' };
  if (code === 'model_not_allowed' || code === 'model_unknown')
    return { type: 'invalid_request_error', code: 'model_not_found' };
  if (status === 403) return { type: 'permission_error', code };
  return { type: status >= 500 ? 'server_error' : 'invalid_request_error', code };
}

function anthropicType(status: number): string {
  const types: Readonly<Record<number, string>> = {
    401: 'authentication_error',
    402: 'billing_error',
    403: 'permission_error',
    404: 'not_found_error',
    405: 'invalid_request_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    504: 'timeout_error',
  };
  return types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}

/** The error as an object of the dialect; `code` there is ours wherever the dialect has no word of its own. */
export function errorBody(
  error: KeyhatchError,
  dialect: Dialect,
  requestId: string,
  status: number = error.status,
): unknown {
  const { message, code } = error;
  if (dialect === 'ollama') return { error: message };
  if (dialect === 'anthropic') {
    return {
      type: 'error',
      error: { type: anthropicType(status), message, details: { error_code: code } },
      request_id: requestId,
    };
  }
  if (dialect === 'lmstudio') {
    const type =
      code === 'model_not_allowed' ? 'model_not_found' : error.status >= 500 ? 'internal_error' : 'invalid_request';
    return { error: { message, type, param: null, code: openaiTypeAndCode(error).code } };
  }
  return { error: { message, param: null, ...openaiTypeAndCode(error) } };
}

/** Headers that belong to an error: challenge, retry advice and the caller's dialect of a request id. */
export function errorHeaders(error: KeyhatchError): Record<string, string> {
  // Ollama's dialect has no room for a code, so that every dialect gets ours here.
  const headers: Record<string, string> = { 'x-keyhatch-error': error.code };
  if (error.status === 401) headers['www-authenticate'] = 'Bearer realm="Keyhatch"';
  if (error.code === 'too_many_attempts') headers['retry-after'] = String(error.details['seconds']);
  const waitMs = error.details['waitMs'];
  const tooLong = Number(waitMs) > longestAdviceMs;
  if (waitMs !== undefined && !tooLong) {
    headers['retry-after'] = String(error.details['seconds']);
    headers['retry-after-ms'] = String(Math.min(59_000, Number(waitMs)));
  }
  if (error.code === 'parallel_limited' || error.code === 'memory_full' || error.code === 'server_stopping')
    headers['retry-after'] = '1';
  if (error.code === 'vault_locked') headers['retry-after'] = '5';
  // SDKs try every 429 and 5xx twice more by themselves: tell them where that cannot help or is not safe (§4.2).
  const tempts = error.status >= 500 || error.status === 429 || error.status === 403;
  if (tempts && (!error.retry || tooLong)) headers['x-should-retry'] = 'false';
  return headers;
}

/** Anthropic has a status of its own for what is spent; its older libraries know only 429. */
function statusFor(error: KeyhatchError, dialect: Dialect, version: string | string[] | undefined): number {
  const isNew = typeof version === 'string' && /^\d{4}-\d\d-\d\d$/.test(version) && version >= '2026';
  return error.code === 'budget_spent' && dialect === 'anthropic' && isNew ? 402 : error.status;
}

/** Bodies up to this are drained so that the connection lives on; a larger or unmeasured one is cut off. */
const drainableBytes = 256 * 1024;

/** Answers with an error. The only place that does so before headers have gone. */
export function refuse(res: ServerResponse, error: KeyhatchError, dialect: Dialect, requestId: string): void {
  if (res.headersSent || res.destroyed) return;
  const status = statusFor(error, dialect, res.req.headers['anthropic-version']);
  const body = Buffer.from(JSON.stringify(errorBody(error, dialect, requestId, status)));
  for (const [name, value] of Object.entries(errorHeaders(error))) res.setHeader(name, value);
  const { req } = res;
  const announcedBytes =
    req.headers['transfer-encoding'] === undefined ? Number(req.headers['content-length'] ?? 0) : Infinity;
  const mustClose = error.code === 'server_stopping' || (!req.complete && announcedBytes > drainableBytes);
  if (mustClose) res.setHeader('connection', 'close');
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** How an error is said inside a stream that has begun, or undefined where the dialect has no way to. */
export function inBandError(
  error: KeyhatchError,
  dialect: Dialect,
  contentType: string,
  path: string,
  requestId: string,
): string | undefined {
  if (contentType.startsWith('application/x-ndjson')) return `${JSON.stringify({ error: error.message })}\n`;
  if (!contentType.startsWith('text/event-stream')) return undefined;
  const data = JSON.stringify(errorBody(error, dialect, requestId));
  if (dialect === 'anthropic' || path.startsWith('/api/v1/chat')) return `event: error\ndata: ${data}\n\n`;
  if (path.endsWith('/responses')) {
    const failed = {
      type: 'response.failed',
      response: { status: 'failed', error: { code: error.code, message: error.message } },
    };
    return `event: response.failed\ndata: ${JSON.stringify(failed)}\n\n`;
  }
  return `data: ${data}\n\n`;
}
