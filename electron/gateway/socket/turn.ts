// One turn on a Responses WebSocket: runs a message through the pipeline as a request of its own, and says each event of the
// streamed answer as one text frame. What comes back as anything but a stream is said as one event. Holds no state of the
// socket; back-pressure reaches from the client's socket to the model server.

import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { KeyhatchError } from '../../../shared/errors.ts';
import { isEncrypted } from '../../lib/tls-port.ts';
import type { Handler } from '../listener.ts';
import { sseEnds } from '../tally/frame-ends.ts';
import { createFrameReader, type FrameReader } from '../tally/frame-reader.ts';
import { sseData } from '../tally/sse-data.ts';
import { errorEvent, refusalEvent } from './socket-events.ts';
import { turnRequest } from './turn-request.ts';

/** Says one event; `done` once the connection has taken it. */
export type Say = (event: string, done: (error?: Error | null) => void) => void;

export type TurnOptions = {
  readonly upgrade: IncomingMessage;
  readonly body: Buffer;
  readonly handle: Handler;
  readonly say: Say;
  /** Told once what an answer's head would say is known, before anything of it is said. */
  readonly onHead: (res: ServerResponse) => void;
};

export type Turn = {
  /** Resolves, never rejects, with the status that a plain request would have got. */
  readonly done: Promise<number>;
  /** The client has gone. */
  readonly abort: () => void;
};

/** An event or an answer in one piece that is larger cannot be said. */
const frameCapBytes = 16 * 1024 * 1024;
const headEnd = Buffer.from('\r\n\r\n');

export function startTurn({ upgrade, body, handle, say, onHead }: TurnOptions): Turn {
  let cutBy: KeyhatchError | undefined;
  const wire = wireBeside(upgrade.socket, (bytes, done) => voice.take(bytes, done));
  const res = new ServerResponse(turnRequest(upgrade, body, wire));
  const voice = createVoice(res, say, onHead);
  // Its end is the end of the connection, so that its bytes are the answer's and no framing around them.
  res.useChunkedEncodingByDefault = false;
  res.assignSocket(wire as unknown as Socket);
  // What the server does for connections of its own.
  wire.on('drain', () => res.emit('drain'));
  res.once('finish', () => wire.destroy());
  const closed = new Promise<void>((resolve) => res.once('close', resolve));
  const onCut = (error: KeyhatchError) => {
    cutBy = error;
  };
  async function run(): Promise<number> {
    await handle(res.req, res, false, onCut);
    await closed;
    const error = cutBy ?? voice.fault();
    if (error) await new Promise((resolve) => say(errorEvent(error, String(res.getHeader('x-request-id'))), resolve));
    else if (res.writableFinished) await new Promise<unknown>((resolve) => voice.end(resolve));
    return error?.status ?? res.statusCode;
  }
  return { done: run(), abort: () => wire.destroy() };
}

/** Stands for a connection of its own: writes go to `take`, and the addresses are those of the real one. */
function wireBeside(real: Socket, take: (bytes: Buffer, done: (error?: Error | null) => void) => void): Duplex {
  const wire = new Duplex({
    read() {},
    write: (chunk: Buffer, _encoding, done) => take(chunk, done),
  });
  wire.on('error', () => {});
  return Object.assign(wire, {
    remoteAddress: real.remoteAddress,
    encrypted: isEncrypted(real),
    localAddress: real.localAddress,
    resetAndDestroy: () => wire.destroy(),
  });
}

type Voice = {
  readonly take: (bytes: Buffer, done: (error?: Error | null) => void) => void;
  readonly end: (done: (error?: Error | null) => void) => void;
  /** Why it cannot say what came. */
  readonly fault: () => KeyhatchError | undefined;
};

// The bytes that a ServerResponse writes: its head, which it knows better than its bytes tell, and then the answer.
function createVoice(res: ServerResponse, say: Say, onHead: TurnOptions['onHead']): Voice {
  let head: Buffer | undefined = Buffer.alloc(0);
  let waiting: string[] = [];
  let fault: KeyhatchError | undefined;
  const whole: Buffer[] = [];
  let wholeBytes = 0;
  const isStream = () => res.statusCode === 200 && /^text\/event-stream/i.test(String(res.getHeader('content-type')));
  const tooLarge = () => {
    const details = { upstream: 'behind this socket', reason: 'an event of it is larger than 16 MiB' };
    fault ??= new KeyhatchError('upstream_broken', { details });
  };
  const events: FrameReader = createFrameReader({
    ends: sseEnds(),
    capBytes: frameCapBytes,
    wants: () => true,
    onSkipped() {},
    onOverCap: tooLarge,
    onFrame(frame) {
      const data = sseData(frame);
      if (data?.startsWith('{')) waiting.push(data);
    },
  });

  function bodyIn(bytes: Buffer): Buffer {
    if (head === undefined) return bytes;
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf(headEnd);
    if (end === -1) return Buffer.alloc(0);
    const rest = head.subarray(end + headEnd.length);
    head = undefined;
    onHead(res);
    return rest;
  }

  function flush(done: (error?: Error | null) => void): void {
    const said = waiting;
    waiting = [];
    const last = said.pop();
    for (const event of said) say(event, () => {});
    if (last === undefined) done();
    else say(last, done);
  }

  return {
    take(bytes, done) {
      const body = bodyIn(bytes);
      if (isStream()) {
        events.chunk(body);
        if (fault) {
          done(fault);
          return;
        }
      } else {
        wholeBytes += body.length;
        if (wholeBytes <= frameCapBytes) whole.push(Buffer.from(body));
      }
      flush(done);
    },
    end(done) {
      if (isStream()) events.end();
      else waiting.push(eventOf(res, Buffer.concat(whole)));
      flush(done);
    },
    fault: () => fault,
  };
}

/** An answer that is no stream: a refusal, or a response in one piece. */
function eventOf(res: ServerResponse, bytes: Buffer): string {
  const body = parsed(bytes);
  if (res.statusCode === 200) return JSON.stringify({ type: 'response.completed', response: body });
  const headers = Object.fromEntries(
    ['x-request-id', 'x-keyhatch-error', 'retry-after', 'retry-after-ms', 'x-should-retry'].flatMap((name) => {
      const value = res.getHeader(name);
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
  return refusalEvent(res.statusCode, body, headers);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
