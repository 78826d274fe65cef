// The part of composing that joins the metrics: counted from the rows on their way into the ledger, read by keys through the
// dashboard, with the gateway's own deciding functions for what a key may. Used by compose.ts alone.

import type { IncomingMessage } from 'node:http';
import type { Settings } from '../shared/settings.ts';
import type { KeyRegistry } from './core/key-registry.ts';
import type { Upstreams } from './core/upstreams.ts';
import type { MetricsSource } from './dashboard/metrics-answer.ts';
import { checkPaused, checkProject, checkWeak } from './gateway/admit.ts';
import { isFromThisComputer, isTrulyLocal } from './gateway/client-address.ts';
import type { Gateway } from './gateway/gateway.ts';
import { checkStanding } from './gateway/identify.ts';
import { createKeyRules, type KeyRules, type Source } from './gateway/key-rules.ts';
import { checkGatewayNetwork, checkKeyNetwork, checkOperation } from './gateway/permit.ts';
import type { PresentedKey, ProjectRegistry, UsageSink } from './gateway/ports.ts';
import { plainAddress } from './lib/address-block.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { expositionType } from './metrics/exposition.ts';
import { createMetrics } from './metrics/metrics.ts';
import { admitReader } from './metrics/metrics-door.ts';
import type { Shell } from './shell.ts';

export type JoinedMetrics = {
  /** The ledger's sink, and beside it the metrics. */
  readonly usage: UsageSink;
  readonly source: MetricsSource;
};

export function joinMetrics(ports: {
  readonly shell: Pick<Shell, 'name' | 'version'>;
  readonly settings: () => Settings;
  readonly registry: Pick<KeyRegistry, 'locked' | 'find' | 'get'>;
  readonly recorder: { readonly usage: UsageSink; readonly lost: () => number };
  readonly upstreams: Pick<Upstreams, 'live' | 'statuses'>;
  readonly projects: ProjectRegistry;
  readonly load: () => Pick<Gateway, 'running' | 'queued' | 'weakBrake'>;
  readonly clock: Clock;
  readonly log: Log;
}): JoinedMetrics {
  const { shell, settings, registry, recorder, upstreams, load, clock, log } = ports;
  const { usage, lost } = recorder;
  const metrics = createMetrics({
    version: shell.version,
    shell: shell.name,
    settings,
    names: {
      isModel: (model) => upstreams.live().some(({ models }) => models.has(model)),
      upstreamName: (id) => upstreams.live().find((upstream) => upstream.id === id)?.name,
      keyName: (id) => registry.get(id)?.name,
    },
    running: () => load().running(),
    queued: () => load().queued(),
    lost,
    upstreams: upstreams.live,
    log,
  });
  const rules = createKeyRules();
  const judge = judgeOfReaders({ rules, clock, projects: ports.projects });
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
      async read(credential, request) {
        const from = readerOf(request);
        checkGatewayNetwork(from, settings(), rules);
        const { locked, find } = registry;
        admitReader(credential, from, { locked, find, judge, brake: load().weakBrake });
        return metrics.text();
      },
    },
  };
}

type Reader = Source & { readonly trulyLocal: boolean };

/** Where a request comes from, as the gateway's guard has it: by its socket, and by no header that would make it more local. */
function readerOf(request: IncomingMessage): Reader {
  const hostName = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const fromThisComputer = isFromThisComputer(request, hostName);
  return {
    clientAddress: plainAddress(request.socket.remoteAddress),
    fromThisComputer,
    trulyLocal: isTrulyLocal(request, fromThisComputer),
  };
}

/** In the gateway's order. */
function judgeOfReaders(ports: {
  readonly rules: KeyRules;
  readonly clock: Clock;
  readonly projects: ProjectRegistry;
}): (key: PresentedKey, from: Reader) => void {
  const { rules, clock, projects } = ports;
  return (key, from) => {
    checkStanding(key, clock.now());
    checkKeyNetwork(key, from, rules);
    checkOperation({ kind: 'key', key, by: 'key', pass: null }, 'metrics', 'reading the metrics of this server');
    checkPaused(key);
    checkProject(key, projects);
    checkWeak(key, from.trulyLocal);
  };
}
