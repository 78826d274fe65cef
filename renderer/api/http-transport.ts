// The contract over HTTP, for a browser. A session has two halves: a cookie that scripts cannot read, and a value kept in
// this page's own origin that goes along as a header, because cookies of one localhost port are sent to every other.

import { createORPCClient, createORPCErrorFromJson, isORPCErrorJson, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { errorsFromWire, fromWireError } from '../../shared/error-wire.ts';
import type { Client } from './ipc-transport.ts';
import type { Session } from './session.ts';

const sessionHeader = 'x-keyhatch-session';
const storedAs = 'keyhatch-session';

export type BrowserConnection = { readonly client: Client; readonly session: Session };

export function connectBrowser(): BrowserConnection {
  let half = localStorage.getItem(storedAs) ?? '';
  const listeners = new Set<() => void>();
  let needed = half === '';

  function setNeeded(value: boolean): void {
    if (needed === value) return;
    needed = value;
    for (const listener of [...listeners]) listener();
  }

  // Another tab may have signed in anew.
  window.addEventListener('storage', (event) => {
    if (event.key !== storedAs) return;
    half = event.newValue ?? '';
    // Signed out on purpose: nothing that was on screen may stay in this page's memory either.
    if (half === '') window.location.reload();
    else setNeeded(false);
  });

  const link = new RPCLink({
    url: () => `${window.location.origin}/rpc`,
    headers: () => ({ [sessionHeader]: half }),
    interceptors: [
      errorsFromWire(),
      async ({ next }) => {
        try {
          return await next();
        } catch (error) {
          if (error instanceof ORPCError && error.status === 401) setNeeded(true);
          throw error;
        }
      },
    ],
  });

  async function ask(method: 'POST' | 'DELETE', body: unknown): Promise<unknown> {
    const response = await fetch('/session', {
      method,
      headers: { 'content-type': 'application/json', [sessionHeader]: half },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw errorOf(answer);
    return answer;
  }

  const session: Session = {
    needed: () => needed,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async signIn(token) {
      const answer = (await ask('POST', { token })) as { readonly session: string };
      half = answer.session;
      localStorage.setItem(storedAs, half);
      setNeeded(false);
    },
    async signOut() {
      await ask('DELETE', {});
      localStorage.removeItem(storedAs);
      window.location.reload();
    },
  };
  return { client: createORPCClient(link), session };
}

// The session's own calls fail in the shape of oRPC's error replies.
function errorOf(answer: unknown): unknown {
  const json: unknown = (answer as { readonly json?: unknown } | undefined)?.json;
  return isORPCErrorJson(json)
    ? fromWireError(createORPCErrorFromJson(json))
    : new Error('The sign-in was not understood. Reload this page and try again.');
}
