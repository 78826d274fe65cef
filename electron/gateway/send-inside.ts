// Sends a request through the ordinary pipeline without a socket: the owner's own, told apart by its caller and by nothing
// that could come over the network. What comes back is metered and captured as every answer is, and read by nobody here.

import { createServer, request } from 'node:http';
import { duplexPair } from 'node:stream';
import type { Caller } from './exchange.ts';
import type { Handler } from './listener.ts';

/** Who asks, and under which id, where a request is not from a listener. */
export type Inside = { readonly id: string; readonly caller: Extract<Caller, { readonly kind: 'replay' }> };

export type ReplayOrder = {
  /** Of the new request. */
  readonly id: string;
  /** Of the one that it repeats. */
  readonly of: string;
  readonly path: string;
  readonly body: Buffer;
};

/** By which door a request came, where it is not the usual one. */
export type From = {
  /** Who asks is known, and no header is looked at for it. */
  readonly inside?: Inside;
  readonly bySecondPort?: true;
  /** It stood in the path of the upgrade that a WebSocket began with. */
  readonly pathToken?: string | undefined;
};

/** As for a listener, which says nothing more of where a request came from. */
export type InsideHandler = (...from: [...Parameters<Handler>, from?: From]) => ReturnType<Handler>;

const loopback = '127.0.0.1';

/** Resolves once the answer is over, whatever it was; rejects never. */
export function sendInside({ id, of, path, body }: ReplayOrder, handle: InsideHandler): Promise<void> {
  const [ours, theirs] = duplexPair();
  // Where it comes from, for its row.
  Object.assign(theirs, { remoteAddress: loopback, localAddress: loopback });
  const server = createServer({ requestTimeout: 0, headersTimeout: 0 }, (req, res) => {
    void handle(req, res, false, undefined, { inside: { id, caller: { kind: 'replay', of } } });
  });
  server.emit('connection', theirs);
  return new Promise((resolve) => {
    const sent = request({
      createConnection: () => ours,
      method: 'POST',
      path,
      headers: {
        host: 'localhost',
        connection: 'close',
        'content-type': 'application/json',
        'content-length': body.length,
        'user-agent': 'Keyhatch replay',
      },
    });
    sent.once('close', () => {
      ours.destroy();
      resolve();
    });
    sent.once('error', () => sent.destroy());
    sent.once('response', (answer) => {
      answer.once('error', () => sent.destroy());
      answer.resume();
    });
    sent.end(body);
  });
}
