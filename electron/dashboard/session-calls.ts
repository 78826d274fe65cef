// Signing in and out over HTTP: `POST /session` takes the token of a link or a name and a password, and answers with the
// page's half of a session, the other half goes into a cookie; `/session/invite` takes an invitation, `/session/proof` has
// somebody say again who they are; `DELETE /session` ends it. Whoever gets here has passed the checks of its origin.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { KeyhatchError } from '../../shared/errors.ts';
import { plainAddress } from '../lib/address-block.ts';
import { readJsonBody } from '../lib/json-body.ts';
import { asObject } from '../lib/json-shape.ts';
import { isEncrypted } from '../lib/tls-port.ts';
import type { DashboardSessions, GivenHalves, MadeHalves, SessionInUse } from './dashboard-sessions.ts';
import { deviceName } from './device-name.ts';

/** The link of the machine: whoever has its token sits there. */
export type LinkDoor = { readonly redeem: (token: string) => void };

type Proof = {
  readonly password: string;
  readonly totp?: string;
  readonly recovery?: string;
  readonly address: string;
};

/** What the house says of people. Each of its failures is a KeyhatchError for the page. */
export type PeopleDoor = {
  readonly signIn: (shown: Proof & { readonly name: string }) => Promise<{ readonly id: string }>;
  readonly prove: (personId: string, shown: Proof) => Promise<void>;
  /** What a link is for; nothing of it is secret, and it is not used up. */
  readonly lookAtInvite: (token: string) => object;
  readonly acceptInvite: (given: {
    readonly token: string;
    readonly name: string;
    readonly password: string;
    readonly address: string;
  }) => Promise<{ readonly id: string }>;
  /** Whom a link of the machine signs in as; null while there is no owner's account. */
  readonly owner: () => string | null;
  /** Told at every use of a session of theirs. */
  readonly seen: (personId: string) => void;
  /** Notes that somebody came in, and by which way; proved again who they are; or left. */
  readonly note: (what: 'signed_in' | 'proved' | 'signed_out', personId: string | null, detail: string) => void;
};

const pageHalfHeader = 'x-keyhatch-session';

const bodyMaxBytes = 4 * 1024;
/** Browsers cap it there; how long a session lives is decided on this side, by its use. */
const cookieLifeSeconds = 400 * 86_400;

export type SessionCalls = {
  /** @throws KeyhatchError `session_required` */
  readonly require: (request: IncomingMessage) => SessionInUse;
  readonly answer: (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;
};

/** Whether a path is one of those that are answered here. */
export const isSessionPath = (path: string): boolean => path === '/session' || path.startsWith('/session/');

export function createSessionCalls(ports: {
  readonly sessions: DashboardSessions;
  readonly links: LinkDoor;
  readonly people: PeopleDoor;
}): SessionCalls {
  const { sessions, links, people } = ports;

  function require(request: IncomingMessage): SessionInUse {
    const session = sessions.find(halvesOf(request));
    if (!session) throw new KeyhatchError('session_required');
    if (session.personId !== null) people.seen(session.personId);
    return session;
  }

  function begin(request: IncomingMessage, personId: string | null, how: 'link' | 'password' | 'invite'): MadeHalves {
    // Who signs in anew has no use for the session they had, and nobody may have given them one to sign in with.
    sessions.find(halvesOf(request))?.end();
    const opening = { personId, device: deviceName(request.headers['user-agent']), address: addressOf(request) };
    const halves = sessions.open(opening, plainAddress(request.socket.localAddress));
    people.note('signed_in', personId, `by ${how} from ${opening.device}, ${opening.address}`);
    return halves;
  }

  async function open(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readFields(request);
    if (typeof body['token'] === 'string') {
      links.redeem(body['token']);
      return tell(request, response, begin(request, people.owner(), 'link'));
    }
    if (typeof body['name'] !== 'string') throw unusable('it has neither a token nor a name');
    const { id } = await people.signIn({ ...proofIn(body, request), name: body['name'] });
    tell(request, response, begin(request, id, 'password'));
  }

  async function invite(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { token, name, password } = await readFields(request);
    if (typeof token !== 'string') throw unusable('it has no token');
    if (password === undefined) return sayJson(response, people.lookAtInvite(token));
    if (typeof password !== 'string' || (name !== undefined && typeof name !== 'string'))
      throw unusable('its name or its password is not a text');
    const { id } = await people.acceptInvite({ token, name: name ?? '', password, address: addressOf(request) });
    tell(request, response, begin(request, id, 'invite'));
  }

  async function prove(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asking = require(request);
    const body = await readFields(request);
    const { personId } = asking;
    if (typeof body['token'] === 'string' && asking.caller().role === 'owner') links.redeem(body['token']);
    else if (personId === null) throw unusable('it has no token of a link');
    else await people.prove(personId, proofIn(body, request));
    // It may have ended meanwhile, or been proved by another page of it.
    const halves = require(request).proved();
    people.note('proved', personId, `in session ${asking.id}`);
    tell(request, response, halves);
  }

  function end(request: IncomingMessage, response: ServerResponse): void {
    const session = require(request);
    session.end();
    people.note('signed_out', session.personId, `of session ${session.id}`);
    response.writeHead(204, { 'set-cookie': cookieText(request, '', 0) }).end();
  }

  return {
    require,
    async answer(request, response, path) {
      const { method = '' } = request;
      if (path === '/session' && method === 'DELETE') return end(request, response);
      const posted = { '/session': open, '/session/invite': invite, '/session/proof': prove }[path];
      if (!posted) throw new KeyhatchError('route_unknown', { details: { method, path, hint: '' } });
      if (method === 'POST') return posted(request, response);
      const details = { path, method, allowed: path === '/session' ? 'POST, DELETE' : 'POST' };
      throw new KeyhatchError('method_not_allowed', { details });
    },
  };
}

function tell(request: IncomingMessage, response: ServerResponse, { cookie, page }: MadeHalves): void {
  response.setHeader('set-cookie', cookieText(request, cookie, cookieLifeSeconds));
  sayJson(response, { session: page });
}

function sayJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

const addressOf = (request: IncomingMessage) => plainAddress(request.socket.remoteAddress);

function proofIn(body: Readonly<Record<string, unknown>>, request: IncomingMessage): Proof {
  const { password, totp, recovery } = body;
  if (typeof password !== 'string') throw unusable('it has no password');
  if ((totp !== undefined && typeof totp !== 'string') || (recovery !== undefined && typeof recovery !== 'string'))
    throw unusable('its code is not a text');
  return {
    password,
    ...(totp === undefined || totp === '' ? {} : { totp: totp.replace(/\s/g, '') }),
    ...(recovery === undefined || recovery === '' ? {} : { recovery }),
    address: addressOf(request),
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

async function readFields(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const fields = asObject(await readJson(request, bodyMaxBytes));
  if (!fields) throw unusable('it is not an object');
  return fields;
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
