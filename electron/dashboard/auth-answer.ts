// `POST /api/auth/…` on the dashboard's listener: programs sign in here with a person's name and password and get short-lived
// tokens for the gateway. Takes no cookie and nothing from a page, answers in JSON, counts wrong tokens. Raises trust.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, KeyhatchError } from '../../shared/errors.ts';
import { plainAddress } from '../lib/address-block.ts';
import { asObject, type JsonObject } from '../lib/json-shape.ts';
import { type AttemptLimit, countingGuesses } from './attempt-limit.ts';
import { refusePages } from './same-origin.ts';
import { readJson } from './session-calls.ts';

export const authPrefix = '/api/auth/';

/** What signing in gives, as the client reads it. */
type Issued = object;
type Login = { readonly name: string; readonly password: string; readonly totp?: string | undefined };

export type AuthSource = {
  /** @throws KeyhatchError when it is not them; attempts are counted there */
  readonly login: (input: Login & { readonly address: string }) => Promise<Issued>;
  readonly register: (input: {
    readonly invite: string;
    readonly name: string;
    readonly password: string;
    readonly address: string;
  }) => Promise<Issued>;
  readonly refresh: (refreshToken: string) => Promise<Issued>;
  readonly logout: (token: string) => void;
};

export type AuthAnswer = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

const bodyMaxBytes = 8 * 1024;
const guesses: ReadonlySet<ErrorCode> = new Set(['token_malformed', 'token_revoked']);

type Call = (body: JsonObject, address: string) => Promise<Issued | undefined>;

export function createAuthAnswer(source: AuthSource, attempts: AttemptLimit): AuthAnswer {
  const calls: Readonly<Record<string, Call>> = {
    login: (body, address) =>
      source.login({
        name: textIn(body, 'name'),
        password: textIn(body, 'password'),
        // As apps show it, with a space in the middle.
        totp: body['totp'] === undefined ? undefined : textIn(body, 'totp').replaceAll(/\s/g, ''),
        address,
      }),
    register: (body, address) =>
      source.register({
        invite: textIn(body, 'invite'),
        name: textIn(body, 'name'),
        password: textIn(body, 'password'),
        address,
      }),
    refresh: (body) => countingGuesses(attempts, guesses, () => source.refresh(textIn(body, 'refresh_token'))),
    async logout(body) {
      source.logout(textIn(body, 'token' in body ? 'token' : 'refresh_token'));
      return undefined;
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    refusePages(request, request.socket.localPort ?? 0);
    const call = callAt(calls, request, path);
    const body = asObject(await readJson(request, bodyMaxBytes)) ?? {};
    const issued = await call(body, plainAddress(request.socket.remoteAddress));
    if (issued === undefined) response.writeHead(204).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(issued));
  }

  return (request, response, path) =>
    answer(request, response, path).catch((error: unknown) => {
      if (!(error instanceof KeyhatchError) || response.headersSent) throw error;
      refuse(response, error);
    });
}

function callAt(calls: Readonly<Record<string, Call>>, { method = '', url = '' }: IncomingMessage, path: string): Call {
  const name = path.slice(authPrefix.length);
  const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
  if (!call) throw new KeyhatchError('route_unknown', { details: { method, path: path.slice(0, 200), hint: '' } });
  if (method !== 'POST') throw new KeyhatchError('method_not_allowed', { details: { path, method, allowed: 'POST' } });
  if (url !== path) {
    const [parameter = ''] = new URLSearchParams(url.slice(path.length + 1)).keys();
    throw new KeyhatchError('query_not_allowed', { details: { parameter: parameter.slice(0, 40) } });
  }
  return call;
}

/** @throws KeyhatchError `body_invalid` */
function textIn(body: JsonObject, member: string): string {
  const text = body[member];
  if (typeof text === 'string' && text !== '') return text;
  throw new KeyhatchError('body_invalid', { details: { reason: `it has no text "${member}"` } });
}

function refuse(response: ServerResponse, error: KeyhatchError): void {
  const { status, code, message } = error;
  // What is left of its body need not be read.
  response.setHeader('connection', 'close');
  if (status === 429) response.setHeader('retry-after', String(error.details['seconds'] ?? 60));
  if (status === 405) response.setHeader('allow', 'POST');
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code, message } }));
}
