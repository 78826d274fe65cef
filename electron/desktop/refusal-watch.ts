// Notices a key that is refused again and again, which a person wants to hear of once and not twenty times. Pure but for
// what it counts.

import type { RequestView } from '../../shared/usage-model.ts';

export type Refused = { readonly keyId: string; readonly name: string; readonly count: number };

const mostRefusals = 20;
const withinMs = 5 * 60_000;
const quietMs = 60 * 60_000;

/** The returned function takes what has ended, oldest first, and answers with the keys that are now worth a word. */
export function createRefusalWatch(): (ended: readonly RequestView[]) => readonly Refused[] {
  const refusals = new Map<string, readonly number[]>();
  const saidAt = new Map<string, number>();

  function count({ keyId, keyName, outcome, endedAt }: RequestView): Refused | undefined {
    if (keyId === null || outcome !== 'refused') return undefined;
    const times = [...(refusals.get(keyId) ?? []).filter((at) => endedAt - at < withinMs), endedAt].slice(
      -mostRefusals,
    );
    refusals.set(keyId, times);
    const quiet = endedAt - (saidAt.get(keyId) ?? Number.NEGATIVE_INFINITY) < quietMs;
    if (times.length < mostRefusals || quiet) return undefined;
    saidAt.set(keyId, endedAt);
    return { keyId, name: keyName ?? keyId, count: times.length };
  }
  return (ended) => ended.map(count).filter((refused) => refused !== undefined);
}
