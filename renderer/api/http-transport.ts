// The contract over HTTP, for a browser. A session has two halves: a cookie that scripts cannot read, and a value kept in
// this page's own origin that goes along as a header, because cookies of one localhost port are sent to every other.

import { createORPCClient, createORPCErrorFromJson, isORPCErrorJson, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { errorsFromWire, fromWireError } from '../../shared/error-wire.ts';
import type { InviteFacts, OwnFacts } from '../../shared/people-model.ts';
import type { Client } from './ipc-transport.ts';
import type { ProofGate } from './proof-gate.ts';
import type { Session, SessionState } from './session.ts';

const sessionHeader = 'x-keyhatch-session';
const storedAs = 'keyhatch-session';

export type BrowserConnection = { readonly client: Client; readonly session: Session };

type Ports = {
  readonly proofs: ProofGate;
  /** Who is signed in, each time that was looked at. */
  readonly told: (own: OwnFacts) => void;
};

export function connectBrowser({ proofs, told }: Ports): BrowserConnection {
  let half = localStorage.getItem(storedAs) ?? '';
  const listeners = new Set<() => void>();
  let state: SessionState = half === '' ? 'needed' : 'checking';
  /** Whose what is on screen is. */
  let shownTo: string | undefined;

  function enter(next: SessionState): void {
    if (state === next) return;
    state = next;
    for (const listener of [...listeners]) listener();
  }

  // Another tab may have signed in anew.
  window.addEventListener('storage', (event) => {
    if (event.key !== storedAs) return;
    half = event.newValue ?? '';
    // Signed out on purpose: nothing that was on screen may stay in this page's memory either.
    if (half === '') window.location.reload();
    else void look();
  });

  const link = new RPCLink({
    url: () => `${window.location.origin}/rpc`,
    headers: () => ({ [sessionHeader]: half }),
    interceptors: [
      proofs.through,
      errorsFromWire(),
      async ({ next }) => {
        const sent = half;
        try {
          return await next();
        } catch (error) {
          // What was asked by the session of before says nothing about the one of now.
          if (error instanceof ORPCError && error.status === 401 && sent === half) enter('needed');
          throw error;
        }
      },
    ],
  });
  const client: Client = createORPCClient(link);

  /** Opens the pages once it is known for whom: what was shown to one person is not shown to the next. */
  async function look(): Promise<OwnFacts | undefined> {
    const sent = half;
    const own = await client.me.get().catch(() => undefined);
    if (sent !== half) return undefined;
    if (!own) {
      // Without a session it is said already. Where nothing answers, the pages say that themselves.
      if (state === 'checking') enter('open');
      return undefined;
    }
    const who = `${own.person?.id} ${own.role}`;
    if (shownTo !== undefined && shownTo !== who) {
      window.history.replaceState(null, '', '#/');
      window.location.reload();
      return undefined;
    }
    shownTo = who;
    told(own);
    enter(own.owesTotp ? 'owing' : 'open');
    return own;
  }

  async function ask(method: 'POST' | 'DELETE', path: string, body: unknown): Promise<unknown> {
    const response = await fetch(path, {
      method,
      headers: { 'content-type': 'application/json', [sessionHeader]: half },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw errorOf(answer);
    return answer;
  }

  async function keep(answer: unknown): Promise<OwnFacts | undefined> {
    half = (answer as { readonly session: string }).session;
    localStorage.setItem(storedAs, half);
    return look();
  }

  const session: Session = {
    state: () => state,
    // Who signs out takes this browser's half along.
    ended: () => state === 'needed' && half !== '',
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signIn: async (credentials) => keep(await ask('POST', '/session', credentials)),
    lookAtInvite: async (token) => (await ask('POST', '/session/invite', { token })) as InviteFacts,
    acceptInvite: async (acceptance) => void (await keep(await ask('POST', '/session/invite', acceptance))),
    // It comes with new halves: those of before end.
    prove: async (proof) => void (await keep(await ask('POST', '/session/proof', proof))),
    look: async () => void (await look()),
    async signOut() {
      await ask('DELETE', '/session', {});
      localStorage.removeItem(storedAs);
      window.location.reload();
    },
  };
  if (half !== '') void look();
  return { client, session };
}

// The session's own calls fail in the shape of oRPC's error replies.
function errorOf(answer: unknown): unknown {
  const json: unknown = (answer as { readonly json?: unknown } | undefined)?.json;
  return isORPCErrorJson(json)
    ? fromWireError(createORPCErrorFromJson(json))
    : new Error('The sign-in was not understood. Reload this page and try again.');
}
