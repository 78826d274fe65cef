// Reads HTTP/1.1 answers from the raw bytes of a connection, one after the other, at a small part of what node:http costs,
// so that the load generator does not compete with what it measures. Takes only what the benchmark's contestants send.

export type AnswerEvents = {
  readonly onHead: (status: number) => void;
  /** A part of the body without its framing; the bytes are good until it returns. */
  readonly onBody: (bytes: Buffer, from: number, to: number) => void;
  readonly onEnd: () => void;
};

/** @throws Error on anything that is not a whole answer with a length or in chunks */
export type AnswerReader = (bytes: Buffer) => void;

const lineFeed = 0x0a;

type State = 'head' | 'length' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer';

export function createAnswerReader(events: AnswerEvents): AnswerReader {
  let state: State = 'head';
  let line = '';
  let left = 0;

  /** Takes up to the next line feed; undefined until the line is whole. */
  function takeLine(bytes: Buffer, from: number): { readonly text: string; readonly next: number } | undefined {
    const end = bytes.indexOf(lineFeed, from);
    line += bytes.toString('latin1', from, end === -1 ? bytes.length : end + 1);
    if (end === -1) return undefined;
    const text = line;
    line = '';
    return { text, next: end + 1 };
  }

  function takeHead(bytes: Buffer, from: number): number {
    const end = bytes.indexOf('\r\n\r\n', from, 'latin1');
    // A head that comes in two parts is rare enough to be put together line by line.
    const head = line + bytes.toString('latin1', from, end === -1 ? bytes.length : end + 4);
    const joined = end === -1 ? head.indexOf('\r\n\r\n') : head.length - 4;
    if (joined === -1) {
      line = head;
      return bytes.length;
    }
    const next = from + joined + 4 - line.length;
    line = '';
    begin(head.slice(0, joined + 2));
    return next;
  }

  function begin(head: string): void {
    const status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 ')) throw new Error('this is no HTTP/1.1 answer');
    if (length !== undefined) {
      state = 'length';
      left = Number(length);
    } else if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) {
      state = 'chunk-size';
    } else {
      throw new Error(`an answer without a length, status ${status}`);
    }
    events.onHead(status);
    if (state === 'length' && left === 0) end();
  }

  function end(): void {
    state = 'head';
    events.onEnd();
  }

  function takeBody(bytes: Buffer, from: number): number {
    const to = Math.min(bytes.length, from + left);
    left -= to - from;
    events.onBody(bytes, from, to);
    if (left === 0 && state === 'chunk') state = 'chunk-end';
    else if (left === 0) end();
    return to;
  }

  function takeFraming(bytes: Buffer, from: number): number {
    const taken = takeLine(bytes, from);
    if (!taken) return bytes.length;
    if (state === 'chunk-end') {
      state = 'chunk-size';
    } else if (state === 'chunk-size') {
      left = Number.parseInt(taken.text, 16);
      if (!Number.isSafeInteger(left)) throw new Error('a chunk without a size');
      state = left === 0 ? 'trailer' : 'chunk';
    } else if (taken.text === '\r\n') {
      end();
    }
    return taken.next;
  }

  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (state === 'head') at = takeHead(bytes, at);
      else if (state === 'length' || state === 'chunk') at = takeBody(bytes, at);
      else at = takeFraming(bytes, at);
    }
  };
}
