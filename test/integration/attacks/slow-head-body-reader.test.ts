// Clients that are slow on purpose: with their head, with their body, and with reading the answer, so that connections, memory
// and models stay taken. Each has a time, and who is merely slow keeps what is theirs.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed({
    settings: { 'network.headTimeoutMs': 1000, 'network.bodyStallMs': 1000, 'network.readerStallMs': 1000 },
  });
});
afterEach(() => bed.close());

async function opened(): Promise<Socket> {
  const socket = connect(bed.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
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

test('a head that does not become whole in time ends its connection', async () => {
  const socket = await opened();
  socket.write('GET /health HTTP/1.1\r\nHost: localh');
  expect(await rest(socket)).toMatch(/^HTTP\/1\.1 408 /);
});

test('a body that stops arriving is given up, and its memory given back', async () => {
  const socket = await opened();
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bed.key}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{"model":`,
  );
  expect(await rest(socket)).toMatch(/^HTTP\/1\.1 408 .*stopped arriving for 1 s/s);
  expect(bed.upstream.journal).toEqual([]);
});

test('a client that stops reading is let go, and the model server with it', async () => {
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const more = () => {
      while (!res.destroyed && res.write(megabyte));
      res.once('drain', more);
    };
    more();
  };
  const arrived = bed.upstream.nextArrival();
  const body = chat({ stream: true });
  const socket = await opened();
  socket.pause();
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bed.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  expect(await (await arrived).ended).toBe(false);
  await expect.poll(() => bed.rows[0]?.outcome).toBe('client_gone');
  expect(bed.log.join('\n')).toContain('stopped reading');
});

test('a client that reads slowly but goes on reading keeps its answer', async () => {
  const piece = Buffer.alloc(64 * 1024, 'x');
  const pieces = 400;
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    let sent = 0;
    const more = () => {
      while (sent < pieces) {
        sent += 1;
        if (!res.write(piece)) return void res.once('drain', more);
      }
      res.end();
    };
    more();
  };
  const answer = await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat({ stream: true }) });
  let sizeBytes = 0;
  let pauses = 0;
  for await (const chunk of answer.body ?? []) {
    sizeBytes += chunk.length;
    // Three rests of less than the limit each, of more than it together.
    if (pauses < 3 && sizeBytes > (pauses + 1) * 4 * 1024 * 1024) {
      pauses += 1;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  expect(sizeBytes).toBe(pieces * piece.length);
});
