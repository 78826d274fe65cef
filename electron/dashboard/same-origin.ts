// Who may ask the dashboard at all: only under its own address (DNS rebinding), and only its own pages. Pure; looks at
// heads and at nothing else.

import type { IncomingHttpHeaders } from 'node:http';
import { KeyhatchError } from '../../shared/errors.ts';

/** The part of a request that is judged. */
export type Head = {
  readonly headers: IncomingHttpHeaders;
  readonly headersDistinct: NodeJS.Dict<string[]>;
};

// Not `localhost` and not `[::1]`: browsers may take either to the address of IPv6, where another user of this machine can
// have the same port, and would have the same origin as our pages.
const ownName = '127.0.0.1';

export function dashboardUrl(port: number): string {
  return `http://${ownName}:${port}`;
}

/**
 * For every request: it came under our address, and if a page sent it, that page is ours.
 * @throws KeyhatchError `dashboard_host_refused`, `dashboard_page_refused`
 */
export function checkOwnNames({ headersDistinct }: Head, port: number): void {
  const details = { url: dashboardUrl(port) };
  const [host, ...others] = headersDistinct['host'] ?? [];
  const isOurs = host === `${ownName}:${port}` || (port === 80 && host === ownName);
  if (!isOurs || others.length > 0) throw new KeyhatchError('dashboard_host_refused', { details });
  const foreign = (headersDistinct['origin'] ?? []).some((origin) => origin !== `http://${host}`);
  if (foreign) throw new KeyhatchError('dashboard_page_refused', { details });
}

/**
 * For requests that can see or change something: no page of another site or of another port sent it. Links to the pages
 * themselves may come from anywhere; they carry nothing.
 * @throws KeyhatchError `dashboard_page_refused`
 */
export function checkOwnPage({ headersDistinct }: Head, port: number): void {
  const foreign = (headersDistinct['sec-fetch-site'] ?? []).some((site) => site !== 'same-origin' && site !== 'none');
  if (foreign) throw new KeyhatchError('dashboard_page_refused', { details: { url: dashboardUrl(port) } });
}

/**
 * For what only programs ask for: nothing that any browser sent, be it for our own page.
 * @throws KeyhatchError `dashboard_page_refused`
 */
export function refuseBrowsers({ headers }: Head, port: number): void {
  const byBrowser = 'origin' in headers || Object.keys(headers).some((name) => name.startsWith('sec-fetch-'));
  if (byBrowser) throw new KeyhatchError('dashboard_page_refused', { details: { url: dashboardUrl(port) } });
}

/**
 * For what programs send, of which some use a browser's way of asking (`fetch` says how, and never from which site): nothing
 * that a page sent, be it our own. Links that somebody opens send no body, and change nothing there.
 * @throws KeyhatchError `dashboard_page_refused`
 */
export function refusePages({ headers }: Head, port: number): void {
  if (!('origin' in headers) && !('sec-fetch-site' in headers)) return;
  throw new KeyhatchError('dashboard_page_refused', { details: { url: dashboardUrl(port) } });
}
