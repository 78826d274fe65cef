// How fast a prompt was read and an answer generated. What the model server says of itself is kept; otherwise its answer is
// timed from here, where it was streamed: what comes in one piece shows no more than when it was done. Pure.

import type { Forwarded } from './attempt.ts';
import type { TokenSpeeds } from './tally/token-counts.ts';

/** Tokens a second; null where they cannot be told. */
export function speedsOf(forwarded: Forwarded | undefined): TokenSpeeds {
  const tallied = forwarded?.tallied;
  if (!tallied) return { prefillPerSecond: null, outputPerSecond: null };
  const { tokensIn, tokensOut, tokensCached, firstTokenAt, lastTokenAt, streamed } = tallied;
  // Cached tokens are not read again.
  const read = tokensIn === null ? 0 : tokensIn - (tokensCached ?? 0);
  return {
    prefillPerSecond: tallied.prefillPerSecond ?? (streamed ? rate(read, forwarded.forwardedAt, firstTokenAt) : null),
    // A single token takes no time.
    outputPerSecond:
      tallied.outputPerSecond ?? ((tokensOut ?? 0) > 1 ? rate(tokensOut ?? 0, firstTokenAt, lastTokenAt) : null),
  };
}

function rate(tokens: number, from: number | null, to: number | null): number | null {
  if (from === null || to === null || tokens <= 0 || to <= from) return null;
  return (tokens * 1000) / (to - from);
}
