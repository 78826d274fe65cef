// Notices what became exposed by itself: a model server that was opened to the network, a tunnel, a public address. What
// somebody has just switched on here is no news to them. Pure but for what it remembers.

import type { Exposure } from '../../shared/network-model.ts';

export type ExposureNews = {
  /** Worth a word, unless it was said before. */
  readonly open: readonly Exposure[];
  /** Ids of what is closed again, so that it is worth a word the next time. */
  readonly closed: readonly string[];
};

/** The returned function takes all that is exposed now. */
export function createExposureNews(): (exposures: readonly Exposure[]) => ExposureNews {
  let known: readonly string[] = [];

  return (exposures) => {
    const now = exposures.filter(({ byItself }) => byItself);
    const before = known;
    known = now.map(({ id }) => id);
    return {
      open: now.filter(({ id }) => !before.includes(id)),
      closed: before.filter((id) => !known.includes(id)),
    };
  };
}
