// What connections may cost: how many stand open, how long a head or a body takes, and how long an answer stays unread.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';
import { isOverTls, openSocket } from '../../fakes/over-tls.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed({
    settings: { 'network.headTimeoutMs': 1000, 'network.bodyStallMs': 1000, 'network.readerStallMs': 1000 },
  });
});
afterEach(() => bed.close());

async function opened(): Promise<Socket> {
  const socket = openSocket(bed.port);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, isOverTls ? 'secureConnect' : 'connect');
  return socket;
}

/** Everything that comes until the other side ends. */
async function rest(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  await once(socket, 'close');
  return text;
}

test('one connection more than the most is refused, and there is room again when one closes', async () => {
  bed.settings({ 'network.maxConnections': 16 });
  const open = await Promise.all(Array.from({ length: 16 }, opened));
  // Each is known to the server once it has answered on it.
  await Promise.all(
    open.map(async (socket) => {
      socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(socket, 'data');
    }),
  );
  // Said before its first byte is read, so that it is not encrypted in any case.
  expect(await rest(connect(bed.port, '127.0.0.1'))).toMatch(/^HTTP\/1\.1 503 .*"code":"connections_full"/s);
  const [first] = open;
  first?.destroy();
  await expect.poll(() => bed.fetch('/health').then(({ status }) => status)).toBe(200);
});
