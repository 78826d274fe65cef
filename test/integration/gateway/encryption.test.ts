// HTTP and HTTPS on one port of the gateway: who gets through with which, what a handshake may cost, and what the
// certificate's coming and going does to those who are connected.

import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { type Bed, type BedOptions, chat, makeBed, sendRaw } from '../../fakes/gateway-bed.ts';
import { testAuthority, testCredentials } from '../../fakes/over-tls.ts';
import { shortKeyPair } from '../../fakes/short-key.ts';

const { certificate: ca } = await testAuthority();
/** An address of this machine that is not loopback: who connects to it comes from it, as if from another machine. */
const address = Object.values(networkInterfaces())
  .flat()
  .find((info) => info?.family === 'IPv4' && !info.internal)?.address;

async function bedWith(tls: BedOptions['tls'], options: BedOptions = {}): Promise<Bed> {
  const bed = await makeBed({ ...options, tls: { mode: () => 'both', ...tls } });
  onTestFinished(bed.close);
  return bed;
}

async function secured(port: number, options: object = {}): Promise<TLSSocket> {
  const socket = tlsConnect({ port, host: '127.0.0.1', ca, ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

function plainly(port: number, host = '127.0.0.1'): Socket {
  const socket = connect(port, host);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  return socket;
}

const head = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n';

async function answerOn(socket: Socket, text = head): Promise<string> {
  socket.write(text);
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString('latin1');
}

describe('one port', () => {
  test('takes HTTP and HTTPS, and knows both for this computer', async () => {
    const bed = await bedWith({});
    for (const scheme of ['http', 'https']) {
      const answer = await fetch(`${scheme}://127.0.0.1:${bed.port}/health`);
      // Told to programs on this computer alone.
      expect(await answer.json()).toMatchObject({ base_urls: { anthropic: `${scheme}://127.0.0.1:${bed.port}` } });
    }
  });

  test('answers a head that came in pieces, its first byte alone', async () => {
    const bed = await bedWith({});
    const socket = plainly(bed.port);
    socket.write('G');
    await once(socket, 'connect');
    await new Promise(setImmediate);
    expect(await answerOn(socket, head.slice(1))).toMatch(/^HTTP\/1\.1 200/);
  });

  test('keeps a connection for further requests, plain and encrypted', async () => {
    const bed = await bedWith({});
    for (const socket of [plainly(bed.port), await secured(bed.port)]) {
      for (let n = 0; n < 3; n++) expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 200/);
    }
  });

  test('takes the names of its certificate for its own where they were proven, and nowhere else', async () => {
    const bed = await bedWith({ names: () => ['localhost', 'studio.local'] });
    const named = (name: string) => `GET /health HTTP/1.1\r\nHost: ${name}:${bed.port}\r\n\r\n`;
    expect(await answerOn(await secured(bed.port), named('studio.local'))).toMatch(/^HTTP\/1\.1 200/);
    expect(await answerOn(await secured(bed.port), named('evil.example'))).toMatch(/^HTTP\/1\.1 403/);
    expect(await answerOn(plainly(bed.port), named('studio.local'))).toMatch(/^HTTP\/1\.1 403/);
  });

  test('speaks TLS 1.2 and newer, and HTTP/1.1 alone', async () => {
    const bed = await bedWith({});
    const both = await secured(bed.port, { ALPNProtocols: ['h2', 'http/1.1'] });
    expect(both.alpnProtocol).toBe('http/1.1');
    expect((await secured(bed.port, { maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2');
    const older = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(secured(bed.port, older)).rejects.toThrow();
    await expect(secured(bed.port, { ALPNProtocols: ['h2'] })).rejects.toThrow();
  });

  test('takes a handshake for a broken request where encryption is off', async () => {
    const bed = await bedWith({ mode: () => 'off' });
    await expect(secured(bed.port)).rejects.toThrow();
    expect((await fetch(`http://127.0.0.1:${bed.port}/health`)).status).toBe(200);
  });

  test('carries WebSockets too, encrypted from end to end', async () => {
    const bed = await bedWith({});
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.end('data: {"type":"response.completed"}\n\n');
    };
    const socket = new WebSocket(`wss://127.0.0.1:${bed.port}/v1/responses`, {
      headers: { authorization: `Bearer ${bed.key}` },
    });
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    socket.send('{"type":"response.create"}');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(answer.toString())).toEqual({ type: 'response.completed' });
  });

  test('passes an encrypted stream as it comes', async () => {
    const bed = await bedWith({});
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let n = 0; n < 200; n++) res.write(`data: {"n":${n}}\n\n`);
      res.end('data: [DONE]\n\n');
    };
    const answer = await fetch(`https://127.0.0.1:${bed.port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bed.key}`, 'content-type': 'application/json' },
      body: chat({ stream: true }),
    });
    expect((await answer.text()).match(/data: /g)).toHaveLength(201);
  });
});

