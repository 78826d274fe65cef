// Stands in the place of gateway/tally/tally.ts in the contestant that meters nothing: the same exports, and no work.

import type { Tally, TallyOptions } from '../electron/gateway/tally/tally.ts';
import { unknownTotals } from '../electron/gateway/tally/token-counts.ts';

export function openTally(_options: TallyOptions): Tally {
  return {
    chunk() {},
    end() {},
    read: () => ({
      ...unknownTotals,
      source: 'none',
      responseId: null,
      firstTokenAt: null,
      lastTokenAt: null,
      streamed: true,
      unmetered: null,
      prefillPerSecond: null,
      outputPerSecond: null,
    }),
    reported: () => unknownTotals,
    atEventBoundary: () => false,
  };
}
