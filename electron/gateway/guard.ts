// Stage 1: looks at the raw head alone and lets in only what is plain, unambiguous HTTP under a name of ours and from no
// web page that was not allowed. Reads no body and knows no key.

import type { IncomingMessage } from 'node:http';
import { KeyhatchError } from '../../shared/errors.ts';
import { keyPattern } from '../../shared/key-format.ts';
import type { Settings } from '../../shared/settings.ts';
import { plainAddress } from '../lib/address-block.ts';
import { hasBody } from '../lib/has-body.ts';
import { isEncrypted } from '../lib/tls-port.ts';
import { forwardingSign, isFromThisComputer, isLoopback, isLoopbackName, isTrulyLocal } from './client-address.ts';
import { isOriginAllowed } from './cors.ts';
import { keyProtocol } from './credentials.ts';
import type { Guarded, Received } from './exchange.ts';
import type { ForwardedNotes } from './forwarded-notes.ts';
import type { KeyRules } from './key-rules.ts';
import { authorityPaths } from './own-answers.ts';
import { checkGatewayNetwork } from './permit.ts';
import type { GatewayTls } from './ports.ts';

export type GuardPorts = {
  readonly settings: () => Settings;
  readonly instanceId: string;
  readonly rules: KeyRules;
  readonly tls: Pick<GatewayTls, 'mode' | 'names'>;
  readonly forwarded: Pick<ForwardedNotes, 'note'>;
};

/** Header that our own forwards carry, so that an upstream which points back at us is noticed. */
export const hopHeader = 'x-keyhatch-hop';

export function guard(received: Received, ports: GuardPorts): Guarded {
  const { req } = received;
  const settings = ports.settings();
  // Before anything is refused: that a tunnel is there is worth knowing, whatever becomes of what it brings.
  const sign = forwardingSign(req);
  if (sign !== undefined) ports.forwarded.note(sign, isLoopback(req.socket.remoteAddress ?? ''));
  checkHead(req, received.upgrades === true);
  const [path, query] = splitTarget(req.url ?? '');
  const hostName = checkHost(req, settings, ports.tls);
  const source = {
    clientAddress: plainAddress(req.socket.remoteAddress),
    fromThisComputer: isFromThisComputer(req, hostName),
  };
  if (!received.inside) {
    checkEncrypted(req, path, ports);
    checkGatewayNetwork(source, settings, ports.rules);
  }
  checkOrigin(req, settings);
  checkKeyInUrl(path, query);
  checkBodyType(req, path);
  if (hopsOf(req).includes(ports.instanceId)) throw new KeyhatchError('loop_detected');
  return {
    ...received,
    ...source,
    trulyLocal: isTrulyLocal(req, source.fromThisComputer),
    path,
    query,
  };
}

// Whoever has to trust our authority first cannot come encrypted; what it is holds no secret.
function checkEncrypted(req: IncomingMessage, path: string, { tls }: Pick<GuardPorts, 'tls'>): void {
  if (isLoopback(req.socket.remoteAddress ?? '') || isEncrypted(req.socket) || tls.mode() !== 'only') return;
  if (authorityPaths.has(path)) return;
  throw new KeyhatchError('https_required', { details: { url: `https://${req.headers.host ?? ''}` } });
}

/** The gateways that this request has been through, if it says so in a form of ours. */
export function hopsOf(req: IncomingMessage): readonly string[] {
  const hops = String(req.headers[hopHeader] ?? '');
  return /^[0-9a-z]{1,32}(?:,[0-9a-z]{1,32}){0,7}$/.test(hops) ? hops.split(',') : [];
}

const singleHeaders = new Set([
  'host',
  'authorization',
  'x-api-key',
  'x-access-key',
  'api-key',
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'expect',
  'origin',
]);

// Node keeps the first of some duplicates and joins others, so the raw list decides: two of these are two opinions.
function checkHead(req: IncomingMessage, upgrades: boolean): void {
  if (req.httpVersion !== '1.1' && req.httpVersion !== '1.0') throw malformed('it is not HTTP/1.1');
  const seen = new Set<string>();
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const name = (req.rawHeaders[i] ?? '').toLowerCase();
    if (!singleHeaders.has(name)) continue;
    if (seen.has(name)) throw malformed(`the header ${name} stands in it twice`);
    seen.add(name);
  }
  const transferEncoding = req.headers['transfer-encoding'];
  if (transferEncoding !== undefined && transferEncoding.toLowerCase() !== 'chunked') {
    throw malformed('its Transfer-Encoding is something other than chunked');
  }
  const connection = req.headers.connection ?? '';
  if (
    /(?:^|,)\s*(?:authorization|x-api-key|x-access-key|api-key|host|content-length|content-type)\s*(?:,|$)/i.test(
      connection,
    )
  ) {
    throw malformed('its Connection header names a header that must not be dropped');
  }
  // In one head there is room for hundreds, and each would be looked up: guesses for the price of one.
  if (String(req.headers['sec-websocket-protocol'] ?? '').split(keyProtocol).length > 2)
    throw malformed('its Sec-WebSocket-Protocol holds more than one key');
  if ((req.method === 'GET' || req.method === 'HEAD') && hasBody(req))
    throw malformed(`a ${req.method} must not have a body`);
  if (!upgrades && /(?:^|,)\s*websocket\s*(?:,|$)/i.test(req.headers.upgrade ?? ''))
    throw new KeyhatchError('websocket_unsupported');
}

