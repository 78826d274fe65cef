// The part of composing that joins the gateway, the server that people start and stop around it, and the networks that it
// listens in. Used by compose.ts alone.

import { type JoinedNetwork, joinNetwork, type NetworkOptions } from './compose-network.ts';
import { createServerControl, type ServerControl } from './core/server-control.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import type { Acting } from './lib/acting.ts';
import type { SettingsBook } from './settings/settings-book.ts';

type ServerOptions = Omit<Parameters<typeof createGateway>[0], 'settings' | 'machineAddresses'> &
  Omit<NetworkOptions, 'gateway' | 'server'> & {
    readonly settings: SettingsBook;
    readonly acting: Pick<Acting, 'outside'>;
    /** Called whenever the gateway listens anew; must not fail. */
    readonly onListening: () => Promise<void>;
    /** How long running requests have when the server stops, in milliseconds. */
    readonly drainMs: number;
  };

export function joinServer(options: ServerOptions): {
  readonly gateway: Gateway;
  readonly server: ServerControl;
  readonly network: JoinedNetwork;
} {
  const { lifetime, onChange, drainMs, settings, clock, log } = options;
  const gateway = createGateway({
    ...options,
    settings: settings.get,
    machineAddresses: () => Object.values(network.read()).flatMap((list) => list?.map(({ address }) => address) ?? []),
    // Found out during a request, on a listener that somebody's call may have opened: it is neither's doing.
    onForwarded: () => options.acting.outside(network.exposure.changed),
  });
  lifetime.own('gateway', gateway.close);
  const server = createServerControl({
    async listenOn(hosts, port) {
      await gateway.listenOn(hosts, port);
      await options.onListening();
    },
    adjustTo: gateway.adjustTo,
    lookUpHosts: () => network.lookUpHosts(),
    stopListening: gateway.stop,
    urls: gateway.urls,
    running: gateway.running,
    queued: gateway.queued,
    wanted: () => ({ ...network.resolved(), port: settings.get()['server.port'] }),
    clock,
    log,
    onChange,
    drainMs,
  });
  lifetime.own('server', server.stop);
  const network = joinNetwork({ ...options, gateway, server });
  return { gateway, server, network };
}
