// The admin API on the dashboard's listener: what comes before a call of it. Takes an admin key from `Authorization: Bearer`
// or `x-api-key` and from nowhere else, nothing that a page sent, JSON alone. Cookies count for nothing here. Raises trust.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { apiPrefix } from '../../shared/api-route.ts';
import { type ErrorCode, KeyhatchError } from '../../shared/errors.ts';
import { keyPattern } from '../../shared/key-format.ts';
import type { CallContext } from '../lib/acting.ts';
import { plainAddress } from '../lib/address-block.ts';
import { hasBody } from '../lib/has-body.ts';
import { type AttemptLimit, countingGuesses } from './attempt-limit.ts';
import { type Head, refusePages } from './same-origin.ts';
import { readJson } from './session-calls.ts';

export type ApiSource = {
  /** @throws KeyhatchError when this credential may not call */
  readonly admit: (credential: string, address: string, userAgent?: string) => CallContext;
  /** @throws KeyhatchError when there is no such call */
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    call: { readonly path: string; readonly body: unknown; readonly context: CallContext },
  ) => Promise<void>;
};

export type ApiAnswer = (request: IncomingMessage, response: ServerResponse, port: number) => Promise<void>;

const bodyMaxBytes = 4 * 1024 * 1024;
const guesses: ReadonlySet<ErrorCode> = new Set(['admin_key_unknown', 'admin_key_required']);

export const isApi = (path: string) => path === apiPrefix || path.startsWith(`${apiPrefix}/`);

export function createApiAnswer(source: ApiSource, attempts: AttemptLimit): ApiAnswer {
  return async (request, response, port) => {
    refusePages(request, port);
    const url = request.url ?? '';
    if (decoded(url).search(keyPattern) !== -1) throw new KeyhatchError('key_in_url');
    const address = plainAddress(request.socket.remoteAddress);
    const context = await countingGuesses(attempts, guesses, () =>
      source.admit(credentialOf(request), address, request.headers['user-agent']),
    );
    const body = hasBody(request) ? await readJson(request, bodyMaxBytes) : {};
    const [path = ''] = url.split('?', 1);
    await source.answer(request, response, { path, body, context });
  };
}

/** @throws KeyhatchError `admin_key_missing`, `key_ambiguous` */
function credentialOf({ headersDistinct }: Head): string {
  const bearers = (headersDistinct['authorization'] ?? []).map((value) => /^bearer +(\S+) *$/i.exec(value)?.[1] ?? '');
  const sent = new Set([...bearers, ...(headersDistinct['x-api-key'] ?? [])]);
  if (sent.size > 1) throw new KeyhatchError('key_ambiguous');
  const [credential = ''] = sent;
  if (credential === '') throw new KeyhatchError('admin_key_missing');
  return credential;
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