describe('a handshake', () => {
  const hasty = { settings: { 'network.headTimeoutMs': 1000 } } as const;

  test('that does not end is dropped, as is a connection that says nothing', async () => {
    const bed = await bedWith({}, hasty);
    const silent = plainly(bed.port);
    const slow = plainly(bed.port);
    slow.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    await Promise.all([silent, slow].map((socket) => once(socket.resume(), 'close')));
    expect((await fetch(`https://127.0.0.1:${bed.port}/health`)).status).toBe(200);
  });

  test('is bounded as a head is: one over TLS that does not become whole is answered and ended', async () => {
    const bed = await bedWith({}, hasty);
    const socket = await secured(bed.port);
    socket.write('GET /health HTTP/1.1\r\nHost: localh');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('that fails is told once a minute, not each time', async () => {
    const bed = await bedWith({});
    for (let n = 0; n < 20; n++) {
      const socket = plainly(bed.port);
      socket.write(Buffer.from('\x16\x03\x01\x00\x05nonse', 'latin1'));
      await once(socket.resume(), 'close');
    }
    expect(bed.log.filter((line) => line.includes('encrypted connections could not be begun'))).toHaveLength(1);
  });

  test('with no certificate is refused, while plain requests go on', async () => {
    const bed = await bedWith({ credentials: () => undefined });
    await expect(secured(bed.port)).rejects.toThrow();
    expect((await fetch(`http://127.0.0.1:${bed.port}/health`)).status).toBe(200);
  });

  test('that encryption itself refuses to begin ends one connection and not the program', async () => {
    const { certificate: cert, key } = await shortKeyPair();
    const bed = await bedWith({ credentials: () => ({ cert, key }) });
    const socket = plainly(bed.port);
    socket.write('\x16');
    await once(socket.resume(), 'close');
    expect((await fetch(`http://127.0.0.1:${bed.port}/health`)).status).toBe(200);
    expect(bed.log.join()).toContain('ERR_SSL_EE_KEY_TOO_SMALL');
  });
});

test('another certificate is shown to whoever comes next, and cuts nobody', async () => {
  let credentials = await testCredentials();
  const bed = await bedWith({ credentials: () => credentials });
  const before = await secured(bed.port);
  const first = before.getPeerX509Certificate()?.fingerprint256;
  credentials = await testCredentials();
  const after = await secured(bed.port);
  expect(after.getPeerX509Certificate()?.fingerprint256).not.toBe(first);
  expect(await answerOn(before)).toMatch(/^HTTP\/1\.1 200/);
});

test('stopping cuts handshakes that are under way', async () => {
  const bed = await makeBed({ tls: { mode: () => 'both' } });
  const socket = plainly(bed.port);
  socket.write(Buffer.from([0x16, 0x03, 0x01]));
  await once(socket, 'connect');
  const closed = new Promise((resolve) => socket.resume().once('close', resolve));
  await bed.close();
  await closed;
});

test('the authority’s certificate is there for everybody, as text and as bytes, and where there is none nothing is', async () => {
  const bed = await bedWith({});
  const text = await bed.fetch('/keyhatch-ca.pem', { key: null });
  expect(text.headers.get('content-type')).toBe('application/x-pem-file');
  expect(await text.text()).toBe(ca);
  const bytes = await bed.fetch('/keyhatch-ca.crt', { key: null });
  expect(bytes.headers.get('content-type')).toBe('application/x-x509-ca-cert');
  expect(Buffer.from(await bytes.arrayBuffer()).toString('base64')).toBe(ca.replace(/-----.*-----|\s/g, ''));
  const none = await bedWith({ authority: () => undefined });
  expect((await none.fetch('/keyhatch-ca.pem', { key: null })).status).toBe(404);
});

describe.skipIf(address === undefined)('encrypted only, seen from another machine', () => {
  const other = address ?? '';
  const only = () => bedWith({ mode: () => 'only' }, { hosts: ['0.0.0.0'] });
  const plain = (port: number, path: string) => fetch(`http://${other}:${port}${path}`);

  test('a plain request is refused with the encrypted address, in the dialect of its path', async () => {
    const bed = await only();
    for (const path of ['/v1/models', '/health', '/api/tags']) {
      const answer = await plain(bed.port, path);
      expect(answer.status).toBe(403);
      expect(answer.headers.get('x-keyhatch-error')).toBe('https_required');
      expect(await answer.text()).toContain(`https://${other}:${bed.port}`);
    }
    expect(bed.upstream.journal).toEqual([]);
  });

  test('a forged header does not make it local', async () => {
    const bed = await only();
    const forged = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https', host: 'localhost' };
    expect((await fetch(`http://${other}:${bed.port}/health`, { headers: forged })).status).toBe(403);
  });

  test('an encrypted one is let in, and is not taken for this computer', async () => {
    const { cert, key } = await testCredentials({ addresses: ['127.0.0.1'] });
    const credentials = { cert, key };
    const bed = await bedWith({ mode: () => 'only', credentials: () => credentials }, { hosts: ['0.0.0.0'] });
    const text = await new Promise<string>((resolve, reject) => {
      const options = { host: other, port: bed.port, path: '/health', ca, checkServerIdentity: () => undefined };
      httpsRequest(options, async (response) => {
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve(body);
      })
        .once('error', reject)
        .end();
    });
    // What strangers are told.
    expect(JSON.parse(text)).toEqual({ status: 'ok' });
  });

  test('plain HTTP from this computer stays, and so does the authority’s certificate for whoever needs it first', async () => {
    const bed = await only();
    expect(await sendRaw(bed.port, head, /\r\n\r\n/)).toMatch(/^HTTP\/1\.1 200/);
    expect(await (await plain(bed.port, '/keyhatch-ca.pem')).text()).toBe(ca);
  });

  test('its addresses are told as encrypted, those of this computer as plain', async () => {
    const bed = await bedWith({ mode: () => 'only' }, { hosts: ['127.0.0.1', other] });
    expect(bed.gateway.urls()).toEqual([`http://127.0.0.1:${bed.port}`, `https://${other}:${bed.port}`]);
  });
});
