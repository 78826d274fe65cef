import { afterEach, expect, test } from 'vitest';
import { isOpenOnLan } from '../../../electron/upstream/exposure.ts';
import { type FakeServer, startFakeOllama } from '../../fakes/model-servers.ts';

const opened: FakeServer[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

// ::1 stands for an address on the LAN here: tests connect to this computer's loopback only.
test('tells the addresses at which the port is open', async () => {
  const server = await startFakeOllama();
  opened.push(server);
  expect(await isOpenOnLan(server.url, { addresses: ['127.0.0.1', '::1'] })).toEqual(['127.0.0.1']);
  opened.push(await startFakeOllama({ host: '::1', port: server.port }));
  expect(await isOpenOnLan(server.url, { addresses: ['::1'] })).toEqual(['::1']);
});

test('tells nothing of a server elsewhere, nor of one that is open to this computer only', async () => {
  const server = await startFakeOllama();
  opened.push(server);
  expect(await isOpenOnLan(new URL('http://192.0.2.1:11434'), { addresses: ['127.0.0.1'] })).toEqual([]);
  expect(await isOpenOnLan(server.url, { addresses: [] })).toEqual([]);
});
