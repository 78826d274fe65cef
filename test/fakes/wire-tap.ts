// A plain TCP relay in front of a server that hides what it was sent (aimock blanks credentials in its journal): keeps
// every byte on its way there, so that a test can prove what did and did not arrive.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type WireTap = {
  /** Stands for the server behind it. */
  readonly url: string;
  /** Everything that was sent to the server, over all connections. */
  readonly sent: () => string;
  readonly close: () => Promise<void>;
};

/** @param port where the server listens on 127.0.0.1 */
export async function startWireTap(port: number): Promise<WireTap> {
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const behind = connect(port, '127.0.0.1');
    for (const socket of [client, behind]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    // Either side's end, clean or not, is the other side's end, and comes after what was said before it.
    client.pipe(behind).pipe(client);
    client.on('error', () => behind.destroy());
    behind.on('error', () => client.destroy());
    client.on('close', () => behind.end());
    behind.on('close', () => client.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => Buffer.concat(chunks).toString('latin1'),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
