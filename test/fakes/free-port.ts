// A port for who has to name one (others may take it in the meantime: use 0 wherever it will do), and whether one is closed.

import { createServer } from 'node:net';
import { listenOn } from '../../electron/lib/listening.ts';

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listenOn(probe, { host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Whether nobody answers there at all. */
export function isRefused(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}
