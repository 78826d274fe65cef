// Who is behind what runs now: set where a call comes in, and found again wherever that call leads to, so that the history
// can say so without every function on the way being told.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from '../../shared/history-model.ts';
import type { Caller } from '../../shared/people-model.ts';

export type Acting = {
  /** Runs `work`, and all that follows from it, in somebody's name. */
  readonly as: <Result>(actor: Actor, work: () => Result) => Result;
  /**
   * Runs `work`, and all that follows from it, in nobody's name: for what begins in the middle of somebody's call and is not
   * theirs.
   */
  readonly outside: <Result>(work: () => Result) => Result;
  /** Who it is; automatic where it is nobody. */
  readonly current: () => Actor;
};

/** What a transport hands to the router with every call. */
export type CallContext = {
  readonly actor?: Actor;
  /** Without one nothing is allowed. */
  readonly caller?: Caller;
};

export function createActing(): Acting {
  const storage = new AsyncLocalStorage<Actor>();
  const nobody: Actor = { kind: 'automatic', detail: null };
  return {
    as: (actor, work) => storage.run(actor, work),
    outside: (work) => storage.run(nobody, work),
    current: () => storage.getStore() ?? nobody,
  };
}
