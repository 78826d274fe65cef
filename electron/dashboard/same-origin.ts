// Who may ask the dashboard at all: only under its own loopback names (DNS rebinding), and only its own pages. Pure; looks
// at heads and at nothing else.

import type { IncomingHttpHeaders } from 'node:http';
import { KeyhatchError } from '../../shared/errors.ts';

/** The part of a request that is judged. */
export type Head = {
  readonly headers: IncomingHttpHeaders;
  readonly headersDistinct: NodeJS.Dict<string[]>;
};

const names = ['127.0.0.1', 'localhost', '[::1]'];

export function dashboardUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/**
 * For every request: it came under a name of ours, and if a page sent it, that page is ours under the same name.
 * @throws KeyhatchError `dashboard_host_refused`, `dashboard_page_refused`
 */
export function checkOwnNames({ headersDistinct }: Head, port: number): void {
  const details = { url: dashboardUrl(port) };
  const [host, ...others] = headersDistinct['host'] ?? [];
  const isOurs = names.some((name) => host === `${name}:${port}` || (port === 80 && host === name));
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
