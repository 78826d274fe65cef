// `GET /metrics` on the dashboard's listener: the one thing here that a key opens, because what reads it is a program. Takes
// the key from `Authorization: Bearer` alone and from no page; counts wrong ones. Raises trust.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, KeyhatchError } from '../../shared/errors.ts';
import { keyPattern } from '../../shared/key-format.ts';
import { type AttemptLimit, countingGuesses } from './attempt-limit.ts';
import { type Head, refusePages } from './same-origin.ts';

export const metricsPath = '/metrics';

/** What there is to read, for who may. */
export type MetricsSource = {
  readonly contentType: string;
  /** @throws KeyhatchError when this credential may not read, or not from where this request comes */
  readonly read: (credential: string, request: IncomingMessage) => Promise<string>;
};

/** A revoked or an expired key was right once; what is not allowed is known. */
const guesses: ReadonlySet<ErrorCode> = new Set(['key_unknown', 'key_wrong_kind']);

export type MetricsAnswer = (request: IncomingMessage, response: ServerResponse, port: number) => Promise<void>;

export function createMetricsAnswer(source: MetricsSource, attempts: AttemptLimit): MetricsAnswer {
  return async (request, response, port) => {
    refusePages(request, port);
    checkTarget(request);
    const text = await countingGuesses(attempts, guesses, () => source.read(credentialOf(request), request));
    response.writeHead(200, { 'content-type': source.contentType }).end(text);
  };
}

/** @throws KeyhatchError `method_not_allowed`, `key_in_url`, `query_not_allowed` */
function checkTarget({ method = '', url = '' }: IncomingMessage): void {
  if (method !== 'GET') {
    throw new KeyhatchError('method_not_allowed', { details: { path: metricsPath, method, allowed: 'GET' } });
  }
  const query = url.slice(metricsPath.length + 1);
  if (query === '') return;
  if (query.search(keyPattern) !== -1) throw new KeyhatchError('key_in_url');
  const [parameter = ''] = new URLSearchParams(query).keys();
  throw new KeyhatchError('query_not_allowed', { details: { parameter: parameter.slice(0, 40) } });
}

/** @throws KeyhatchError `metrics_key_missing` */
function credentialOf({ headersDistinct }: Head): string {
  const [authorization = '', ...others] = headersDistinct['authorization'] ?? [];
  const space = authorization.indexOf(' ');
  const credential = authorization.slice(space + 1).trim();
  const isBearer = space !== -1 && authorization.slice(0, space).toLowerCase() === 'bearer';
  if (!isBearer || credential === '' || others.length > 0) throw new KeyhatchError('metrics_key_missing');
  return credential;
}
