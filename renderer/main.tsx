// Puts the app into the page. In the Electron window the contract comes over a message port, in a browser over HTTP.

import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './style.css';
import { MutationCache, QueryClient } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import type { Api } from './api/api-context.tsx';
import { createCalls } from './api/calls.ts';
import { connectBrowser } from './api/http-transport.ts';
import { connectWindow } from './api/ipc-transport.ts';
import { followChanges } from './api/live.ts';
import { sayFailure } from './api/say-failure.ts';
import { noSession } from './api/session.ts';
import { App } from './app.tsx';

function connect(queries: QueryClient): Api {
  const host = window.location.protocol === 'app:' ? 'window' : 'browser';
  const { client, session } = host === 'window' ? { client: connectWindow(), session: noSession } : connectBrowser();
  const calls = createCalls(client);
  return { host, client, session, calls, live: followChanges({ client, session, calls, queries }) };
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
