// One stretch of bytes that is added to at its end, up to a limit. Copies what it is given, so that a few bytes of an
// unfinished event never keep a whole network chunk alive, and a giant one never more than the limit.

export type GrowingBytes = {
  readonly size: () => number;
  /** Adds `source[from, to)`; false, and nothing added, when that would go past the limit. */
  readonly add: (source: Buffer, from: number, to: number) => boolean;
  /** What was added, without a copy: good until the next `add` or `clear`. */
  readonly view: () => Buffer;
  readonly clear: () => void;
};

const firstBytes = 1024;
/** Kept for the next event after a clear; more is given back. */
const keptBytes = 16 * 1024;

export function createGrowingBytes(limitBytes: number): GrowingBytes {
  let store: Buffer | undefined;
  let size = 0;
  return {
    size: () => size,
    add(source, from, to) {
      const grown = size + to - from;
      if (grown > limitBytes) return false;
      if (store === undefined || store.length < grown) {
        const wanted = Math.max(firstBytes, grown, Math.min(limitBytes, 2 * size));
        // A store of its own is a piece of memory that the collector has to give back one by one; most answers fit the first.
        const larger = wanted === firstBytes ? Buffer.allocUnsafe(wanted) : Buffer.allocUnsafeSlow(wanted);
        store?.copy(larger, 0, 0, size);
        store = larger;
      }
      source.copy(store, size, from, to);
      size = grown;
      return true;
    },
    view: () => store?.subarray(0, size) ?? Buffer.alloc(0),
    clear() {
      size = 0;
      if (store !== undefined && store.length > keptBytes) store = undefined;
    },
  };
}
