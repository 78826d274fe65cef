// The data plane as a whole: listeners, pipeline and running requests under one roof. Started, moved and stopped by core;
// knows nothing of who asks it to.

import type { BudgetState, LimitStates } from '../../shared/limit-model.ts';
import type { RunningRequest } from '../../shared/running-model.ts';
import { createFailureNote } from '../lib/tls-port.ts';
import { checkRequests, checkRoom } from './admit.ts';
import { createBudgetCalendar } from './budget-calendar.ts';
import { createConnectionLimits } from './connection-limits.ts';
import { createForwardedNotes, type ForwardedNotes } from './forwarded-notes.ts';
import { type BudgetOwner, createKeyLimits } from './key-limits.ts';
import { endOfPass } from './keyless.ts';
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
import { createWeakBrake, type WeakBrake } from './weak-brake.ts';

/** The port whose requests without a key count as those of one; listens while the gateway does. */
export type SecondPort = {
  /** Listens on these addresses alone, or on none. @throws `port_in_use`, `address_unavailable`; then it stays */
  readonly listenOn: (hosts: readonly string[], port: number) => Promise<void>;
  /** As the gateway's own. */
  readonly adjustTo: Gateway['adjustTo'];
  readonly close: () => Promise<void>;
  readonly urls: () => readonly string[];
};

export type Gateway = {
  /** Listens on these addresses, moving there if it listens already. @throws `port_in_use`, `address_unavailable` */
  readonly listenOn: (hosts: readonly string[], port: number) => Promise<readonly ListenAddress[]>;
  /** Lets go of what is not among these and adds what is new; what stays is not touched. @returns why some cannot be had */
  readonly adjustTo: (hosts: readonly string[], port: number) => Promise<readonly unknown[]>;
  readonly secondPort: SecondPort;
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
  /** To be called when a way in or a token ended: so do the requests that it let in. */
  readonly passesChanged: () => void;
  readonly lockout: Pick<Lockout, 'list' | 'unlock'>;
  /** For every door at which keys are looked up: guesses at one count at all. */
  readonly weakBrake: Pick<WeakBrake, 'refusal' | 'missed'>;
  /** What was passed on by tunnels and proxies within the last hour. */
  readonly forwarded: ForwardedNotes['now'];
  readonly close: () => void;
};

const lastWordsMs = 1_000;

export function createGateway(
  ports: GatewayPorts & {
    readonly upstreamFailed: (upstreamId: string, reason: string) => void;
    /** Told when requests begin to come through a tunnel or a proxy. */
    readonly onForwarded?: () => void;
  },
): Gateway {
  const running = createRunningRequests(ports);
  const lockout = createLockout(ports);
  const weakBrake = createWeakBrake(ports.clock);
  const forwarded = createForwardedNotes({ clock: ports.clock, onFirst: () => ports.onForwarded?.() });
  const calendar = createBudgetCalendar(() => ports.settings()['usage.timeZone']);
  const limits = createKeyLimits({ ...ports, calendar });
  const places = createPlaces(ports);
  const pipeline = createPipeline({ ...ports, running, calendar, limits, places, lockout, weakBrake, forwarded });
  const { sockets } = pipeline;
  const connectionLimits = createConnectionLimits(ports);
  const upgrades = { offered: offersSocket, take: sockets.upgrade };
  const listening = {
    limits: connectionLimits,
    settings: ports.settings,
    encryption: { isOn: () => ports.tls.mode() !== 'off', credentials: ports.tls.credentials },
    noteFailure: createFailureNote(ports),
  };
  const urlNow = (address: ListenAddress) => urlOf(address, ports.tls.mode());
  const listener = createListener(pipeline.handle, { ...listening, upgrades });
  const bySecondPort = { bySecondPort: true } as const;
  const second = createListener(
    (req, res, expectsContinue, onCut) => pipeline.handle(req, res, expectsContinue, onCut, bySecondPort),
    {
      ...listening,
      upgrades: { ...upgrades, take: (...asked) => sockets.upgrade(...asked, bySecondPort) },
    },
  );

  // The server may have stopped while the second port began to listen.
  async function stopSecondWithServer(): Promise<void> {
    if (listener.addresses().length === 0) await second.stopAccepting();
  }

  async function stop(drainMs: number): Promise<void> {
    await Promise.all([listener.stopAccepting(), second.stopAccepting()]);
    places.refuseAll();
    sockets.look();
    await within(drainMs, running.idle());
    running.endAll('server_stopping');
    // What was refused just now still has to get its answer out.
    await within(lastWordsMs, running.idle());
    sockets.destroy();
    listener.destroy();
    second.destroy();
  }

  return {
    async listenOn(hosts, port) {
      const addresses = await listener.moveTo(hosts, port);
      sockets.look();
      return addresses;
    },
    async adjustTo(hosts, port) {
      const failures = await listener.adjustTo(hosts, port);
      sockets.look();
      return failures;
    },
    secondPort: {
      async listenOn(hosts, port) {
        await second.moveTo(hosts, port);
        await stopSecondWithServer();
        sockets.look();
      },
      async adjustTo(hosts, port) {
        const failures = await second.adjustTo(hosts, port);
        await stopSecondWithServer();
        sockets.look();
        return failures;
      },
      async close() {
        await second.stopAccepting();
        sockets.look();
      },
      urls: () => [...new Set(second.addresses().map(urlNow))],
    },
    addresses: listener.addresses,
    urls: () => [...new Set(listener.addresses().map(urlNow))],
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
    passesChanged() {
      running.endWhere((caller) => endOfPass(caller, ports));
      sockets.look();
    },
    lockout,
    weakBrake,
    forwarded: forwarded.now,
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
