// What cannot be taken back easily may need that one says again who one is. Whichever call meets that, this is where it waits
// for the one dialog that asks, and is then made once more.

import { KeyhatchError } from '../../shared/errors.ts';

export type ProofGate = {
  /** Whether somebody waits for an answer. */
  readonly asked: () => boolean;
  readonly subscribe: (listener: () => void) => () => void;
  /** What the dialog came to. */
  readonly settle: (proved: boolean) => void;
  /** For a transport: makes the call, and after a proof once more. */
  readonly through: <Output>(call: { readonly next: () => Promise<Output> }) => Promise<Output>;
};

export function createProofGate(): ProofGate {
  const listeners = new Set<() => void>();
  let waiting: PromiseWithResolvers<boolean> | undefined;

  function wait(next: PromiseWithResolvers<boolean> | undefined): void {
    waiting = next;
    for (const listener of [...listeners]) listener();
  }

  /** Several calls at once are one question. */
  function ask(): Promise<boolean> {
    if (!waiting) wait(Promise.withResolvers<boolean>());
    return waiting?.promise ?? Promise.resolve(false);
  }

  return {
    asked: () => waiting !== undefined,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    settle(proved) {
      waiting?.resolve(proved);
      wait(undefined);
    },
    async through({ next }) {
      try {
        return await next();
      } catch (error) {
        if (!(error instanceof KeyhatchError) || error.code !== 'proof_required') throw error;
        if (await ask()) return next();
        throw error;
      }
    },
  };
}
