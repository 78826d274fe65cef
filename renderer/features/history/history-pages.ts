// How the history is asked for: page by page, each going on where the one before ended.

import type { HistoryQuery } from '../../../shared/history-model.ts';
import type { Calls } from '../../api/calls.ts';

export type HistoryNarrow = Partial<Omit<HistoryQuery, 'cursor'>>;

export function historyOptions(calls: Calls, narrow: HistoryNarrow) {
  return calls.history.list.infiniteOptions({
    input: (cursor: number | undefined) => ({ ...narrow, ...(cursor === undefined ? {} : { cursor }) }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // Changes come from other windows and the command line too.
    refetchInterval: 15_000,
  });
}
