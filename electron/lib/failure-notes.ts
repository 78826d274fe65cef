// Which failures to get in are written down, where what is written stays for good: one a minute for each neighbour, ten a
// minute in all, and then once that there were more. Strangers decide how often they fail, not how much is kept of it.

import { addressBlock, plainAddress } from './address-block.ts';
import type { Clock } from './clock.ts';

export type FailureNotes = {
  /** What to write of a failure from this address: that one, that there are more of other addresses, or nothing. */
  readonly take: (address: string) => 'this' | 'more' | undefined;
};

const spanMs = 60_000;
const notesPerSpan = 10;

export function createFailureNotes({ clock }: { readonly clock: Clock }): FailureNotes {
  // Those of the last minute: never more than there may be in it.
  let noted: readonly { readonly block: string; readonly at: number }[] = [];
  let moreAt = Number.NEGATIVE_INFINITY;
  return {
    take(address) {
      const now = clock.monotonic();
      noted = noted.filter(({ at }) => now - at < spanMs);
      const block = addressBlock(plainAddress(address));
      if (noted.some((one) => one.block === block)) return undefined;
      if (noted.length < notesPerSpan) {
        noted = [...noted, { block, at: now }];
        return 'this';
      }
      if (now - moreAt < spanMs) return undefined;
      moreAt = now;
      return 'more';
    },
  };
}
