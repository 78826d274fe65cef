// Collects everything in a request's head that could be a key, whichever header carries it. Does not
// know which of them are keys.

import type { IncomingMessage } from 'node:http';

const plainCarriers = ['x-api-key', 'x-access-key', 'api-key'] as const;

/** How clients in a web page, which can set no header, put their key among the protocols that a WebSocket offers. */
export const keyProtocol = 'openai-insecure-api-key.';

/**
 * Every distinct, non-empty credential in the order: Bearer, Basic user and password, offered protocols, x-api-key,
 * X-Access-Key, api-key.
 */
export function collectCredentials(req: IncomingMessage): readonly string[] {
  const found = new Set<string>();
  // No pattern here: one that backtracks over 16 KiB of spaces costs a quarter of a second, before any key is known.
  const authorization = (req.headers.authorization ?? '').trim();
  const space = authorization.indexOf(' ');
  const scheme = (space === -1 ? authorization : authorization.slice(0, space)).toLowerCase();
  const value = space === -1 ? '' : authorization.slice(space).trim();
  if (scheme === 'bearer') found.add(value);
  else if (scheme === 'basic') for (const part of basicParts(value)) found.add(part);
  else found.add(authorization);
  for (const protocol of String(req.headers['sec-websocket-protocol'] ?? '').split(',')) {
    const [, key] = protocol.split(keyProtocol);
    if (key !== undefined) found.add(key.trim());
  }
  for (const carrier of plainCarriers) found.add(String(req.headers[carrier] ?? '').trim());
  found.delete('');
  return [...found];
}

// Either half may be the key: `http://KEY@host` puts it into the name, `http://any:KEY@host` into the password.
function basicParts(base64: string): string[] {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) return [text];
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)];
  return password.startsWith('kh_') ? [password] : [user, password];
}
