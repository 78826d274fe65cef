// Moving the port under running streams, taken ports, draining.

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Admitted } from '../../../electron/gateway/exchange.ts';
import { createListener } from '../../../electron/gateway/listener.ts';
import { openUpload } from '../../../electron/gateway/upload.ts';
import { settingsSchema } from '../../../shared/settings.ts';
import { freePort } from '../../fakes/free-port.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

/** Streams that give one event a call of `step`, until `finish`. */
function steppedStreams() {
  const open: { send: () => void; end: () => void }[] = [];
  bed.upstream.behave = (_arrival, res) => {
    let n = 0;
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    open.push({ send: () => res.write(`data: {"n":${n++}}\n\n`), end: () => res.end('data: [DONE]\n\n') });
    res.flushHeaders();
  };
  return open;
}

test('a change of port keeps every byte of 50 running streams, and new connections find the new one', async () => {
  const streams = steppedStreams();
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      bed.fetch('/v1/chat/completions', { method: 'POST', body: chat({ stream: true }) }),
    ),
  );
  const texts = answers.map((answer) => answer.text());
  for (const stream of streams) stream.send();
  const port = await freePort();
  await bed.gateway.listenOn(['127.0.0.1'], port);
  for (const stream of streams) stream.send();
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  await expect(fetch(`http://127.0.0.1:${bed.port}/health`)).rejects.toThrow();
  for (const stream of streams) {
    stream.send();
    stream.end();
  }
  const whole = 'data: {"n":0}\n\ndata: {"n":1}\n\ndata: {"n":2}\n\ndata: [DONE]\n\n';
  expect(new Set(await Promise.all(texts))).toEqual(new Set([whole]));
});

test('a change of host on the same port is over before it is told as done: new connections come in', async () => {
  let refused = false;
  let stop = false;
  const knocking = (async () => {
    while (!stop) {
      const socket = connect(bed.port, '127.0.0.1');
      const open = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      refused = !open;
      if (refused) await new Promise(setImmediate);
    }
  })();
  for (let i = 0; i < 10; i++) {
    await bed.gateway.listenOn([i % 2 ? '127.0.0.1' : '0.0.0.0'], bed.port);
    await once(connect(bed.port, '127.0.0.1').unref(), 'connect');
  }
  stop = true;
  await knocking;
  // How long it was between, typically less than 5 ms, is for a benchmark to say.
  expect(refused).toBe(false);
});

test('a port that is taken says by what, offers a free one, and the old listener is back', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const failure = await bed.gateway.listenOn(['127.0.0.1'], port).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'port_in_use', details: { port, free: expect.any(Number) } });
  if (process.platform === 'linux') expect(String(failure)).toContain(`process ${process.pid}`);
  expect((await bed.fetch('/v1/models')).status).toBe(200);
  other.close();
});

test('an address that is not this machine’s is refused, and the old listener is back', async () => {
  await expect(bed.gateway.listenOn(['192.0.2.1'], 0)).rejects.toMatchObject({ code: 'address_unavailable' });
  expect((await bed.fetch('/v1/models')).status).toBe(200);
});

