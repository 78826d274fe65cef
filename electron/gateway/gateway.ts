// The data plane as a whole: listeners, pipeline and running requests under one roof. Started, moved and stopped by core;
// knows nothing of who asks it to.

import { createListener, type ListenAddress, urlOf } from './listener.ts';
import { createPipeline } from './pipeline.ts';
import type { GatewayPorts } from './ports.ts';
import { createRunningRequests } from './running.ts';

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
  readonly close: () => void;
};

export function createGateway(
  ports: GatewayPorts & { readonly upstreamFailed: (upstreamId: string, reason: string) => void },
): Gateway {
  const running = createRunningRequests(ports);
  const pipeline = createPipeline({ ...ports, running });
  const listener = createListener(pipeline.handle);

  async function stop(drainMs: number): Promise<void> {
    await listener.stopAccepting();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainMs);
    });
    await Promise.race([running.idle(), late]);
    clearTimeout(timer);
    running.endAll('server_stopping');
    listener.destroy();
  }

  return {
    listenOn: listener.moveTo,
    addresses: listener.addresses,
    urls: () => [...new Set(listener.addresses().map(urlOf))],
    stop,
    running: () => running.count(),
    keyChanged: running.keyChanged,
    close: pipeline.close,
  };
}
