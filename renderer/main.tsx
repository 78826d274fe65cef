// Puts the app into the page. In the Electron window the contract comes over a message port, in a browser over HTTP.

import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './style.css';
import { MutationCache, onlineManager, QueryClient } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import type { OwnFacts } from '../shared/people-model.ts';
import type { Api } from './api/api-context.tsx';
import { createCalls } from './api/calls.ts';
import { connectBrowser } from './api/http-transport.ts';
import { connectWindow } from './api/ipc-transport.ts';
import { followChanges } from './api/live.ts';
import { createProofGate } from './api/proof-gate.ts';
import { sayFailure } from './api/say-failure.ts';
import { noSession, type Session } from './api/session.ts';
import { App } from './app.tsx';

function connect(queries: QueryClient): Api {
  const host = window.location.protocol === 'app:' ? 'window' : 'browser';
  const proofs = createProofGate();
  const told = (own: OwnFacts) => queries.setQueryData(calls.me.get.queryKey(), own);
  const { client, session } =
    host === 'window' ? { client: connectWindow(), session: noSession } : connectBrowser({ proofs, told });
  const calls = createCalls(client);
  askOnlyInside(session);
  return { host, client, session, proofs, calls, live: followChanges({ client, session, calls, queries }) };
}

// Pages lie ready behind the sign-in and go on when it is over; until then none of them asks anything. Whether this computer
// is on the internet, which is what decides otherwise, says nothing about Keyhatch.
function askOnlyInside(session: Session): void {
  const isOpen = () => session.state() === 'open';
  onlineManager.setEventListener((setOnline) => session.subscribe(() => setOnline(isOpen())));
  onlineManager.setOnline(isOpen());
}

function createQueries(): QueryClient {
  return new QueryClient({
    mutationCache: new MutationCache({ onError: sayFailure }),
    defaultOptions: {
      // Changes are told; asking again on every focus would only repeat them.
      queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry: 1 },
      // Paused calls would run later, when nobody expects them any more.
      mutations: { networkMode: 'always' },
    },
  });
}

const root = document.getElementById('root');
if (root) {
  const queries = createQueries();
  createRoot(root).render(<App api={connect(queries)} queries={queries} />);
}
