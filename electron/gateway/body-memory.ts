// The memory that all request bodies in flight may hold together. A body takes its bytes as they arrive and gives them
// back once, when the upstream has them or the exchange is over.

import { KeyhatchError } from '../../shared/errors.ts';

export type BodyMemory = {
  /** Takes `bytes` more, or throws `memory_full`. */
  readonly take: (bytes: number) => void;
  /** Gives a part of it back that turned out not to be a body. */
  readonly giveBack: (bytes: number) => void;
  /** Gives everything back; further calls do nothing. */
  readonly give: () => void;
};

export type BodyBudget = {
  readonly open: () => BodyMemory;
  /** Bytes held at the moment. */
  readonly held: () => number;
};

/** @param limitBytes asked on every take, so that a changed setting acts at once */
export function createBodyBudget(limitBytes: () => number): BodyBudget {
  let heldBytes = 0;
  return {
    open() {
      let mine = 0;
      return {
        take(bytes) {
          if (heldBytes + bytes > limitBytes()) throw new KeyhatchError('memory_full');
          heldBytes += bytes;
          mine += bytes;
        },
        giveBack(bytes) {
          const part = Math.min(bytes, mine);
          heldBytes -= part;
          mine -= part;
        },
        give() {
          heldBytes -= mine;
          mine = 0;
        },
      };
    },
    held: () => heldBytes,
  };
}
