// What requests add up to, in memory: the sums of one group in one length of time. The one place that says which request
// counts as failed or unmetered. Pure.

import { clientOfUserAgent } from '../../shared/snippets-user-agents.ts';
import type { RequestRow } from '../../shared/usage-model.ts';
import { bucketOf } from './usage-histogram.ts';

/** What a group is: requests that agree in all of it are added up together. */
export type UsageGroupFacts = {
  readonly keyId: string | null;
  readonly project: string | null;
  readonly model: string | null;
  readonly upstreamId: string | null;
  readonly client: string;
};

/** What must be known of a request to count it. */
export type CountedRow = Pick<
  RequestRow,
  | 'keyId'
  | 'project'
  | 'model'
  | 'upstreamId'
  | 'userAgent'
  | 'outcome'
  | 'errorCode'
  | 'receivedAt'
  | 'forwardedAt'
  | 'firstTokenAt'
  | 'endedAt'
  | 'tokensIn'
  | 'tokensOut'
  | 'tokensCached'
  | 'tokensReasoning'
  | 'tokenSource'
  | 'outputPerSecond'
>;

export type UsageSums = {
  requests: number;
  refused: number;
  failed: number;
  tokensIn: number;
  tokensOut: number;
  tokensCached: number;
  tokensReasoning: number;
  unmetered: number;
  /** Tokens in and out of requests whose pieces were counted as they passed. */
  tokensCounted: number;
  /** Of those that were estimated by their size. */
  tokensEstimated: number;
  /** Milliseconds to the first token. */
  readonly firstTokens: Map<number, number>;
  /** Output tokens in 1,000 seconds, so that slow ones too are told apart. */
  readonly speeds: Map<number, number>;
  /** Refusals by error code. */
  readonly refusals: Map<string, number>;
};

const notFailed: ReadonlySet<string> = new Set(['ok', 'refused', 'client_gone', 'ended']);

export const noSums = (): UsageSums => ({
  requests: 0,
  refused: 0,
  failed: 0,
  tokensIn: 0,
  tokensOut: 0,
  tokensCached: 0,
  tokensReasoning: 0,
  unmetered: 0,
  tokensCounted: 0,
  tokensEstimated: 0,
  firstTokens: new Map(),
  speeds: new Map(),
  refusals: new Map(),
});

export function addRow(sums: UsageSums, row: CountedRow): void {
  sums.requests += 1;
  sums.refused += Number(row.outcome === 'refused');
  sums.failed += Number(!notFailed.has(row.outcome));
  sums.tokensIn += row.tokensIn ?? 0;
  sums.tokensOut += row.tokensOut ?? 0;
  sums.tokensCached += row.tokensCached ?? 0;
  sums.tokensReasoning += row.tokensReasoning ?? 0;
  const tokens = (row.tokensIn ?? 0) + (row.tokensOut ?? 0);
  sums.tokensCounted += row.tokenSource === 'counted' ? tokens : 0;
  sums.tokensEstimated += row.tokenSource === 'estimated' ? tokens : 0;
  sums.unmetered += Number(row.tokenSource === 'unknown' && row.outcome === 'ok');
  if (row.outcome === 'refused' && row.errorCode !== null) count(sums.refusals, row.errorCode);
  if (row.firstTokenAt === null) return;
  // Times are kept in whole milliseconds; a row must count the same before and after it is written.
  const [received, first, ended] = [row.receivedAt, row.firstTokenAt, row.endedAt].map(Math.round) as [
    number,
    number,
    number,
  ];
  count(sums.firstTokens, bucketOf(first - received));
  const perSecond = row.forwardedAt === null ? speedByItsEnd(row.tokensOut ?? 0, ended - first) : row.outputPerSecond;
  if (perSecond !== null) count(sums.speeds, bucketOf(perSecond * 1_000));
}

/** Of rows from before their speeds were written down. */
function speedByItsEnd(tokens: number, lengthMs: number): number | null {
  return tokens > 1 && lengthMs > 0 ? (tokens * 1_000) / lengthMs : null;
}

/** Adds the sums of one to those of another. */
export function addSums(sums: UsageSums, more: UsageSums): void {
  sums.requests += more.requests;
  sums.refused += more.refused;
  sums.failed += more.failed;
  sums.tokensIn += more.tokensIn;
  sums.tokensOut += more.tokensOut;
  sums.tokensCached += more.tokensCached;
  sums.tokensReasoning += more.tokensReasoning;
  sums.unmetered += more.unmetered;
  sums.tokensCounted += more.tokensCounted;
  sums.tokensEstimated += more.tokensEstimated;
  for (const [bucket, times] of more.firstTokens) count(sums.firstTokens, bucket, times);
  for (const [bucket, times] of more.speeds) count(sums.speeds, bucket, times);
  for (const [code, times] of more.refusals) count(sums.refusals, code, times);
}

function count<Name>(counts: Map<Name, number>, name: Name, times = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}

/** A function that says to which group a row belongs; remembers the few programs of a batch. */
export function groupsOfRows(): (row: CountedRow) => UsageGroupFacts {
  const clients = new Map<string | null, string>();
  return ({ keyId, project, model, upstreamId, userAgent }) => {
    let client = clients.get(userAgent);
    if (client === undefined) {
      client = clientOfUserAgent(userAgent);
      clients.set(userAgent, client);
    }
    return { keyId, project, model, upstreamId, client };
  };
}
