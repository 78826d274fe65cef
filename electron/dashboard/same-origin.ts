// Who may ask the dashboard at all: only under its own address (DNS rebinding), and only its own pages. Pure; looks at
// heads and at nothing else.

import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { KeyhatchError } from '../../shared/errors.ts';
import { isEncrypted } from '../lib/tls-port.ts';

/** The part of a request that is judged. */
export type Head = {
  readonly headers: IncomingHttpHeaders;
  readonly headersDistinct: NodeJS.Dict<string[]>;
  readonly socket?: object;
};

/** The names under which a request may come, and how: those of a certificate where it came encrypted. */
export type Door = { readonly scheme: 'http' | 'https'; readonly names: readonly string[] };

// Not `localhost` and not `[::1]`: browsers may take either to the address of IPv6, where another user of this machine can
// have the same port, and would have the same origin as our pages. Encrypted both will do, as nobody else has our key.
const ownName = '127.0.0.1';
export const plainDoor: Door = { scheme: 'http', names: [ownName] };

export function dashboardUrl(port: number): string {
  return `http://${ownName}:${port}`;
}

/** The address of the dashboard for other machines. */
export function secureUrl(name: string, port: number): string {
  return `https://${hostOf(name)}:${port}`;
}

/**
 * For every request: it came under our address, and if a page sent it, that page is ours.
 * @throws KeyhatchError `dashboard_host_refused`, `dashboard_page_refused`
 */
export function checkOwnNames({ headersDistinct }: Head, port: number, { scheme, names }: Door = plainDoor): void {
  const [host = '', ...others] = headersDistinct['host'] ?? [];
  const isOurs = names.some((name) => isHost(host, name, port, scheme));
  const details = { url: scheme === 'http' ? dashboardUrl(port) : secureUrl(names[0] ?? ownName, port) };
  if (!isOurs || others.length > 0) throw new KeyhatchError('dashboard_host_refused', { details });
  const foreign = (headersDistinct['origin'] ?? []).some((origin) => origin !== `${scheme}://${host.toLowerCase()}`);
  if (foreign) throw new KeyhatchError('dashboard_page_refused', { details });
}

/**
 * For requests that can see or change something: no page of another site or of another port sent it. Links to the pages
 * themselves may come from anywhere; they carry nothing.
 * @throws KeyhatchError `dashboard_page_refused`
 */
export function checkOwnPage(head: Head, port: number): void {
  const { headersDistinct } = head;
  const foreign = (headersDistinct['sec-fetch-site'] ?? []).some((site) => site !== 'same-origin' && site !== 'none');
  if (foreign) throw new KeyhatchError('dashboard_page_refused', { details: { url: urlHere(head, port) } });
}

/**
 * For what only programs ask for: nothing that a page sent, be it our own, nor a link that somebody opened. Browsers say from
 * which site they ask and what for; programs in Node whose `fetch` says how it asks (`Sec-Fetch-Mode`) say that alone.
 * @throws KeyhatchError `dashboard_page_refused`
 */
export function refusePages(head: Head, port: number): void {
  const isOfPages = (name: string) => name === 'origin' || (name.startsWith('sec-fetch-') && name !== 'sec-fetch-mode');
  if (!Object.keys(head.headers).some(isOfPages)) return;
  throw new KeyhatchError('dashboard_page_refused', { details: { url: urlHere(head, port) } });
}

// Its Host was found to be ours by then.
function urlHere({ headers, socket }: Head, port: number): string {
  return socket && isEncrypted(socket) ? `https://${headers.host ?? ownName}` : dashboardUrl(port);
}

function isHost(host: string, name: string, port: number, scheme: Door['scheme']): boolean {
  const given = scheme === 'https' ? host.toLowerCase() : host;
  // A certificate that was brought along may be for all names below one; a star stands for one label of them.
  const bare = name.startsWith('*.') ? given.replace(/^[^.:]+(?=\.)/, '*') : given;
  const ours = hostOf(name);
  return bare === `${ours}:${port}` || (port === (scheme === 'https' ? 443 : 80) && bare === ours);
}

function hostOf(name: string): string {
  return isIP(name) === 6 ? `[${name}]` : name;
}
