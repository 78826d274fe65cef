// Signing in and out over HTTP: `POST /session` takes the token of a link and answers with the page's half of a session,
// the other half goes into a cookie; `DELETE /session` ends it. Whoever gets here has passed the checks of its origin.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { KeyhatchError } from '../../shared/errors.ts';
import { readJsonBody } from '../lib/json-body.ts';
import { asObject } from '../lib/json-shape.ts';
import { isEncrypted } from '../lib/tls-port.ts';
import type { DashboardSessions, GivenHalves, SessionInUse } from './dashboard-sessions.ts';

/** What a browser may show for a session: the token of a link today; a name with a password would be a second one. */
export type SignIn = { readonly redeem: (token: string) => void };

export const pageHalfHeader = 'x-keyhatch-session';

const bodyMaxBytes = 4 * 1024;
/** Browsers cap it there; how long a session lives is decided on this side, by its use. */
const cookieLifeSeconds = 400 * 86_400;

export type SessionCalls = {
  /** @throws KeyhatchError `session_required` */
  readonly require: (request: IncomingMessage) => SessionInUse;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
};

export function createSessionCalls(ports: {
  readonly sessions: DashboardSessions;
  readonly signIn: SignIn;
}): SessionCalls {
  const { sessions, signIn } = ports;

  function require(request: IncomingMessage): SessionInUse {
    const session = sessions.find(halvesOf(request));
    if (!session) throw new KeyhatchError('session_required');
    return session;
  }

  async function open(request: IncomingMessage, response: ServerResponse): Promise<void> {
    signIn.redeem(await readToken(request));
    const { cookie, page } = sessions.open();
    response.writeHead(200, {
      'content-type': 'application/json',
      'set-cookie': cookieText(request, cookie, cookieLifeSeconds),
    });
    response.end(JSON.stringify({ session: page }));
  }

  async function end(request: IncomingMessage, response: ServerResponse): Promise<void> {
    require(request).end();
    response.writeHead(204, { 'set-cookie': cookieText(request, '', 0) }).end();
  }

  return {
    require,
    async answer(request, response) {
      if (request.method === 'POST') return open(request, response);
      if (request.method === 'DELETE') return end(request, response);
      const details = { path: '/session', method: request.method ?? '', allowed: 'POST, DELETE' };
      throw new KeyhatchError('method_not_allowed', { details });
    },
  };
}

// Cookies do not know ports: with one name, a second Keyhatch on this computer would sign people out of the first.
function cookieName(request: IncomingMessage): string {
  // Browsers take this prefix from encrypted answers alone, and from no other host.
  const prefix = isEncrypted(request.socket) ? '__Host-' : '';
  return `${prefix}keyhatch_session_${request.socket.localPort}`;
}

function cookieText(request: IncomingMessage, value: string, lifeSeconds: number): string {
  const secure = isEncrypted(request.socket) ? ' Secure;' : '';
  return `${cookieName(request)}=${value}; Path=/; HttpOnly;${secure} SameSite=Strict; Max-Age=${lifeSeconds}`;
}

function halvesOf(request: IncomingMessage): GivenHalves {
  const name = `${cookieName(request)}=`;
  const cookies = (request.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(name))
    .map((part) => part.slice(name.length));
  const [page, ...others] = request.headersDistinct[pageHalfHeader] ?? [];
  return { cookies, page: others.length > 0 ? undefined : page };
}

async function readToken(request: IncomingMessage): Promise<string> {
  const token = asObject(await readJson(request, bodyMaxBytes))?.['token'];
  if (typeof token !== 'string') throw unusable('it has no token');
  return token;
}

/**
 * The body of a request that must be JSON and say so: forms, which any page can send, cannot.
 * @throws KeyhatchError `body_invalid`
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!/^application\/json(\s*;|$)/i.test(request.headers['content-type'] ?? ''))
    throw unusable('it must be sent as application/json');
  const read = await readJsonBody(request, maxBytes);
  if (read.ok) return read.value;
  throw unusable(read.problem === 'too_large' ? `it is larger than ${maxBytes / 1024} KiB` : 'it is not JSON');
}

function unusable(reason: string): KeyhatchError {
  return new KeyhatchError('body_invalid', { details: { reason } });
}
