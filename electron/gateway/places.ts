// Places at model servers: as many requests at once as each of them takes, and one line for all who find none free. A place
// is given back once; who leaves, is ended or waits too long leaves the line at once. Holds nothing of a waiting request
// but what it holds already.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Authorized, callerIdOf, endedError } from './exchange.ts';
import { createFairLine, type Spot } from './fair-line.ts';
import type { GatewayUpstream, KeyRegistry, UpstreamRegistry } from './ports.ts';
import { waitAdvice } from './wait-advice.ts';

export type Place = {
  /** Once; later calls do nothing. */
  readonly release: () => void;
  /** Gives this place up for one at another upstream. @throws KeyhatchError as `enter` */
  readonly moveTo: (upstream: GatewayUpstream) => Promise<void>;
};

export type Entered = { readonly upstream: GatewayUpstream; readonly place: Place; readonly queuedMs: number };

export type Places = {
  /**
   * A place at the first of the candidates that has one, or else, after waiting, at the one where it comes free.
   * @throws KeyhatchError `queue_full`, `client_gone`, `key_paused`, and what ends running requests
   */
  readonly enter: (exchange: Authorized) => Entered | Promise<Entered>;
  /** To be called when a key changed: a paused one waits for nothing. */
  readonly keyChanged: (keyId: string) => void;
  /** To be called when upstreams may take more at once than before. */
  readonly look: () => void;
  readonly refuseAll: () => void;
  readonly at: (upstreamId: string) => { readonly running: number; readonly queued: number };
  /** Of one key, or all that wait. */
  readonly queued: (keyId?: string) => number;
};

export type PlacePorts = {
  readonly settings: () => Settings;
  readonly keys: Pick<KeyRegistry, 'get'>;
  readonly upstreams: UpstreamRegistry;
  readonly clock: Clock;
  readonly log: Log;
};

type Waiter = {
  readonly exchange: Authorized;
  readonly candidates: readonly GatewayUpstream[];
  readonly grant: (upstream: GatewayUpstream) => void;
  readonly refuse: (error: KeyhatchError) => void;
};

/** What a request is taken to hold its place for, before any has ended here. */
const usualHoldMs = 5_000;
/** A shorter wait is not worth a line of the log. */
const worthLoggingMs = 1_000;

