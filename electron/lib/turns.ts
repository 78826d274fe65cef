// Pieces of work that run one after the other, in the order they were asked for.

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs each piece of work when the one before it has ended, well or not. */
export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}
