// Who has proved, on which connection of the control socket, that they know the profile's secret. A session belongs to
// its connection and dies with it, or after 60 s in which nothing was asked. Knows nothing of calls.

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type * as z from 'zod';
import type { Clock } from '../lib/clock.ts';
import {
  type adminAnswer,
  clientProof,
  type HelloAnswer,
  makeNonce,
  sameProof,
  serverProof,
} from './control-handshake.ts';

type Session = { readonly token: string; readonly mayAct: () => boolean; running: number; lastUsedAt: number };

export type ControlSessions = {
  /** Opens a session on this connection, in place of an earlier one. */
  readonly open: (connection: Socket, clientNonce: string) => HelloAnswer;
  /** The same for whoever has shown an admin key. @param mayAct asked anew for each call */
  readonly openForAdmin: (connection: Socket, mayAct: () => boolean) => z.infer<typeof adminAnswer>;
  /** Enters a call: undefined when the token is not this connection's or has been idle too long; else call it when done. */
  readonly enter: (connection: Socket, token: string | undefined) => (() => void) | undefined;
};

export const sessionIdleMs = 60_000;

export function createControlSessions(options: { readonly secret: string; readonly clock: Clock }): ControlSessions {
  const { secret, clock } = options;
  const sessions = new WeakMap<Socket, Session>();

  return {
    open(connection, clientNonce) {
      const serverNonce = makeNonce();
      const session = randomBytes(8).toString('hex');
      const token = `${session}.${clientProof(secret, clientNonce, serverNonce)}`;
      sessions.set(connection, { token, mayAct: () => true, running: 0, lastUsedAt: clock.monotonic() });
      return { session, serverNonce, proof: serverProof(secret, clientNonce, serverNonce) };
    },
    openForAdmin(connection, mayAct) {
      const token = randomBytes(32).toString('hex');
      sessions.set(connection, { token, mayAct, running: 0, lastUsedAt: clock.monotonic() });
      return { token };
    },
    enter(connection, token) {
      const session = sessions.get(connection);
      if (!session || token === undefined || !sameProof(token, session.token) || !session.mayAct()) return undefined;
      if (session.running === 0 && clock.monotonic() - session.lastUsedAt > sessionIdleMs) {
        sessions.delete(connection);
        return undefined;
      }
      session.running += 1;
      return () => {
        session.running -= 1;
        session.lastUsedAt = clock.monotonic();
      };
    },
  };
}