export function createPlaces(ports: PlacePorts): Places {
  const { clock } = ports;
  const taken = new Map<string, number>();
  const line = createFairLine<Waiter>();
  let holdMs = usualHoldMs;

  function isFree(upstream: GatewayUpstream): boolean {
    // As it is by now: its owner may have changed how much it takes.
    const { id, parallel } = ports.upstreams.list().find((one) => one.id === upstream.id) ?? upstream;
    return parallel === null || (taken.get(id) ?? 0) < parallel;
  }

  function occupy(upstream: GatewayUpstream): GatewayUpstream {
    taken.set(upstream.id, (taken.get(upstream.id) ?? 0) + 1);
    return upstream;
  }

  function free({ id }: GatewayUpstream): void {
    taken.set(id, Math.max(0, (taken.get(id) ?? 0) - 1));
    serve();
  }

  function serve(): void {
    for (;;) {
      const spot = line.next(({ candidates }) => candidates.some(isFree));
      const upstream = spot?.item.candidates.find(isFree);
      if (!spot || !upstream) return;
      spot.item.grant(occupy(upstream));
    }
  }

  function find(exchange: Authorized, candidates: readonly GatewayUpstream[]) {
    // One that is down counts as having places only where there is no other.
    const alive = candidates.filter(({ health }) => health !== 'down');
    const eligible = alive.length > 0 ? alive : candidates;
    const upstream = eligible.find(isFree);
    return upstream ? occupy(upstream) : wait(exchange, eligible);
  }

  function wait(exchange: Authorized, candidates: readonly GatewayUpstream[]): Promise<GatewayUpstream> {
    const { res, ending, caller } = exchange;
    const settings = ports.settings();
    const since = clock.monotonic();
    const priority = caller.kind === 'key' ? caller.key.policy.priority : 'normal';
    const joining = { priority, callerId: callerIdOf(caller), atMs: since };
    if (res.destroyed) throw new KeyhatchError('client_gone');
    if (ending.reason()) throw endedError(exchange);
    makeRoom(line.rankOf(joining), settings['queue.maxWaiting'], candidates);
    return new Promise((resolve, reject) => {
      let spot: Spot<Waiter> | undefined;
      const leave = () => {
        if (spot) line.leave(spot);
        clearTimeout(timer);
        res.off('close', gone);
        ending.tell(undefined);
      };
      const refuse = (error: KeyhatchError) => {
        leave();
        reject(error);
      };
      const grant = (upstream: GatewayUpstream) => {
        leave();
        logWait(exchange, upstream, position, clock.monotonic() - since);
        resolve(upstream);
      };
      const gone = () => refuse(new KeyhatchError('client_gone'));
      const waitMs = settings['queue.maxWaitMs'];
      const timer = setTimeout(
        () => refuse(full(`no place came free in ${Math.round(waitMs / 1000)} s`, candidates)),
        waitMs,
      );
      res.on('close', gone);
      ending.tell(() => refuse(endedError(exchange)));
      spot = line.join({ exchange, candidates, grant, refuse }, joining);
      const position = line.position(spot);
    });
  }

  function logWait({ id }: Authorized, { name }: GatewayUpstream, position: number, waitedMs: number): void {
    if (waitedMs < worthLoggingMs) return;
    ports.log.info('a request waited in line', {
      request: id,
      upstream: name,
      position,
      waitedMs: Math.round(waitedMs),
    });
  }

  /** Where the line is full, whoever has the worst rank goes: the newcomer, or somebody whom it would overtake. */
  function makeRoom(rank: number, most: number, candidates: readonly GatewayUpstream[]): void {
    if (line.size() < most) return;
    const error = full(`${line.size()} requests wait in line already`, candidates);
    const last = line.last();
    if (!last || last.rank <= rank) throw error;
    last.item.refuse(error);
  }

  function full(reason: string, candidates: readonly GatewayUpstream[]): KeyhatchError {
    const upstream = candidates.map(({ name }) => name).join(', ');
    const places = candidates.reduce((sum, { parallel }) => sum + (parallel ?? 0), 0);
    const advice = waitAdvice(Math.min(59_000, (holdMs * (line.size() + 1)) / Math.max(1, places)));
    return new KeyhatchError('queue_full', { details: { upstream, reason, ...advice } });
  }

  function placeOf(exchange: Authorized, upstream: GatewayUpstream): Place {
    let at: GatewayUpstream | undefined = upstream;
    let since = clock.monotonic();
    return {
      release() {
        if (!at) return;
        holdMs = holdMs * 0.8 + (clock.monotonic() - since) * 0.2;
        const left = at;
        at = undefined;
        free(left);
      },
      async moveTo(next) {
        if (at) free(at);
        at = undefined;
        at = await find(exchange, [next]);
        since = clock.monotonic();
      },
    };
  }

  async function waited(exchange: Authorized, coming: Promise<GatewayUpstream>): Promise<Entered> {
    const since = clock.monotonic();
    const upstream = await coming;
    return { upstream, place: placeOf(exchange, upstream), queuedMs: Math.round(clock.monotonic() - since) };
  }

  return {
    enter(exchange) {
      const found = find(exchange, exchange.candidates);
      if (found instanceof Promise) return waited(exchange, found);
      return { upstream: found, place: placeOf(exchange, found), queuedMs: 0 };
    },
    keyChanged(keyId) {
      const key = ports.keys.get(keyId);
      if (key?.status !== 'paused') return;
      for (const { exchange, refuse } of line.items()) {
        if (callerIdOf(exchange.caller) === keyId)
          refuse(new KeyhatchError(key.personBar ?? 'key_paused', { details: { name: key.name } }));
      }
    },
    look: serve,
    refuseAll() {
      for (const { refuse } of line.items()) refuse(new KeyhatchError('server_stopping'));
    },
    at: (upstreamId) => ({
      running: taken.get(upstreamId) ?? 0,
      queued: line.items().filter(({ candidates }) => candidates.some(({ id }) => id === upstreamId)).length,
    }),
    queued: (keyId) =>
      keyId === undefined
        ? line.size()
        : line.items().filter(({ exchange }) => callerIdOf(exchange.caller) === keyId).length,
  };
}
