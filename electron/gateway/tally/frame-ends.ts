// Where a stream's frames end: at a blank line (server-sent events, WHATWG HTML §9.2) or at a line feed (NDJSON). Holds the
// few flags that carry over from one chunk to the next, and no bytes. Knows nothing of what is inside a frame.

export type FrameEnds = {
  /** Where the frames of the next chunk begin: behind the second half of a line end that was cut in two. */
  readonly begin: (bytes: Buffer) => number;
  /** Where the frame that holds `from` ends in these bytes, its end mark not included; -1 when it does not end there. */
  readonly next: (bytes: Buffer, from: number) => number;
  /** Where the frame after the one that `next` found begins. */
  readonly resume: () => number;
  /** Nothing of a further frame has been seen. */
  readonly atBoundary: () => boolean;
  /** Whether bytes that begin at a boundary end at one too, as far as their last bytes tell; false when in doubt. */
  readonly closes: (bytes: Buffer) => boolean;
};

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Server-sent events: lines end with \n, \r\n or \r, and a blank line ends an event. */
export function sseEnds(): FrameEnds {
  let lineEmpty = true;
  let eventEmpty = true;
  let afterReturn = false;
  let resumeAt = 0;
  return {
    begin(bytes) {
      if (!afterReturn || !eventEmpty || bytes[0] !== lineFeed) return 0;
      afterReturn = false;
      return 1;
    },
    next(bytes, from) {
      const end = bytes.length;
      for (let at = from; at < end; at += 1) {
        const lineStart = at;
        at = findLineEnd(bytes, at);
        if (at > lineStart) lineEmpty = eventEmpty = afterReturn = false;
        if (at === end) return -1;
        const byte = bytes[at];
        const secondHalf = byte === lineFeed && afterReturn;
        afterReturn = byte === carriageReturn;
        if (secondHalf) continue;
        if (lineEmpty) {
          eventEmpty = true;
          resumeAt = at + 1;
          if (afterReturn && bytes[resumeAt] === lineFeed) {
            resumeAt += 1;
            afterReturn = false;
          }
          return at;
        }
        lineEmpty = true;
      }
      return -1;
    },
    resume: () => resumeAt,
    atBoundary: () => eventEmpty,
    closes(bytes) {
      const end = bytes.length;
      if (end < 4 || bytes[end - 1] !== lineFeed) return false;
      const before = bytes[end - 2];
      return before === lineFeed || (before === carriageReturn && bytes[end - 3] === lineFeed);
    },
  };
}

function findLineEnd(bytes: Buffer, from: number): number {
  const end = bytes.length;
  let at = from;
  while (at < end && bytes[at] !== lineFeed && bytes[at] !== carriageReturn) at += 1;
  return at;
}

/** NDJSON: every line feed ends a line; a carriage return before it is whitespace to JSON. */
export function lineEnds(): FrameEnds {
  let lineEmpty = true;
  let resumeAt = 0;
  return {
    begin: () => 0,
    next(bytes, from) {
      const at = bytes.indexOf(lineFeed, from);
      if (at === -1) {
        if (from < bytes.length) lineEmpty = false;
      } else {
        lineEmpty = true;
        resumeAt = at + 1;
      }
      return at;
    },
    resume: () => resumeAt,
    atBoundary: () => lineEmpty,
    closes: (bytes) => bytes[bytes.length - 1] === lineFeed,
  };
}
