import { expect, test } from 'vitest';
import { whereOpen } from '../../../electron/upstream/exposure.ts';
import { startFakeOllama } from '../../fakes/model-servers.ts';
import { opening } from '../../fakes/opening.ts';

// ::1 stands for an address on the LAN here: tests connect to this computer's loopback only.
test('tells the addresses at which the port is open', async () => {
  const server = await opening(startFakeOllama());
  const addresses = ['127.0.0.1', '::1'];
  expect(await whereOpen(server.url, { addresses })).toEqual({
    port: server.port,
    elsewhere: false,
    openAt: ['127.0.0.1'],
  });
  await opening(startFakeOllama({ host: '::1', port: server.port }));
  expect((await whereOpen(server.url, { addresses: ['::1'] })).openAt).toEqual(['::1']);
});

test('tells nothing of a server that is open to this computer only, and of one elsewhere that it is there', async () => {
  const server = await opening(startFakeOllama());
  expect(await whereOpen(server.url, { addresses: [] })).toMatchObject({ elsewhere: false, openAt: [] });
  const far = await whereOpen(new URL('http://192.0.2.1:11434'), { addresses: ['127.0.0.1'] });
  expect(far).toEqual({ port: 11434, elsewhere: true, openAt: [] });
});

test('one that is used by an address of this machine is here, and is looked at', async () => {
  const server = await opening(startFakeOllama());
  const addresses = ['192.0.2.1', '127.0.0.1'];
  const used = new URL(`http://192.0.2.1:${server.port}`);
  expect(await whereOpen(used, { addresses })).toMatchObject({ elsewhere: false, openAt: ['127.0.0.1'] });
});
