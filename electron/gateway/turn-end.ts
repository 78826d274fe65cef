// Puts work off to the end of this turn of the event loop, when every socket that was ready has been read. Writes that go
// out together wake their peer once: one at a time, waking it costs more than the gateway's own work (bench, 2026-11).

/**
 * Does `act` with everything that was put off in one turn, in the order it came. `act` must not throw.
 * @param isAlone whether nothing else can come in this turn: then only what is under way is waited for, because a longer
 *   way through the event loop would be all that a lone request gets for it
 */
export function createTurnEnd<Item>(act: (item: Item) => void, isAlone: () => boolean): (item: Item) => void {
  let waiting: Item[] = [];
  const actOnAll = () => {
    const items = waiting;
    waiting = [];
    for (const item of items) act(item);
  };
  return (item) => {
    if (waiting.push(item) > 1) return;
    if (isAlone()) process.nextTick(actOnAll);
    else setImmediate(actOnAll);
  };
}
