// The places where the server is reached, by network: this computer, then those it listens in, then the others. Pure.

import type { Reachable } from '../../../shared/model.ts';

export type ReachableNetwork = {
  readonly name: string;
  readonly kind: Reachable['kind'];
  readonly places: readonly Reachable[];
};

/** Keeps the order of the system within each of the three; addresses that are listened at come first in a network. */
export function reachableNetworks(reachable: readonly Reachable[]): readonly ReachableNetwork[] {
  const names = [...new Set(reachable.map((place) => place.interface))];
  const networks = names.map((name): ReachableNetwork => {
    const places = reachable.filter((place) => place.interface === name);
    const open = places.filter(({ url }) => url !== null);
    return {
      name,
      kind: places[0]?.kind ?? 'other',
      places: [...open, ...places.filter((one) => !open.includes(one))],
    };
  });
  const rank = ({ kind, places }: ReachableNetwork) =>
    kind === 'loopback' ? 0 : places.some(({ url }) => url !== null) ? 1 : 2;
  return networks.sort((a, b) => rank(a) - rank(b));
}
