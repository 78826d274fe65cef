// The addresses that go into snippets: the one that works from where the reader is comes first. Pure.

import { addressesAt, placesForOthers } from '../../../shared/gateway-addresses.ts';
import type { Status } from '../../../shared/model.ts';

/** While the server does not run; the port is the one it usually has. */
const placeholderAddress = 'http://127.0.0.1:1235';

/** Where a page was opened. */
export type PagePlace = { readonly protocol: string; readonly hostname: string };

export type Addresses = {
  /** For programs on the computer that runs Keyhatch; empty where the reader sits at another one. */
  readonly here: readonly string[];
  readonly others: readonly string[];
  /** The reader sits at another machine, and none can reach the gateway. */
  readonly outOfReach: boolean;
};

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;
export const isLoopbackName = (name: string): boolean => loopback.test(name);

/** @param page undefined for the window, which is at the machine itself */
export function addressesFor(status: Status | undefined, page: PagePlace | undefined): Addresses {
  const [first] = status?.server.urls ?? [];
  if (!status || first === undefined) return { here: [placeholderAddress], others: [], outOfReach: false };
  const isHere = page === undefined || isLoopbackName(page.hostname);
  const others = isHere ? placesForOthers(status.server.reachable).flatMap(addressesAt) : seenFrom(page, status);
  if (isHere) return { here: [first], others: others.filter((one) => one !== first), outOfReach: false };
  return others.length > 0 ? { here: [], others, outOfReach: false } : { here: [first], others, outOfReach: true };
}

function seenFrom(page: PagePlace, status: Status): string[] {
  const known = placesForOthers(status.server.reachable).flatMap(addressesAt);
  // Members are not told which networks there are. What serves them this page is, as a rule, where the gateway is as well.
  const all = known.length > 0 ? known : guessed(page, status);
  const worth = (url: string) => (new URL(url).hostname === page.hostname.toLowerCase() ? 2 : 0) + Number(isHttps(url));
  return all.sort((a, b) => worth(b) - worth(a));
}

function guessed({ protocol, hostname }: PagePlace, { access, server }: Status): string[] {
  const urls = server.urls.map((url) => new URL(url));
  const far = urls.filter((url) => !isLoopbackName(url.hostname));
  const [first] = urls;
  if (!first || (far.length === 0 && !access.onLan)) return [];
  const at = (scheme: string) => `${scheme}://${hostname}${first.port === '' ? '' : `:${first.port}`}`;
  // It takes nothing else from other machines.
  if (far.some(({ href }) => isHttps(href))) return [at('https')];
  return protocol === 'https:' ? [at('https'), at('http')] : [at('http')];
}

const isHttps = (url: string): boolean => url.startsWith('https:');
