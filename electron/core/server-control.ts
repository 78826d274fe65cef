// Starts and stops the gateway's listening, and moves it when its address changes. Says the present state and why it is
// so; never cuts a running stream that could go on.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Status } from '../../shared/model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createTurns } from '../lib/turns.ts';

export type ServerState = Omit<Status['server'], 'reachable'>;

export type ServerControl = {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Listens on the addresses that the settings now name, if the server runs. On failure it stays where it was. */
  readonly move: () => Promise<void>;
  /** Listens anew on the same addresses, if the server runs: sleep may have taken them away. On failure it has failed. */
  readonly rebind: () => Promise<void>;
  readonly state: () => ServerState;
};

export type ServerControlPorts = {
  readonly listenOn: (hosts: readonly string[], port: number) => Promise<unknown>;
  readonly stopListening: (drainMs: number) => Promise<void>;
  readonly urls: () => readonly string[];
  readonly running: () => number;
  readonly queued: () => number;
  readonly wanted: () => { readonly hosts: readonly string[]; readonly port: number };
  /** Told whenever the state is another one. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly log: Log;
  /** How long running requests may go on after a stop, in milliseconds. */
  readonly drainMs: number;
};

export function createServerControl(ports: ServerControlPorts): ServerControl {
  let state: ServerState['state'] = 'stopped';
  let startedAt: number | null = null;
  let reason: string | null = null;
  // One at a time: a stop during a start waits for it, and the other way round.
  const inTurn = createTurns();

  function enter(next: ServerState['state']): void {
    state = next;
    ports.onChange();
  }

  async function listen(): Promise<void> {
    const { hosts, port } = ports.wanted();
    // Where any port would do, clients know the one that it is.
    const [url] = ports.urls();
    await ports.listenOn(hosts, port || Number(url ? new URL(url).port : 0));
    ports.log.info('the gateway listens', { urls: ports.urls() });
  }

  async function start(): Promise<void> {
    if (state === 'running') return;
    reason = null;
    enter('starting');
    try {
      await listen();
      startedAt = ports.clock.now();
      enter('running');
    } catch (error) {
      fail(error);
    }
  }

  function fail(error: unknown): never {
    reason = error instanceof KeyhatchError ? error.message : 'it could not begin to listen; the log says why';
    startedAt = null;
    enter('failed');
    throw error;
  }

  async function rebind(): Promise<void> {
    if (state !== 'running') return;
    try {
      await listen();
    } catch (error) {
      // Of the old sockets nobody knows which ones are left.
      await ports.stopListening(ports.drainMs);
      fail(error);
    }
    ports.onChange();
  }

  async function stop(): Promise<void> {
    if (state !== 'running') return;
    enter('stopping');
    await ports.stopListening(ports.drainMs);
    startedAt = null;
    enter('stopped');
    ports.log.info('the gateway has stopped');
  }

  return {
    start: () => inTurn(start),
    stop: () => inTurn(stop),
    rebind: () => inTurn(rebind),
    move: () =>
      inTurn(async () => {
        if (state === 'running') await listen().finally(ports.onChange);
      }),
    state: () => ({
      state,
      urls: [...ports.urls()],
      startedAt,
      reason,
      running: ports.running(),
      queued: ports.queued(),
    }),
  };
}
