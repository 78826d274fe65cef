// One raw connection of the load generator: sends requests and reads answers, with one buffer for its whole life.

import { connect } from 'node:net';
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

export function openConnection(port: number, events: ConnectionEvents): ClientConnection {
  const read = createAnswerReader(events);
  let closed = false;
  const lost = (reason: string) => {
    if (closed) return;
    closed = true;
    socket.destroy();
    events.onLost(reason);
  };
  const socket = connect({
    host: '127.0.0.1',
    port,
    noDelay: true,
    onread: {
      buffer: Buffer.allocUnsafe(bufferBytes),
      callback(size, bytes) {
        try {
          if (!closed) read((bytes as Buffer).subarray(0, size));
        } catch (error) {
          lost((error as Error).message);
        }
        return true;
      },
    },
  });
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
