// The part of composing that joins the metrics: counted from the rows on their way into the ledger, read by keys through the
// dashboard. Used by compose.ts alone.

import type { Upstreams } from './core/upstreams.ts';
import type { MetricsSource } from './dashboard/metrics-answer.ts';
import type { UsageSink } from './gateway/ports.ts';
import type { Log } from './lib/log.ts';
import { expositionType } from './metrics/exposition.ts';
import { createMetrics, type MetricsPorts } from './metrics/metrics.ts';
import { admitReader, type MetricsKeys } from './metrics/metrics-door.ts';
import type { Shell } from './shell.ts';

export type JoinedMetrics = {
  /** The ledger's sink, and beside it the metrics. */
  readonly usage: UsageSink;
  readonly source: MetricsSource;
};

export function joinMetrics(ports: {
  readonly shell: Pick<Shell, 'name' | 'version'>;
  readonly settings: MetricsPorts['settings'];
  readonly keys: MetricsKeys & { readonly get: (id: string) => { readonly name: string } | undefined };
  readonly recorder: { readonly usage: UsageSink; readonly lost: () => number };
  readonly upstreams: Pick<Upstreams, 'live' | 'statuses'>;
  readonly running: () => number;
  readonly log: Log;
}): JoinedMetrics {
  const { shell, settings, keys, recorder, upstreams, running, log } = ports;
  const { usage, lost } = recorder;
  const metrics = createMetrics({
    version: shell.version,
    shell: shell.name,
    settings,
    names: {
      isModel: (model) => upstreams.live().some(({ models }) => models.has(model)),
      upstreamName: (id) => upstreams.live().find((upstream) => upstream.id === id)?.name,
      keyName: (id) => keys.get(id)?.name,
    },
    running,
    lost,
    upstreams: upstreams.live,
    log,
  });
  return {
    usage: {
      ...usage,
      record(row) {
        usage.record(row);
        metrics.request(row);
      },
      stranger(code) {
        usage.stranger(code);
        metrics.stranger(code);
      },
    },
    source: {
      contentType: expositionType,
      read(credential) {
        admitReader(credential, keys);
        return metrics.text();
      },
    },
  };
}
