// Where the time of one request went, from the moments that were written down. Pure.

import type { RequestView } from '../../../shared/usage-model.ts';

export type StageName = 'check' | 'read' | 'queue' | 'wait' | 'prepare' | 'answer' | 'finish' | 'refuse';
export type Stage = { readonly name: StageName; readonly lengthMs: number };

type Moments = Pick<
  RequestView,
  'receivedAt' | 'admittedAt' | 'queuedMs' | 'forwardedAt' | 'firstByteAt' | 'firstTokenAt' | 'lastTokenAt' | 'endedAt'
>;

/** In order, together as long as the request; a moment that never came ends its stage with the next one that did. */
export function stagesOf(moments: Moments): readonly Stage[] {
  const { receivedAt, admittedAt, queuedMs, forwardedAt, firstByteAt, firstTokenAt, lastTokenAt, endedAt } = moments;
  if (admittedAt === null) return [{ name: 'refuse', lengthMs: Math.max(0, endedAt - receivedAt) }];
  const marks: readonly (readonly [StageName, number | null])[] = [
    ['check', admittedAt],
    // Rows from before this was kept have it with the waiting.
    ['read', forwardedAt === null ? null : forwardedAt - (queuedMs ?? 0)],
    ['queue', queuedMs ? forwardedAt : null],
    ['wait', firstByteAt ?? firstTokenAt ?? endedAt],
    ['prepare', firstByteAt === null ? null : firstTokenAt],
    ['answer', lastTokenAt ?? (firstByteAt === null && firstTokenAt === null ? null : endedAt)],
    ['finish', lastTokenAt === null ? null : endedAt],
  ];
  const stages: Stage[] = [];
  let from = receivedAt;
  for (const [name, to] of marks) {
    if (to === null) continue;
    // Moments come from two clocks and may cross by a millisecond.
    stages.push({ name, lengthMs: Math.max(0, to - from) });
    from = Math.max(from, to);
  }
  return stages;
}
