// Who made which stored response, in memory: the newest of the last 30 days. Whoever asks waits for no disk.

import type { ResponseClaim } from './response-owner-table.ts';

export const responsesKept = 100_000;
export const responseKeptMs = 30 * 24 * 3_600_000;

export type ResponseLedger = {
  readonly claim: (claim: ResponseClaim) => void;
  readonly find: (responseId: string) => { readonly owner: string; readonly upstreamId: string } | undefined;
  /** Forgets those made before a moment (epoch ms). */
  readonly prune: (beforeMs: number) => void;
};

/** @param loaded what is written, oldest first */
export function createResponseLedger(loaded: readonly ResponseClaim[], keep = responsesKept): ResponseLedger {
  // A Map keeps the order of claims, so that the oldest is the first.
  const claims = new Map(loaded.map((claim) => [claim.responseId, claim]));

  return {
    claim(claim) {
      // The upstream holds one response under an id, the newest: its maker owns it and nobody before.
      claims.delete(claim.responseId);
      claims.set(claim.responseId, claim);
      for (const oldest of claims.keys()) {
        if (claims.size <= keep) break;
        claims.delete(oldest);
      }
    },
    find: (responseId) => claims.get(responseId),
    prune(beforeMs) {
      for (const [responseId, { createdAt }] of claims) if (createdAt < beforeMs) claims.delete(responseId);
    },
  };
}
