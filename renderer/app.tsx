// The whole window as far as it goes today: the state of the server, and the first key.

import { useCallback, useEffect, useState } from 'react';
import type { Status } from '../shared/model.ts';
import type { Client } from './api/ipc-transport.ts';
import { FirstKey } from './features/keys/first-key.tsx';
import { ServerPage } from './features/server/server-page.tsx';

const refreshMs = 2_000;

export function App({ client }: { readonly client: Client }) {
  const [status, setStatus] = useState<Status>();
  const [problem, setProblem] = useState<string>();

  const show = useCallback((work: Promise<Status>) => {
    work.then(setStatus, (error: Error) => setProblem(error.message));
  }, []);

  useEffect(() => {
    show(client.status.get());
    const timer = setInterval(() => show(client.status.get()), refreshMs);
    return () => clearInterval(timer);
  }, [client, show]);

  if (!status) return <main aria-busy={!problem}>{problem ?? 'Asking the server how it is…'}</main>;
  return (
    <main>
      <ServerPage
        status={status}
        onStart={() => show(client.server.start())}
        onStop={() => show(client.server.stop())}
      />
      {problem && <p role="alert">{problem}</p>}
      {status.keys.total === 0 && <FirstKey create={(name) => client.keys.create({ name })} />}
    </main>
  );
}
