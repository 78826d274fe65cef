// The part of composing that joins model servers: what is known of them, how they are watched, and the built-in echo model
// among them. Used by compose.ts alone.

import { randomFillSync } from 'node:crypto';
import { makeId } from '../shared/key-format.ts';
import { openEcho } from './compose-echo.ts';
import { createUpstreams, type UpstreamPorts } from './core/upstreams.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { SettingsBook } from './settings/settings-book.ts';
import type { Shell } from './shell.ts';
import { givenUpstreams } from './upstream/given-upstreams.ts';
import { createHealthWatch } from './upstream/health-watch.ts';
import { identify } from './upstream/probe.ts';
import { parseUpstreamAddress } from './upstream/upstream-address.ts';

export const detectTimeoutMs = 1_500;

/** @throws KeyhatchError `upstream_address_refused` */
export async function joinUpstreams(options: {
  readonly shell: Pick<Shell, 'echo' | 'upstreams' | 'log'>;
  readonly settings: SettingsBook;
  readonly secrets: UpstreamPorts['secrets'];
  readonly gateway: () => Gateway;
  readonly onChange: () => void;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
}) {
  const { shell, settings, secrets, gateway, onChange, lifetime, clock } = options;
  const { log } = shell;
  const health = createHealthWatch({
    upstreams: () => upstreams.records().map((record) => ({ ...record, url: new URL(record.url) })),
    clock,
    log,
    onChange() {
      upstreams.healthChanged();
      gateway().upstreamsChanged();
      onChange();
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
    fixed: [
      ...(shell.echo === 'on' && echo ? [echo] : []),
      ...(await givenUpstreams(shell.upstreams, detectTimeoutMs)),
    ],
    standIn: shell.echo === 'stand-in' ? echo : undefined,
    secrets,
    health: health.state,
    places: (id) => gateway().placesAt(id),
    refreshHealth: (id) => health.refresh(id),
    parseAddress: (text, confirmed) => parseUpstreamAddress(text, { confirmed, ownAddresses: gateway().addresses() }),
    identify: (url, credential) => identify(url, { credential, timeoutMs: detectTimeoutMs }),
    makeId: () => makeId((bytes) => randomFillSync(bytes)),
    onChange() {
      gateway().upstreamsChanged();
      onChange();
      void health.refresh();
    },
    log,
  });
  return { upstreams, health };
}
