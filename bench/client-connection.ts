// One raw connection of the load generator: sends requests and reads answers, with one buffer for its whole life.

import { connect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { type AnswerEvents, createAnswerReader } from './answer-reader.ts';

export type ClientConnection = {
  readonly send: (request: Buffer) => void;
  readonly close: () => void;
};

export type ConnectionEvents = AnswerEvents & {
  /** It was not we who ended it. */
  readonly onLost: (reason: string) => void;
};

const bufferBytes = 16 * 1024;

/** @param ca whom to trust; with it the connection is encrypted */
export function openConnection(port: number, events: ConnectionEvents, ca?: string): ClientConnection {
  const read = createAnswerReader(events);
  let closed = false;
  const lost = (reason: string) => {
    if (closed) return;
    closed = true;
    socket.destroy();
    events.onLost(reason);
  };
  const take = (bytes: Buffer) => {
    try {
      if (!closed) read(bytes);
    } catch (error) {
      lost((error as Error).message);
    }
    return true;
  };
  const where = { host: '127.0.0.1', port, noDelay: true };
  const onread = {
    buffer: Buffer.allocUnsafe(bufferBytes),
    callback: (size: number, bytes: Uint8Array) => take((bytes as Buffer).subarray(0, size)),
  };
  const socket = ca === undefined ? connect({ ...where, onread }) : tlsConnect({ ...where, ca }).on('data', take);
  socket.on('error', (error) => lost(error.message));
  socket.on('end', () => lost('the other side closed it'));
  socket.on('close', () => lost('it closed'));
  return {
    send: (request) => void socket.write(request),
    close() {
      closed = true;
      socket.destroy();
    },
  };
}
