import { expect, test } from 'vitest';
import { isOpenOnLan } from '../../../electron/upstream/exposure.ts';
import { startFakeOllama } from '../../fakes/model-servers.ts';
import { opening } from '../../fakes/opening.ts';

// ::1 stands for an address on the LAN here: tests connect to this computer's loopback only.
test('tells the addresses at which the port is open', async () => {
  const server = await opening(startFakeOllama());
  expect(await isOpenOnLan(server.url, { addresses: ['127.0.0.1', '::1'] })).toEqual(['127.0.0.1']);
  await opening(startFakeOllama({ host: '::1', port: server.port }));
  expect(await isOpenOnLan(server.url, { addresses: ['::1'] })).toEqual(['::1']);
});

test('tells nothing of a server elsewhere, nor of one that is open to this computer only', async () => {
  const server = await opening(startFakeOllama());
  expect(await isOpenOnLan(new URL('http://192.0.2.1:11434'), { addresses: ['127.0.0.1'] })).toEqual([]);
  expect(await isOpenOnLan(server.url, { addresses: [] })).toEqual([]);
});
