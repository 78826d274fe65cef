// The data plane as a whole: listeners, pipeline and running requests under one roof. Started, moved and stopped by core;
// knows nothing of who asks it to.

import { createConnectionLimits } from './connection-limits.ts';
import { createListener, type ListenAddress, urlOf } from './listener.ts';
import { createLockout, type Lockout } from './lockout.ts';
import { createPipeline } from './pipeline.ts';
import type { GatewayPorts } from './ports.ts';
import { createRunningRequests } from './running.ts';
import { offersSocket } from './socket/upgrade.ts';

export type Gateway = {
  /** Listens on these addresses, moving there if it listens already. @throws `port_in_use`, `address_unavailable` */
  readonly listenOn: (hosts: readonly string[], port: number) => Promise<readonly ListenAddress[]>;
  readonly urls: () => readonly string[];
  readonly addresses: () => readonly ListenAddress[];
  /** Takes no new requests, waits for the running ones at most `drainMs`, then ends them in their dialect. */
  readonly stop: (drainMs: number) => Promise<void>;
  /** How many requests run now. */
  readonly running: () => number;
  /** To be called when a key changed: ends its running requests if it may no longer be used. */
  readonly keyChanged: (keyId: string) => void;
  readonly lockout: Pick<Lockout, 'list' | 'unlock'>;
  readonly close: () => void;
};

const lastWordsMs = 1_000;

export function createGateway(
  ports: GatewayPorts & { readonly upstreamFailed: (upstreamId: string, reason: string) => void },
): Gateway {
  const running = createRunningRequests(ports);
  const lockout = createLockout(ports);
  const pipeline = createPipeline({ ...ports, running, lockout });
  const { sockets } = pipeline;
  const limits = createConnectionLimits(ports);
  const upgrades = { offered: offersSocket, take: sockets.upgrade };
  const listener = createListener(pipeline.handle, { limits, settings: ports.settings, upgrades });

  async function stop(drainMs: number): Promise<void> {
    await listener.stopAccepting();
    sockets.look();
    await within(drainMs, running.idle());
    running.endAll('server_stopping');
    // What was refused just now still has to get its answer out.
    await within(lastWordsMs, running.idle());
    sockets.destroy();
    listener.destroy();
  }

  return {
    async listenOn(hosts, port) {
      const addresses = await listener.moveTo(hosts, port);
      sockets.look();
      return addresses;
    },
    addresses: listener.addresses,
    urls: () => [...new Set(listener.addresses().map(urlOf))],
    stop,
    running: () => running.count(),
    keyChanged(keyId) {
      running.keyChanged(keyId);
      sockets.keyChanged(keyId);
    },
    lockout,
    close() {
      limits.close();
      pipeline.close();
    },
  };
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
