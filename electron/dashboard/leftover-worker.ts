// What becomes of a service worker that somebody else registered while they had this port: a browser would go on asking it
// for our pages. We register none ourselves, so every script that is asked for as one is this one, which ends it.

import type { IncomingMessage, ServerResponse } from 'node:http';

/** Scripts cannot set this header; browsers send it when they register a service worker or look for its next version. */
export function asksForWorker({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['service-worker'] === 'script';
}

export function retireWorker(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' });
  response.end(workerText);
}

// Windows are loaded without their fragment: to the same address with one, a browser would only scroll. And a sign-in
// token that the other's page has seen is not handed to it again.
const workerText = `addEventListener('install', () => skipWaiting());
addEventListener('activate', async () => {
  await registration.unregister();
  for (const client of await clients.matchAll({ type: 'window' })) client.navigate(client.url.split('#', 1)[0]);
});
`;
