// Notices when a path token has lived its time, so that what it let in ends then and not when somebody looks. Only tells: that
// it opens nothing any more, the ways themselves know.

import type { Clock } from '../lib/clock.ts';
import type { WaysIn } from './ways-in.ts';

export type PathTokenEnds = {
  /** To be called when a path token was made or closed. */
  readonly look: () => void;
  readonly close: () => void;
};

// setTimeout overflows above this; one that ends later is looked at again then.
const longestTimeoutMs = 2 ** 31 - 1;

export function createPathTokenEnds(ports: {
  readonly ways: Pick<WaysIn, 'all'>;
  readonly onEnd: () => void;
  readonly clock: Clock;
}): PathTokenEnds {
  let timer: NodeJS.Timeout | undefined;
  let lookedAt = ports.clock.now();
  let closed = false;

  function look(): void {
    clearTimeout(timer);
    if (closed) return;
    const now = ports.clock.now();
    const ends = ports.ways.all().flatMap((way) => (way.kind === 'path_token' ? [way.expiresAt] : []));
    // Also what ended while the machine slept.
    const hasEnded = ends.some((endsAt) => endsAt > lookedAt && endsAt <= now);
    lookedAt = now;
    const leftMs = Math.min(...ends.filter((endsAt) => endsAt > now)) - now;
    if (Number.isFinite(leftMs)) timer = setTimeout(look, Math.min(leftMs, longestTimeoutMs)).unref();
    if (hasEnded) ports.onEnd();
  }

  return {
    look,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
