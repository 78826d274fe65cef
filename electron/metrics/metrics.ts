// Everything that Keyhatch tells Prometheus, joined: requests as they are metered, how things stand at the moment of asking,
// and the process. One of these a house; counts begin with it. Whoever may read it is decided elsewhere.

import type { UpstreamHealth } from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { RequestRow } from '../../shared/usage-model.ts';
import type { Log } from '../lib/log.ts';
import { exposition, type Family, labelText, type Sample } from './exposition.ts';
import { processFamilies } from './process-metrics.ts';
import { createRequestMetrics, type RequestMetrics, type RequestNames } from './request-metrics.ts';

type Watched = {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly health: UpstreamHealth;
};

export type MetricsPorts = {
  readonly version: string;
  readonly shell: string;
  readonly settings: () => Pick<Settings, 'metrics.keyNames'>;
  readonly names: RequestNames;
  readonly running: () => number;
  /** Requests that wait in line, which are not running yet. */
  readonly queued: () => number;
  /** Entries that the ledger gave up. */
  readonly lost: () => number;
  readonly upstreams: () => readonly Watched[];
  readonly log: Log;
};

export type Metrics = {
  /** One finished request. Never throws: what it belongs to goes on without it. */
  readonly request: RequestMetrics['request'];
  readonly stranger: RequestMetrics['stranger'];
  /** The exposition as it is now. */
  readonly text: () => Promise<string>;
};

export function createMetrics(ports: MetricsPorts): Metrics {
  const { names, log } = ports;
  const withKeysNow = () => ports.settings()['metrics.keyNames'];
  let withKeys = withKeysNow();
  let requests = createRequestMetrics(names, { withKeys });

  // Begun anew when the setting changes, so that no name of a key stays behind once they are not to be told.
  function current(): RequestMetrics {
    if (withKeys !== withKeysNow()) {
      withKeys = withKeysNow();
      requests = createRequestMetrics(names, { withKeys });
    }
    return requests;
  }

  function safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      log.error('a request could not be counted for the metrics', { error });
    }
  }

  return {
    request: (row: RequestRow) => safely(() => current().request(row)),
    stranger: (code) => safely(() => current().stranger(code)),
    async text() {
      const others = [...familiesOfNow(ports), ...(await processFamilies())];
      return exposition([...current().families, ...others.map((family) => () => family)]);
    },
  };
}

function familiesOfNow({ version, shell, running, queued, lost, upstreams }: MetricsPorts): readonly Family[] {
  const up = upstreams()
    // Before the first look there is nothing to say.
    .filter(({ health }) => health !== 'unknown')
    .map(({ id, name, kind, health }) => sample(Number(health === 'up'), { upstream: name, kind, id }));
  return [
    gauge('keyhatch_build_info', 'Always 1; its labels say what runs.', [sample(1, { version, shell })]),
    gauge('keyhatch_requests_running', 'Requests that are running.', [sample(running(), {})]),
    gauge('keyhatch_requests_queued', 'Requests that wait in line for a model server.', [sample(queued(), {})]),
    {
      name: 'keyhatch_ledger_lost_entries_total',
      type: 'counter',
      help: 'Entries of the ledger that could not be written and were given up.',
      samples: [sample(lost(), {})],
    },
    gauge('keyhatch_upstream_up', 'Whether a model server answered when it was last looked at.', up),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'gauge', samples };
}

function sample(value: number, labels: Readonly<Record<string, string>>): Sample {
  return { suffix: '', labels: labelText(Object.entries(labels)), value };
}
