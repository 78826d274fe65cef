// The part of composing that joins the model servers behind the gateway: the saved ones, those given for this run, the echo
// model, their health and finding new ones. Used by compose.ts alone.

import { randomBytes } from 'node:crypto';
import { createDiscovery, type Discovery } from './core/discovery.ts';
import { createUpstreams, type GivenUpstream, type UpstreamPorts, type Upstreams } from './core/upstreams.ts';
import { startEchoUpstream } from './echo/echo-upstream.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';
import type { SettingsBook } from './settings/settings-book.ts';
import type { Shell } from './shell.ts';
import { detectServers } from './upstream/detect.ts';
import { givenUpstreams } from './upstream/given-upstreams.ts';
import { createHealthWatch, type HealthWatch } from './upstream/health-watch.ts';
import { identify } from './upstream/probe.ts';
import { addressText, parseUpstreamAddress } from './upstream/upstream-address.ts';

const detectTimeoutMs = 1_500;

export type JoinedUpstreams = {
  readonly health: HealthWatch;
  readonly upstreams: Upstreams;
  readonly discovery: Discovery;
  /** The echo model, started with the first one who asks. */
  readonly echo: () => Promise<GivenUpstream>;
};

/** @throws KeyhatchError `upstream_address_refused` */
export async function joinUpstreams(options: {
  readonly shell: Pick<Shell, 'echo' | 'upstreams'>;
  readonly settings: SettingsBook;
  readonly secrets: UpstreamPorts['secrets'];
  readonly gateway: () => Gateway;
  readonly makeId: () => string;
  readonly onChange: () => void;
  readonly record: UpstreamPorts['record'];
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<JoinedUpstreams> {
  const { shell, settings, gateway, onChange, lifetime, clock, log } = options;
  const ownAddresses = () => gateway().addresses();
  const health = createHealthWatch({
    upstreams: () => upstreams.records().map((record) => ({ ...record, url: new URL(record.url) })),
    clock,
    log,
    onChange() {
      gateway().upstreamsChanged();
      upstreams.healthChanged();
      onChange();
    },
  });
  lifetime.own('health watch', health.stop);

  let opening: Promise<GivenUpstream> | undefined;
  const echo = () => {
    opening ??= openEcho(lifetime, log);
    return opening;
  };
  const atOnce = shell.echo === 'off' ? undefined : await echo();
  const upstreams = createUpstreams({
    settings: settings.get,
    saveSettings(list, fallbackId) {
      settings.set('upstreams.list', list);
      settings.set('upstreams.default', fallbackId);
    },
    fixed: [
      ...(shell.echo === 'on' && atOnce ? [atOnce] : []),
      ...(await givenUpstreams(shell.upstreams, detectTimeoutMs)),
    ],
    standIn: shell.echo === 'stand-in' ? atOnce : undefined,
    secrets: options.secrets,
    health: health.state,
    places: (id) => gateway().placesAt(id),
    refreshHealth: (id) => health.refresh(id),
    parseAddress: (text, confirmed) => parseUpstreamAddress(text, { confirmed, ownAddresses: ownAddresses() }),
    identify: (url, credential) => identify(url, { credential, timeoutMs: detectTimeoutMs }),
    makeId: options.makeId,
    record: options.record,
    onChange() {
      gateway().upstreamsChanged();
      onChange();
      void health.refresh();
    },
    log,
  });
  const discovery = createDiscovery({
    search: () => detectServers({ timeoutMs: detectTimeoutMs, exceptPorts: ownAddresses().map(({ port }) => port) }),
    upstreams,
    log,
  });
  return { health, upstreams, discovery, echo };
}

async function openEcho(lifetime: Lifetime, log: Log): Promise<GivenUpstream> {
  const credential = randomBytes(24).toString('base64url');
  const echo = await startEchoUpstream({ credential, log });
  lifetime.own('echo model', echo.close);
  return { id: 'echo', name: 'Echo', kind: 'echo', url: addressText(echo.url), credential };
}