const noQuery = new URLSearchParams();
const plainPath = /^\/[A-Za-z0-9._~:@/+-]*$/;
const modelPath = /^(?:\/api)?\/v[01]\/models\//;

// Nothing is decoded and nothing resolved: a target that two servers could read in two ways is refused (§5.2).
function splitTarget(target: string): [string, URLSearchParams] {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const search = mark === -1 ? '' : target.slice(mark + 1);
  if (!path.startsWith('/')) throw malformed('its target is not a path');
  if (!/^[\x21-\x7e]*$/.test(target)) throw malformed('its target has a character outside ASCII');
  // Clients encode the slash and colon of a model's name; nowhere else does an encoded character make sense.
  const bare = modelPath.test(path)
    ? path.replace(/%(?:2f|3a)/gi, (code) => (code.toLowerCase() === '%2f' ? '/' : ':'))
    : path;
  if (!plainPath.test(bare)) throw malformed('its path has a character that does not belong there');
  if (bare.includes('//')) throw malformed('its path has an empty segment');
  if (/\/\.{1,2}(?:\/|$)/.test(bare)) throw malformed('its path has a dot segment');
  if (/[\\#;]/.test(search)) throw malformed('its query has a character that does not belong there');
  return [path, search === '' ? noQuery : new URLSearchParams(search)];
}

const containerNames = new Set(['host.docker.internal', 'host.containers.internal']);

/** @returns the name in the Host header, without its port */
function checkHost(req: IncomingMessage, settings: Settings, tls: Pick<GatewayTls, 'names'>): string {
  const host = req.headers.host ?? '';
  const match = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::\d{1,5})?$/i.exec(host);
  const name = match?.[1]?.toLowerCase();
  if (name !== undefined && (isLoopbackName(name) || containerNames.has(name) || isOwnAddress(req, name))) return name;
  // A page whose own name was made to point here could not show a certificate for it: what ours says is ours.
  if (name !== undefined && isEncrypted(req.socket) && tls.names().includes(name)) return name;
  if (name !== undefined && settings['server.allowedHosts'].some((allowed) => allowed.toLowerCase() === name))
    return name;
  // Without the port, as the setting takes it, which the message names.
  const shown = name ?? host.replace(/[^\x21-\x7e]/g, '?');
  throw new KeyhatchError('host_not_allowed', { details: { host: shown.slice(0, 120) } });
}

// The literal under which the client reached this very socket is ours by proof. A page cannot fake it by DNS: its own
// name stays in the Host header.
function isOwnAddress(req: IncomingMessage, name: string): boolean {
  const local = plainAddress(req.socket.localAddress);
  return local !== '' && (name === local || name === `[${local}]`);
}

function checkOrigin(req: IncomingMessage, settings: Settings): void {
  const origin = req.headers.origin;
  if (origin !== undefined) {
    if (isOriginAllowed(origin, settings)) return;
    throw new KeyhatchError('origin_not_allowed', { details: { origin: origin.slice(0, 120) } });
  }
  // A page's simple request may come without Origin; the browser still says that a page is behind it.
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none' && site !== 'same-origin' && settings['cors.mode'] !== 'any') {
    throw new KeyhatchError('origin_not_allowed', { details: { origin: `a ${String(site).slice(0, 20)} page` } });
  }
}

const keyParameters = new Set([
  'key',
  'api_key',
  'api-key',
  'apikey',
  'access_key',
  'access-key',
  'x-api-key',
  'token',
  'access_token',
  'authorization',
  'auth',
]);

function checkKeyInUrl(path: string, query: URLSearchParams): void {
  for (const [name, value] of query) {
    if (keyParameters.has(name.toLowerCase()) || value.search(keyPattern) !== -1 || name.search(keyPattern) !== -1) {
      throw new KeyhatchError('key_in_url');
    }
  }
  if (path.search(keyPattern) !== -1) throw new KeyhatchError('key_in_url');
}

// A page can post text/plain or a form without a preflight, and some servers parse JSON whatever its type (§5.1).
function checkBodyType(req: IncomingMessage, path: string): void {
  if (!hasBody(req)) return;
  // Of a model file Ollama's own clients say that it is JSON, bytes, or nothing at all.
  if (path.startsWith('/api/blobs/') && /^(?:application\/octet-stream)?$/i.test(req.headers['content-type'] ?? ''))
    return;
  const type = (req.headers['content-type'] ?? '').trim().toLowerCase();
  // JSON is UTF-8; a server that heeded another charset would read other names than we did.
  const json = /^application\/(?:json|[a-z0-9.+-]{1,60}\+json)(?:\s*;\s*charset="?utf-?8"?)?\s*;?$/.test(type);
  if (!json && !type.startsWith('multipart/form-data')) throw new KeyhatchError('content_type_not_allowed');
}

function malformed(reason: string): KeyhatchError {
  return new KeyhatchError('malformed_request', { details: { reason } });
}
