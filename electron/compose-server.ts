// The part of composing that joins the gateway and the server that people start and stop around it. Used by compose.ts alone.

import { networkInterfaces } from 'node:os';
import { createServerControl, type ServerControl } from './core/server-control.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import type { Lifetime } from './lib/lifetime.ts';

type ServerOptions = Omit<Parameters<typeof createGateway>[0], 'machineAddresses'> & {
  readonly lifetime: Lifetime;
  readonly onChange: () => void;
  /** Called whenever the gateway listens anew; must not fail. */
  readonly onListening: () => Promise<void>;
  /** How long running requests have when the server stops, in milliseconds. */
  readonly drainMs: number;
};

export function joinServer(options: ServerOptions): { readonly gateway: Gateway; readonly server: ServerControl } {
  const { lifetime, onChange, onListening, drainMs, ...ports } = options;
  const { settings, clock, log } = ports;
  const gateway = createGateway({ ...ports, machineAddresses });
  lifetime.own('gateway', gateway.close);
  const server = createServerControl({
    async listenOn(hosts, port) {
      await gateway.listenOn(hosts, port);
      await onListening();
    },
    stopListening: gateway.stop,
    urls: gateway.urls,
    running: gateway.running,
    queued: gateway.queued,
    wanted: () => ({ hosts: settings()['server.hosts'], port: settings()['server.port'] }),
    clock,
    log,
    onChange,
    drainMs,
  });
  lifetime.own('server', server.stop);
  return { gateway, server };
}

function machineAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []);
}
