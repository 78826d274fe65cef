// The part of composing that joins what stands behind the gateway: upstreams, their health and the built-in echo model if there is to be one.
// Used by compose.ts alone.

import { randomFillSync } from 'node:crypto';
import { makeId } from '../shared/key-format.ts';
import { openEcho } from './compose-echo.ts';
import { createUpstreams, type UpstreamPorts } from './core/upstreams.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';
import type { SettingsBook } from './settings/settings-book.ts';
import type { Shell } from './shell.ts';
import { givenUpstreams } from './upstream/given-upstreams.ts';
import { createHealthWatch } from './upstream/health-watch.ts';
import { identify } from './upstream/probe.ts';
import { parseUpstreamAddress } from './upstream/upstream-address.ts';

type UpstreamsOptions = Pick<UpstreamPorts, 'secrets'> & {
  readonly shell: Pick<Shell, 'echo' | 'upstreams'>;
  readonly settings: SettingsBook;
  readonly ownAddresses: () => Parameters<typeof parseUpstreamAddress>[1]['ownAddresses'];
  readonly onChange: () => void;
  readonly detectTimeoutMs: number;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly log: Log;
};

export async function joinUpstreams(options: UpstreamsOptions) {
  const { shell, settings, lifetime, clock, log, detectTimeoutMs: timeoutMs } = options;
  const health = createHealthWatch({
    upstreams: () => upstreams.records().map((record) => ({ ...record, url: new URL(record.url) })),
    clock,
    log,
    onChange() {
      upstreams.healthChanged();
      options.onChange();
    },
  });
  lifetime.own('health watch', health.stop);
  const echo = shell.echo === 'off' ? undefined : await openEcho({ lifetime, log });
  const upstreams = createUpstreams({
    settings: settings.get,
    saveSettings(list, fallbackId) {
      settings.set('upstreams.list', list);
      settings.set('upstreams.default', fallbackId);
    },
    fixed: [...(shell.echo === 'on' && echo ? [echo] : []), ...(await givenUpstreams(shell.upstreams, timeoutMs))],
    standIn: shell.echo === 'stand-in' ? echo : undefined,
    secrets: options.secrets,
    health: health.state,
    refreshHealth: (id) => health.refresh(id),
    parseAddress: (text, confirmed) => parseUpstreamAddress(text, { confirmed, ownAddresses: options.ownAddresses() }),
    identify: (url, credential) => identify(url, { credential, timeoutMs }),
    makeId: () => makeId((bytes) => randomFillSync(bytes)),
    onChange() {
      options.onChange();
      void health.refresh();
    },
    log,
  });
  return { health, upstreams };
}
