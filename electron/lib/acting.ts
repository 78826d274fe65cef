// Who is behind what runs now: set where a call comes in, and found again wherever that call leads to, so that the history
// can say so without every function on the way being told.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from '../../shared/history-model.ts';
import type { Caller } from '../../shared/people-model.ts';

export type Acting = {
  /** Runs `work`, and all that follows from it, in somebody's name. */
  readonly as: <Result>(actor: Actor, work: () => Result) => Result;
  /** Nobody: it happened by itself. */
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
  return {
    as: (actor, work) => storage.run(actor, work),
    current: () => storage.getStore() ?? { kind: 'automatic', detail: null },
  };
}
