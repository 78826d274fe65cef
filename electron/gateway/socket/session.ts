// One Responses WebSocket from its opening to its end: takes its messages one after the other, each a turn, and holds it to
// its limits: what waits, what it says amiss, how long it is silent, how long it lives. Who may do what is decided anew for
// every turn, by the pipeline.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { KeyhatchError } from '../../../shared/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { BodyBudget, BodyMemory } from '../body-memory.ts';
import { capturedHeader } from '../capture-tap.ts';
import type { Handler } from '../listener.ts';
import { bodyOfCreate } from './create-message.ts';
import { capturedEvent, errorEvent } from './socket-events.ts';
import { startTurn, type Turn } from './turn.ts';

export type SessionOptions = {
  readonly socket: WebSocket;
  readonly upgrade: IncomingMessage;
  /** Of the upgrade; each turn has one of its own. */
  readonly requestId: string;
  readonly handle: Handler;
  readonly budget: BodyBudget;
  readonly clock: Clock;
  /** Whether the address that it came in by is still listened on. */
  readonly accepting: () => boolean;
  /** Whether the head of the upgrade's answer says that what is said here is kept. */
  readonly captured: boolean;
  /** Why its caller may no longer be here, whatever it asks. */
  readonly barred: () => KeyhatchError | undefined;
};

export type Session = {
  /** Looks at whether it may stay, and ends it if not, once what runs is over. */
  readonly look: () => void;
  readonly destroy: () => void;
};

/** Messages that may wait for the one that runs. */
const mostWaiting = 4;
/** Messages that are nothing a client of this protocol sends. */
const mostAmiss = 16;
const beatMs = 30_000;
const idleMs = 15 * 60_000;
/** As long as OpenAI's live. */
const lifeMs = 60 * 60_000;
/** Answers to pings that may lie unread. */
const unreadPongBytes = 64 * 1024;

/** Close codes of RFC 6455 §7.4.1. */
const goingAway = 1001;
const unsupportedData = 1003;
const policyViolation = 1008;
const tryAgainLater = 1013;

/** `error` is said before it closes; without one the close says it all. */
type Ending = { readonly code: number; readonly word: string; readonly error?: KeyhatchError };
type Waiting = { readonly body: Buffer; readonly memory: BodyMemory };

export function openSession(options: SessionOptions): Session {
  const { socket, upgrade, requestId, budget, clock } = options;
  const openedAt = clock.monotonic();
  let turnedAt = openedAt;
  let incoming = budget.open();
  const waiting: Waiting[] = [];
  let turn: Turn | undefined;
  let ending: Ending | undefined;
  let amiss = 0;
  let told = options.captured;
  let alive = true;

  const say = (event: string, done: (error?: Error | null) => void = () => {}) => socket.send(event, done);
  const fault = (error: KeyhatchError) => say(errorEvent(error, requestId));

  function finish({ code, word, error }: Ending): void {
    if (error) fault(error);
    socket.close(code, word);
  }

  function end(why: Ending): void {
    if (ending) return;
    ending = why;
    for (const { memory } of waiting.splice(0)) memory.give();
    // What runs is ended by whoever ends requests, and has its own last word.
    if (!turn) finish(why);
  }

  const endFor = (error: KeyhatchError, code: number) => end({ code, word: error.code, error });

  function look(): void {
    const now = clock.monotonic();
    const barred = options.barred();
    if (barred) endFor(barred, policyViolation);
    else if (!options.accepting()) end({ code: goingAway, word: 'server_stopping' });
    else if (now - openedAt > lifeMs) endFor(new KeyhatchError('websocket_too_old'), goingAway);
    else if (!turn && now - turnedAt > idleMs) end({ code: goingAway, word: 'idle' });
  }

  function message(bytes: Buffer): void {
    const memory = incoming;
    incoming = budget.open();
    if (!ending) look();
    if (ending) {
      memory.give();
      return;
    }
    try {
      const body = bodyOfCreate(bytes);
      if (waiting.length >= mostWaiting) throw new KeyhatchError('websocket_busy', { details: { limit: mostWaiting } });
      waiting.push({ body, memory });
    } catch (error) {
      memory.give();
      refuse(error as KeyhatchError);
    }
    void next();
  }

  function refuse(error: KeyhatchError): void {
    amiss += 1;
    if (amiss >= mostAmiss) endFor(error, policyViolation);
    else fault(error);
  }

  // Before the first event of a turn that is kept, unless that is known since the one before.
  function noteCapture(res: ServerResponse): void {
    const captured = res.hasHeader(capturedHeader);
    if (captured && !told) say(capturedEvent);
    told = captured;
  }

  async function next(): Promise<void> {
    if (turn || ending) return;
    const first = waiting.shift();
    if (!first) return;
    // Taken again by the pipeline, as of any body.
    first.memory.give();
    turn = startTurn({ upgrade, body: first.body, handle: options.handle, say, onHead: noteCapture });
    const status = await turn.done;
    turn = undefined;
    turnedAt = clock.monotonic();
    // Its credential is of no use any more, for this turn or any other.
    if (status === 401) ending ??= { code: policyViolation, word: 'unauthorized' };
    if (!ending) void next();
    // The turn has said why it was ended itself.
    else finish(ending.error?.code === 'websocket_too_old' ? ending : { code: ending.code, word: ending.word });
  }

  const beat = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
    look();
  }, beatMs).unref();

  // What has come of a message that is not whole yet lies with the library, and counts as any body in flight.
  // Before the library hears of it, which hands out whole messages at once.
  upgrade.socket.prependListener('data', (chunk: Buffer) => {
    alive = true;
    try {
      incoming.take(chunk.length);
    } catch (error) {
      turn?.abort();
      // Not by a handshake, during which more would come.
      ending ??= { code: tryAgainLater, word: 'memory_full' };
      say(errorEvent(error as KeyhatchError, requestId), () => socket.terminate());
    }
  });
  socket.on('message', (data, isBinary) => {
    if (isBinary) endFor(notText(), unsupportedData);
    else message(data as Buffer);
  });
  const control = (data: Buffer) => incoming.giveBack(data.length + 6);
  socket.on('pong', control);
  socket.on('ping', (data) => {
    control(data);
    if (socket.bufferedAmount < unreadPongBytes) socket.pong(data);
  });
  // The library closes it for what is no WebSocket, or too large; there is nobody else to tell.
  socket.on('error', () => {});
  socket.on('close', () => {
    clearInterval(beat);
    incoming.give();
    for (const { memory } of waiting.splice(0)) memory.give();
    turn?.abort();
  });

  return { look, destroy: () => socket.terminate() };
}

function notText(): KeyhatchError {
  return new KeyhatchError('body_invalid', { details: { reason: 'a message must be text' } });
}
