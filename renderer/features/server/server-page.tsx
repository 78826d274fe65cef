// The server at a glance: running or not, where, in front of what, and who may come in.

import type { Status } from '../../../shared/model.ts';

type ServerPageProps = { readonly status: Status; readonly onStart: () => void; readonly onStop: () => void };

export function ServerPage({ status, onStart, onStop }: ServerPageProps) {
  const running = status.server.state === 'running';
  return (
    <section aria-label="Server">
      <header>
        <strong data-state={status.server.state}>{running ? 'Running' : 'Stopped'}</strong>
        {status.server.urls.map((url) => (
          <code key={url}>{url}/v1</code>
        ))}
        <button type="button" onClick={running ? onStop : onStart}>
          {running ? 'Stop server' : 'Start server'}
        </button>
      </header>
      <p>{status.access.sentence}</p>
      {status.server.reason && <p role="alert">{status.server.reason}</p>}
      <ul>
        {status.upstreams.map(({ id, name, url, health, models }) => (
          <li key={id}>
            {name} <code>{url}</code> {health}, {models.length} models
          </li>
        ))}
      </ul>
      <p>
        {status.keys.active} of {status.keys.total} keys can be used · {status.requestsToday} requests today
      </p>
    </section>
  );
}
