// Which of the addresses of the gateway other machines are given. Pure, for pages and the command line alike.

import type { Reachable } from './model.ts';

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
