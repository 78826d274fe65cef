// Which of the addresses of the gateway other machines are given. Pure, for pages and the command line alike.

import type { Reachable, Status } from './model.ts';

/** Where somebody else's machine is, as a rule, before where only programs in containers are. */
const rank: Readonly<Record<Reachable['kind'], number>> = {
  ethernet: 0,
  wifi: 0,
  vpn: 1,
  other: 1,
  container: 2,
  loopback: 3,
};

/** Where the gateway listens beyond this computer, the likeliest first. */
export function placesForOthers(reachable: readonly Reachable[]): Reachable[] {
  return reachable
    .filter(({ kind, url }) => kind !== 'loopback' && url !== null)
    .sort((a, b) => rank[a.kind] - rank[b.kind]);
}

/** Base addresses of a place without `/v1`, the encrypted one first. */
export function addressesAt({ url, plainUrl }: Pick<Reachable, 'url' | 'plainUrl'>): string[] {
  return [url, plainUrl].filter((one) => one !== null);
}

/** Base addresses without `/v1` for programs on this computer and for those on others, each the better first. */
export function addressesByPlace({ urls, reachable }: Pick<Status['server'], 'urls' | 'reachable'>): {
  readonly here: readonly string[];
  readonly others: readonly string[];
} {
  const others = placesForOthers(reachable).flatMap(addressesAt);
  const here = urls.filter((url) => !others.includes(url));
  // Where it does not listen on loopback, this computer takes the way that others take.
  return { here: here.length > 0 ? here : urls, others };
}
