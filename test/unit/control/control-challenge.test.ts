// The mutual challenge: neither side says anything of worth before the other has proved that it knows the secret.

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Agent, createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { controlFilePath } from '../../../electron/control/control-address.ts';
import { openControlChannel } from '../../../electron/control/control-channel.ts';
import { connectControl } from '../../../electron/control/control-client.ts';
import { clientProof, makeNonce, sessionHeader } from '../../../electron/control/control-handshake.ts';
import { createControlFixture } from './control-fixture.ts';

/** One connection driven by hand. */
function rawConnection(address: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const outgoing = request({ socketPath: address, agent, method: 'POST', path, headers });
    const [incoming] = (await once(outgoing.end(JSON.stringify(body)), 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
    return { status: incoming.statusCode, answer: JSON.parse(text) };
  };
}

async function greeted(post: ReturnType<typeof rawConnection>, secret: string): Promise<Record<string, string>> {
  const clientNonce = makeNonce();
  const { answer } = await post('/hello', { clientNonce });
  return { [sessionHeader]: `${answer.session}.${clientProof(secret, clientNonce, answer.serverNonce)}` };
}

const refusal = { status: 403, answer: { json: { code: 'CONTROL_REFUSED', data: { code: 'control_refused' } } } };

test('a-client-that-knows-the-secret-is-let-in', async () => {
  const { start, controlFile } = await createControlFixture();
  await start();
  const { address, secret } = await controlFile();
  const post = rawConnection(address);
  expect(await post('/rpc/status/get', {}, await greeted(post, secret))).toMatchObject({ status: 200 });
});

test('a-client-with-a-wrong-secret-or-none-is-refused', async () => {
  const { start, controlFile, instance } = await createControlFixture();
  await start();
  const { address } = await controlFile();
  const forged = await greeted(rawConnection(address), '0'.repeat(64));
  expect(await rawConnection(address)('/rpc/status/get', {}, forged)).toMatchObject(refusal);
  expect(await rawConnection(address)('/rpc/status/get', {})).toMatchObject(refusal);
  expect(instance.calls).toEqual([]);
});

test('a-session-is-worth-nothing-on-another-connection', async () => {
  const { start, controlFile, instance } = await createControlFixture();
  await start();
  const { address, secret } = await controlFile();
  const proved = await greeted(rawConnection(address), secret);
  const other = rawConnection(address);
  await greeted(other, secret);
  expect(await other('/rpc/status/get', {}, proved)).toMatchObject(refusal);
  expect(instance.calls).toEqual([]);
});

test('anything-but-greeting-and-calls-is-refused', async () => {
  const { start, controlFile } = await createControlFixture();
  await start();
  const { address, secret } = await controlFile();
  expect(await rawConnection(address)('/hello', { clientNonce: 'short' })).toMatchObject(refusal);
  for (const path of ['/', '/rpcx/status/get', '/rpc/status/unheard-of']) {
    const post = rawConnection(address);
    expect(await post(path, {}, await greeted(post, secret))).toMatchObject(refusal);
  }
});

test('a-session-that-asked-nothing-for-a-minute-is-over', async () => {
  let elapsedMs = 0;
  const { start, controlFile } = await createControlFixture();
  await start({ clock: { now: () => 0, monotonic: () => elapsedMs } });
  const { address, secret } = await controlFile();
  const post = rawConnection(address);
  const proved = await greeted(post, secret);
  elapsedMs += 59_000;
  expect(await post('/rpc/status/get', {}, proved)).toMatchObject({ status: 200 });
  elapsedMs += 59_000;
  expect(await post('/rpc/status/get', {}, proved)).toMatchObject({ status: 200 });
  elapsedMs += 60_001;
  expect(await post('/rpc/status/get', {}, proved)).toMatchObject(refusal);
});

test('an-impostor-is-noticed-before-any-call-is-sent', async () => {
  const { dataDir, start, controlFile } = await createControlFixture();
  await start();
  const { secret } = await controlFile();
  const heard: string[] = [];
  const impostor = createHttpServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    heard.push(`${incoming.url} ${body}`);
    response.end(JSON.stringify({ session: 'ab'.repeat(8), serverNonce: makeNonce(), proof: makeNonce() }));
  });
  const address = join(dataDir, 'run', 'impostor.sock');
  await once(impostor.listen(address), 'listening');
  onTestFinished(() => void impostor.close());
  await writeFile(controlFilePath(dataDir), JSON.stringify({ address, secret }));
  await expect(connectControl({ dataDir })).rejects.toMatchObject({
    code: 'control_refused',
    message: expect.stringContaining('cannot prove that it is the owner of this profile'),
  });
  expect(heard).toEqual([expect.stringMatching(/^\/hello \{"clientNonce":"[0-9a-f]{64}"\}$/)]);
});

test('an-impostor-that-takes-the-place-of-the-instance-hears-no-further-call', async () => {
  const { start, connect } = await createControlFixture();
  const server = await start();
  const client = await connect();
  await server.close();
  let heard = '';
  const impostor = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      heard += chunk;
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    });
  });
  await once(impostor.listen(server.address), 'listening');
  onTestFinished(() => void impostor.close());
  const call = client.keys.create({ name: 'plans', value: 'a-value-of-my-own-0123' });
  await expect(call).rejects.toMatchObject({ code: 'control_refused' });
  expect(heard).toContain('POST /hello');
  expect(heard).not.toContain('a-value-of-my-own');
});

test('something-that-hangs-up-is-not-taken-for-the-instance', async () => {
  const { dataDir, start, controlFile } = await createControlFixture();
  await start();
  const { secret } = await controlFile();
  const address = join(dataDir, 'run', 'rude.sock');
  const rude = createServer((socket) => socket.on('error', () => {}).end());
  await once(rude.listen(address), 'listening');
  onTestFinished(() => void rude.close());
  await expect(openControlChannel({ address, secret })).rejects.toMatchObject({ code: 'control_refused' });
});