test('an address that comes or goes leaves the streams and connections of the others alone', async () => {
  const streams = steppedStreams();
  const [before] = bed.gateway.addresses();
  const answer = await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat({ stream: true }) });
  const kept = connect(bed.port, '127.0.0.1');
  await once(kept, 'connect');
  streams[0]?.send();
  expect(await bed.gateway.adjustTo(['127.0.0.1', '127.0.0.2'], bed.port)).toEqual([]);
  expect((await fetch(`http://127.0.0.2:${bed.port}/health`)).status).toBe(200);
  expect(await bed.gateway.adjustTo(['127.0.0.1', '127.0.0.3'], bed.port)).toEqual([]);
  await expect(fetch(`http://127.0.0.2:${bed.port}/health`)).rejects.toThrow();
  expect(bed.gateway.addresses()).toEqual([before, { host: '127.0.0.3', port: bed.port }]);
  streams[0]?.send();
  streams[0]?.end();
  expect(await answer.text()).toBe('data: {"n":0}\n\ndata: {"n":1}\n\ndata: [DONE]\n\n');
  // The connection that was open before still takes a request.
  kept.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${bed.port}\r\n\r\n`);
  expect(String((await once(kept, 'data'))[0])).toContain('200 OK');
  kept.destroy();
});

test('an address that cannot be had is told, and the others are listened on', async () => {
  const failures = await bed.gateway.adjustTo(['127.0.0.1', '192.0.2.1', '127.0.0.2'], bed.port);
  expect(failures).toMatchObject([{ code: 'address_unavailable', details: { host: '192.0.2.1' } }]);
  expect(bed.gateway.addresses().map(({ host }) => host)).toEqual(['127.0.0.1', '127.0.0.2']);
});

test('from no address at all it comes back on the port that is asked for', async () => {
  await bed.gateway.adjustTo([], bed.port);
  expect(bed.gateway.addresses()).toEqual([]);
  await expect(fetch(`${bed.url}/health`)).rejects.toThrow();
  expect(await bed.gateway.adjustTo(['127.0.0.1', '127.0.0.2'], bed.port)).toEqual([]);
  expect(bed.gateway.addresses().map(({ port }) => port)).toEqual([bed.port, bed.port]);
});

test('several addresses share one port', async () => {
  const addresses = await bed.gateway.listenOn(['127.0.0.1', '::1'], 0);
  expect(new Set(addresses.map(({ port }) => port)).size).toBe(1);
  for (const { host, port } of addresses) {
    expect((await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/health`)).status).toBe(200);
  }
});

test('stopping lets running streams end, takes no new ones, and ends what takes too long in dialect', async () => {
  const streams = steppedStreams();
  const quick = await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat({ stream: true }) });
  const slow = await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat({ stream: true }) });
  streams[1]?.send();
  const slowReader = slow.body?.getReader();
  await slowReader?.read();
  const stopping = bed.gateway.stop(300);
  await expect(fetch(`${bed.url}/health`)).rejects.toThrow();
  streams[0]?.send();
  streams[0]?.end();
  expect(await quick.text()).toBe('data: {"n":0}\n\ndata: [DONE]\n\n');
  await stopping;
  const { value } = (await slowReader?.read()) ?? {};
  expect(Buffer.from(value ?? []).toString()).toContain('server_stopping');
  expect(bed.gateway.running()).toBe(0);
});

test('a request that does not arrive in time is cut, but the upload of a model file may take longer', async () => {
  const settings = () => settingsSchema.parse({});
  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    if (req.url !== '/upload') return void req.resume();
    const upload = openUpload({ req, res, expectsContinue: false } as Admitted, { limitBytes: 1000, stallMs: 10_000 });
    upload.stream.resume().on('end', () => res.end('all of it'));
    upload.start(() => res.destroy());
  };
  const limits = { admit: () => true, watch: () => {}, close: () => {} };
  const upgrades = { offered: () => false, take: () => {} };
  const encryption = { isOn: () => false, credentials: () => undefined };
  const listener = createListener(handle, {
    settings,
    limits,
    upgrades,
    encryption,
    noteFailure: () => {},
    arrivalMs: 50,
  });
  const [address] = await listener.moveTo(['127.0.0.1'], 0);
  const open = (path: string) => {
    const socket = connect(address?.port ?? 0, '127.0.0.1');
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nfo`);
    return socket;
  };
  const upload = open('/upload');
  await once(upload, 'connect');
  const other = open('/other');
  await once(other, 'close');
  upload.write('ur');
  const [answer] = await once(upload, 'data');
  expect(String(answer)).toContain('200 OK');
  upload.destroy();
  await listener.stopAccepting();
  listener.destroy();
});
