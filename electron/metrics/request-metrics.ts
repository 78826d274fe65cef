// Requests as metrics: what each row of the meter and each refused stranger adds. Counts from the same rows as the ledger,
// so that both say the same; keeps names apart only as far as their bounds go, because a name is what a caller wrote.

import { errorCatalogue } from '../../shared/errors.ts';
import type { RequestRow } from '../../shared/usage-model.ts';
import type { Family } from './exposition.ts';
import { createCounter, createHistogram, createNameLimit, otherLabel } from './instruments.ts';

export type RequestNames = {
  /** Whether some model server here lists this model. */
  readonly isModel: (model: string) => boolean;
  readonly upstreamName: (id: string) => string | undefined;
  /** Undefined for keys that nobody knows; asked only where key names are told. */
  readonly keyName: (id: string) => string | undefined;
};

export type RequestMetrics = {
  readonly request: (row: RequestRow) => void;
  /** A refusal of a caller without a known key. */
  readonly stranger: (code: string) => void;
  readonly families: readonly (() => Family)[];
};

export const mostModels = 64;
export const mostKeys = 500;
const mostUpstreams = 64;
const mostCounterSeries = 2_500;
const mostHistogramSeries = 600;
/** Where a request had no model, no key or no upstream. */
const none = 'none';

const firstTokenBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const queueBounds = [0, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60];
const durationBounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800];

/** @param withKeys whether each series says whose key it was */
export function createRequestMetrics(
  names: RequestNames,
  { withKeys }: { readonly withKeys: boolean },
): RequestMetrics {
  const nameOf = labelsWithin(names);
  const instruments = makeInstruments(withKeys);
  const { requests, tokens, refusals, unmetered, firstToken, queueWait, duration } = instruments;

  function request(row: RequestRow): void {
    const key = withKeys ? nameOf.key(row.keyId) : none;
    const model = nameOf.model(row.model);
    requests.add({ outcome: row.outcome, operation: row.operation, model, key });
    const provenance = row.tokenSource;
    tokens.add({ direction: 'in', provenance, model, key }, row.tokensIn ?? 0);
    tokens.add({ direction: 'out', provenance, model, key }, row.tokensOut ?? 0);
    tokens.add({ direction: 'cached', provenance, model, key }, row.tokensCached ?? 0);
    tokens.add({ direction: 'reasoning', provenance, model, key }, row.tokensReasoning ?? 0);
    if (row.outcome === 'refused' && row.errorCode !== null) refusals.add({ code: codeOf(row.errorCode) });
    if (row.unmetered !== null) {
      unmetered.add({ upstream: nameOf.upstream(row.upstreamId), reason: row.unmetered, provenance });
    }
    if (row.queuedMs !== null) queueWait.observe({ model, key }, row.queuedMs / 1000);
    if (row.upstreamId === null) return;
    duration.observe({ model, key }, (row.endedAt - row.receivedAt) / 1000);
    if (row.firstTokenAt !== null) firstToken.observe({ model, key }, (row.firstTokenAt - row.receivedAt) / 1000);
  }

  return {
    request,
    stranger: (code) => refusals.add({ code: codeOf(code) }),
    families: Object.values(instruments).map((instrument) => instrument.family),
  };
}

function makeInstruments(withKeys: boolean) {
  const key = withKeys ? (['key'] as const) : [];
  // Of many keys with many models there may be too many pairs to keep: then the later keys go together.
  const folded = withKeys ? 'key' : 'model';
  const counters = { mostSeries: mostCounterSeries, folded } as const;
  const histograms = { mostSeries: mostHistogramSeries, folded, labels: ['model', ...key] } as const;
  return {
    requests: createCounter({
      ...counters,
      name: 'keyhatch_requests_total',
      help: 'Requests of known callers that ended, by how they ended.',
      labels: ['outcome', 'operation', 'model', ...key],
    }),
    tokens: createCounter({
      ...counters,
      name: 'keyhatch_tokens_total',
      help: 'Tokens, by where their number comes from. Cached ones are part of in, reasoning ones part of out.',
      labels: ['direction', 'provenance', 'model', ...key],
    }),
    refusals: createCounter({
      name: 'keyhatch_refusals_total',
      help: 'Requests that were refused, by error code, also those without a known key.',
      labels: ['code'],
      mostSeries: mostCounterSeries,
      folded: 'code',
    }),
    unmetered: createCounter({
      name: 'keyhatch_unmetered_requests_total',
      help: 'Answers that should have told their tokens and did not, by why and by what was counted instead.',
      labels: ['upstream', 'reason', 'provenance'],
      mostSeries: mostCounterSeries,
      folded: 'upstream',
    }),
    firstToken: createHistogram({
      ...histograms,
      name: 'keyhatch_time_to_first_token_seconds',
      help: 'From the arrival of a request to the first token of its answer.',
      bounds: firstTokenBounds,
    }),
    queueWait: createHistogram({
      ...histograms,
      name: 'keyhatch_queue_wait_seconds',
      help: 'How long requests waited in line for a model server; 0 for those that did not have to.',
      bounds: queueBounds,
    }),
    duration: createHistogram({
      ...histograms,
      name: 'keyhatch_request_duration_seconds',
      help: 'From the arrival of a request to the end of its answer; only those that reached a model server.',
      bounds: durationBounds,
    }),
  };
}

// A model or a key is named once it is known: what a caller makes up is `other`, however often they make something up.
function labelsWithin({ isModel, keyName, upstreamName }: RequestNames) {
  const models = createNameLimit(mostModels);
  const keys = createNameLimit(mostKeys);
  const upstreams = createNameLimit(mostUpstreams);
  return {
    model: (model: string | null) => (model === null ? none : isModel(model) ? models(model) : otherLabel),
    key: (id: string | null) => (id === null ? none : within(keys, keyName(id))),
    upstream: (id: string | null) => (id === null ? none : within(upstreams, upstreamName(id))),
  };
}

function within(limit: (name: string) => string, name: string | undefined): string {
  return name === undefined ? otherLabel : limit(name);
}

// The ledger may be told of errors that this version does not know.
function codeOf(code: string): string {
  return code in errorCatalogue ? code : otherLabel;
}
