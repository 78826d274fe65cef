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
  /** Goes along with addresses that came and went, and leaves the others alone. False while some cannot be had. */
  readonly follow: () => Promise<boolean>;
  /** Why some addresses of interfaces cannot be listened on, one sentence each. */
  readonly troubles: () => readonly string[];
  readonly state: () => ServerState;
};

export type Wanted = { readonly must: readonly string[]; readonly may: readonly string[]; readonly port: number };

export type ServerControlPorts = {
  /** Looks up names among the hosts, before `wanted` is asked. @throws KeyhatchError `address_unavailable` */
  readonly lookUpHosts: () => Promise<void>;
  readonly listenOn: (hosts: readonly string[], port: number) => Promise<unknown>;
  /** Lets go of what is not among these and adds what is new; answers with why some cannot be had. */
  readonly adjustTo: (hosts: readonly string[], port: number) => Promise<readonly unknown[]>;
  readonly stopListening: (drainMs: number) => Promise<void>;
  readonly urls: () => readonly string[];
  readonly running: () => number;
  readonly queued: () => number;
  /** `must`: each of them or none at all; `may`: what interfaces have now. */
  readonly wanted: () => Wanted;
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
  let troubles: readonly string[] = [];
  let at: Wanted | undefined;
  // One at a time: a stop during a start waits for it, and the other way round.
  const inTurn = createTurns();

  function enter(next: ServerState['state']): void {
    state = next;
    ports.onChange();
  }

  async function listen(): Promise<void> {
    await ports.lookUpHosts();
    const { must, may, port } = ports.wanted();
    // Where any port would do, clients know the one that it is.
    const next = { must, may, port: port || portNow() };
    const before = at;
    await ports.listenOn(next.must, next.port);
    const failures = await adjustTo(next);
    if (ports.urls().length === 0 && failures.length > 0) {
      if (before) await ports.listenOn(before.must, before.port).then(() => adjustTo(before));
      throw failures[0];
    }
    at = { ...next, port: portNow() || next.port };
    ports.log.info('the gateway listens', { urls: ports.urls() });
  }

  async function adjustTo({ must, may, port }: Wanted): Promise<readonly unknown[]> {
    const failures = await ports.adjustTo([...must, ...may], port);
    const sentences = failures.map(sentenceOf);
    if (sentences.join() !== troubles.join()) {
      for (const trouble of sentences) ports.log.warn('an address cannot be listened on', { trouble });
    }
    troubles = sentences;
    return failures;
  }

  function portNow(): number {
    const [url] = ports.urls();
    return url ? Number(new URL(url).port) : (at?.port ?? 0);
  }

  async function follow(): Promise<boolean> {
    if (state !== 'running') return true;
    const { must, may, port } = ports.wanted();
    // Those that were named as they are stay: they come back by themselves, or were given up for the old ones.
    at = { must: at?.must ?? must, may, port: port || portNow() };
    const [before, old] = [ports.urls().join(), troubles.join()];
    const failures = await adjustTo(at);
    if (ports.urls().join() !== before) ports.log.info('the gateway listens', { urls: ports.urls() });
    if (ports.urls().join() !== before || troubles.join() !== old) ports.onChange();
    return failures.length === 0;
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
    reason = sentenceOf(error);
    at = undefined;
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
    troubles = [];
    enter('stopped');
    ports.log.info('the gateway has stopped');
  }

  return {
    start: () => inTurn(start),
    stop: () => inTurn(stop),
    rebind: () => inTurn(rebind),
    follow: () => inTurn(follow),
    troubles: () => troubles,
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

function sentenceOf(error: unknown): string {
  return error instanceof KeyhatchError ? error.message : 'it could not begin to listen; the log says why';
}
