// Turns what an owner types or pastes into the address of an upstream, or says why it cannot be one.
// Decides on the address as URL parsing normalises it, never on the text; must not resolve names or connect.

import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { KeyhatchError } from '../../shared/errors.ts';
import { bareHost } from '../lib/bare-host.ts';
import { isLoopbackHost, whyRefused, withoutMapping } from './refused-addresses.ts';

/** Where one of our own listeners is; `0.0.0.0` and `::` stand for every address of this machine. */
export type OwnAddress = { readonly host: string; readonly port: number };

export type AddressRules = {
  /** The owner has agreed to send requests to another machine. */
  readonly confirmed: boolean;
  readonly ownAddresses: readonly OwnAddress[];
};

/**
 * Reads an upstream's address: a URL, `host:port`, `:port` or a port alone. A pasted `/v1…` or `/api/chat` is cut off.
 * @throws KeyhatchError `upstream_address_refused` with a reason, `confirmation_needed` for another machine
 */
export function parseUpstreamAddress(text: string, rules: AddressRules): URL {
  const url = parseUrl(withScheme(text.trim()));
  if (url.username !== '' || url.password !== '') throw refused('give its credential apart from the address');
  const host = hostOf(url);
  const reason = whyRefused(host);
  if (reason !== undefined) throw refused(reason);
  url.hostname = isIPv6(host) ? `[${host}]` : host;
  if (rules.ownAddresses.some((own) => isOwn(own, host, portOf(url)))) {
    throw refused('it is this server itself, so that requests would go round in a circle');
  }
  url.pathname = pathPrefix(url.pathname, isLoopbackHost(host));
  if (!isLoopbackHost(host) && !rules.confirmed) {
    const open = url.protocol === 'http:' ? ', unencrypted' : '';
    throw new KeyhatchError('confirmation_needed', {
      details: {
        consequence: `Everything that is asked and answered will leave this computer for ${url.host}${open}.`,
      },
    });
  }
  return url;
}

/** The address as it is kept and shown: without a trailing slash. */
export function addressText(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** @param path begins with a slash and goes behind the upstream's own path prefix */
export function upstreamEndpoint(upstream: URL, path: string): URL {
  return new URL(`${addressText(upstream)}${path}`);
}

/** The host without brackets and final dot, an IPv4 address in IPv6 clothes as plain IPv4. */
export function hostOf(url: URL): string {
  return withoutMapping(bareHost(url.hostname).replace(/\.$/, ''));
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function withScheme(text: string): string {
  if (text === '') throw refused('it is empty');
  // Browsers' URL parsing drops some of these and turns others into slashes: whoever types them means something else.
  if (/[\s\\\p{Cc}]/u.test(text)) throw refused('it holds spaces, backslashes or control characters');
  if (/[?#]/.test(text)) throw refused('it must end before any ? or #');
  if (/^\d+$/.test(text)) return `http://127.0.0.1:${text}`;
  if (/^:\d+(\/|$)/.test(text)) return `http://127.0.0.1${text}`;
  if (isIPv6(text)) return `http://[${text}]`;
  if (/^https?:\/\//i.test(text)) return text;
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text)) throw refused('it must begin with http:// or https://');
  return `http://${text}`;
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw refused('it is not an address such as http://127.0.0.1:1234');
  if (url.port === '0') throw refused('a port lies between 1 and 65535');
  return url;
}

// People paste an endpoint where the base is meant. Behind `/v1` there are only endpoints; `/api` on this computer is
// Ollama's, LM Studio's or Lemonade's, elsewhere it can be a real prefix (https://openrouter.ai/api/v1).
function pathPrefix(path: string, local: boolean): string {
  const base = path
    .replace(/\/v1(\/.*)?$/, '')
    .replace(/\/api\/(chat|generate|tags|version|ps|show|embed|embeddings|v0(\/.*)?)$/, '')
    .replace(/\/+$/, '');
  const prefix = local && base === '/api' ? '' : base;
  if (!/^(\/[A-Za-z0-9._~@-]+)*$/.test(prefix)) throw refused('its path holds characters that no API has');
  return prefix;
}

function isOwn(own: OwnAddress, host: string, port: number): boolean {
  if (own.port !== port) return false;
  const ownHost = withoutMapping(bareHost(own.host).toLowerCase());
  if (ownHost === host) return true;
  if (host === 'localhost') return isLoopbackHost(ownHost) || isEveryAddress(ownHost);
  if (ownHost === 'localhost') return isLoopbackHost(host);
  return isEveryAddress(ownHost) && (isLoopbackHost(host) || isOfThisMachine(host));
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function isOfThisMachine(host: string): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === host));
}

function refused(reason: string): KeyhatchError {
  return new KeyhatchError('upstream_address_refused', { details: { reason } });
}
