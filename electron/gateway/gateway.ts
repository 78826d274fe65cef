// The data plane as a whole: listeners, pipeline and running requests under one roof. Started, moved and stopped by core;
// knows nothing of who asks it to.

import type { BudgetState, LimitStates } from '../../shared/limit-model.ts';
import type { RunningRequest } from '../../shared/running-model.ts';
import { createFailureNote } from '../lib/tls-port.ts';
import { checkRequests, checkRoom } from './admit.ts';
import { createBudgetCalendar } from './budget-calendar.ts';
import { createConnectionLimits } from './connection-limits.ts';
import { type BudgetOwner, createKeyLimits } from './key-limits.ts';
import { createListener, type ListenAddress, urlOf } from './listener.ts';
import { createLockout, type Lockout } from './lockout.ts';
import { createPipeline } from './pipeline.ts';
import { createPlaces, type Places } from './places.ts';
import type { GatewayKey, GatewayPorts } from './ports.ts';
import { makeRequestId } from './request-id.ts';
import { checkHoldings } from './reserve.ts';
import { createRunningRequests } from './running.ts';
import { type ReplayOrder, sendInside } from './send-inside.ts';
import { offersSocket } from './socket/upgrade.ts';

export type Gateway = {
  /** Listens on these addresses, moving there if it listens already. @throws `port_in_use`, `address_unavailable` */
  readonly listenOn: (hosts: readonly string[], port: number) => Promise<readonly ListenAddress[]>;
  readonly urls: () => readonly string[];
  readonly addresses: () => readonly ListenAddress[];
  /** Takes no new requests, waits for the running ones at most `drainMs`, then ends them in their dialect. */
  readonly stop: (drainMs: number) => Promise<void>;
  /** How many requests run now, without those that wait in line. */
  readonly running: () => number;
  /** Which those are, newest first; at most the newest hundred. */
  readonly runningList: () => RunningRequest[];
  /** Sends a request of the owner's through the pipeline. @returns its id, at once: how it ends stands in its row */
  readonly replay: (order: Omit<ReplayOrder, 'id'>) => string;
  readonly queued: () => number;
  /** How many requests a model server answers now, and how many wait for it. */
  readonly placesAt: Places['at'];
  /** Every limit of a key and what is left of it. */
  readonly limitsOf: (key: GatewayKey) => LimitStates;
  /** How somebody's budgets stand. */
  readonly budgetsOf: (owner: BudgetOwner) => BudgetState[];
  /** What one more request of this key would meet of its limits now; counts nothing. @throws KeyhatchError */
  readonly checkLimits: (key: GatewayKey) => void;
  /** The same of its tokens and budgets, with this model. */
  readonly checkBudgets: (key: GatewayKey, model: string | undefined) => void;
  /** To be called when upstreams were added or changed: they may take more at once than before. */
  readonly upstreamsChanged: () => void;
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
  const calendar = createBudgetCalendar(() => ports.settings()['usage.timeZone']);
  const limits = createKeyLimits({ ...ports, calendar });
  const places = createPlaces(ports);
  const pipeline = createPipeline({ ...ports, running, calendar, limits, places, lockout });
  const { sockets } = pipeline;
  const connectionLimits = createConnectionLimits(ports);
  const upgrades = { offered: offersSocket, take: sockets.upgrade };
  const listener = createListener(pipeline.handle, {
    limits: connectionLimits,
    settings: ports.settings,
    upgrades,
    encryption: { isOn: () => ports.tls.mode() !== 'off', credentials: ports.tls.credentials },
    noteFailure: createFailureNote(ports),
  });

  async function stop(drainMs: number): Promise<void> {
    await listener.stopAccepting();
    places.refuseAll();
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
    urls: () => [...new Set(listener.addresses().map((address) => urlOf(address, ports.tls.mode())))],
    stop,
    runningList: running.list,
    replay(order) {
      const id = makeRequestId(ports.clock.now());
      void sendInside({ ...order, id }, pipeline.handle);
      return id;
    },
    running: () => running.count() - places.queued(),
    queued: () => places.queued(),
    placesAt: places.at,
    limitsOf: (key) => ({
      ...limits.states(key),
      parallel: { limit: key.limits.parallel, running: running.count(key.id) },
      waiting: places.queued(key.id),
    }),
    budgetsOf: limits.budgetStates,
    checkLimits(key) {
      checkRoom(key, running);
      checkRequests(key, { limits, counters: ports.counters });
    },
    checkBudgets: (key, model) => checkHoldings(key, model, { ...ports, limits, calendar }),
    upstreamsChanged: places.look,
    keyChanged(keyId) {
      running.keyChanged(keyId);
      sockets.keyChanged(keyId);
      places.keyChanged(keyId);
      if (!ports.keys.get(keyId)) ports.counters.forget({ kind: 'key', id: keyId });
    },
    lockout,
    close() {
      connectionLimits.close();
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
