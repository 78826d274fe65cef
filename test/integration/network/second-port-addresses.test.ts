// The second port on a machine whose addresses change: it goes along as the gateway's own port does, cuts nothing that runs, and
// while it moves lets nobody in as the key that it was bound to.

import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Interfaces } from '../../../electron/core/interfaces.ts';
import type { KeyRegistry } from '../../../electron/core/key-registry.ts';
import { createWays } from '../../../electron/core/ways.ts';
import { systemClock } from '../../../electron/lib/clock.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { freePort } from '../../fakes/free-port.ts';
import { clientOf } from '../../fakes/house-client.ts';
import { dialResponses, openResponses } from '../../fakes/responses-client.ts';
import { machine } from '../../fakes/some-interfaces.ts';
import { makeWaysBed, plain, waysKeyId } from '../../fakes/ways-bed.ts';

const lo = ['127.0.0.1/8'];
const untilTrue = (look: () => boolean | Promise<boolean>) =>
  vi.waitUntil(look, { timeout: 20_000, interval: 50 }) as Promise<unknown>;
const statusAt = (host: string, port: number) =>
  plain({ host, port }, '/health').then(
    ({ status }) => status,
    () => 0,
  );

async function houseOn(hosts: readonly string[], first: Interfaces) {
  const state = { interfaces: first };
  const { house } = await composeHouse({ interfaces: () => state.interfaces });
  const client = clientOf(house);
  await client.keys.create({ name: 'heater' });
  const port = await freePort();
  await client.ways.setPort({ key: 'heater', port, hosts: [...hosts], confirm: true });
  return { state, house, client, port };
}

test('an interface by name is followed to its new address, and what runs on the others is not cut', async () => {
  const { state, client, port } = await houseOn(['127.0.0.1', 'if:eth9'], machine({ lo, eth9: ['127.0.0.2/8'] }));
  expect([await statusAt('127.0.0.1', port), await statusAt('127.0.0.2', port)]).toEqual([200, 200]);
  const running = await openResponses(dialResponses(`http://127.0.0.1:${port}`));
  onTestFinished(() => running.socket.terminate());

  state.interfaces = machine({ lo, eth9: ['127.0.0.3/8'] });
  await untilTrue(async () => (await statusAt('127.0.0.3', port)) === 200);
  expect(await statusAt('127.0.0.2', port)).toBe(0);
  expect((await client.ways.list())[0]).toMatchObject({
    problem: null,
    urls: [`http://127.0.0.1:${port}`, `http://127.0.0.3:${port}`],
  });
  expect(running.socket.readyState).toBe(WebSocket.OPEN);

  state.interfaces = machine({ lo });
  await untilTrue(async () => (await statusAt('127.0.0.3', port)) === 0);
  expect(await statusAt('127.0.0.1', port)).toBe(200);
  expect(running.socket.readyState).toBe(WebSocket.OPEN);
});

test('without any address it says so, and listens on its port as soon as there is one', async () => {
  const { state, client, port } = await houseOn(['if:eth9'], machine({ lo }));
  expect((await client.ways.list())[0]).toMatchObject({ urls: [], problem: 'None of its addresses is there now.' });
  state.interfaces = machine({ lo, eth9: ['127.0.0.2/8'] });
  await untilTrue(async () => (await statusAt('127.0.0.2', port)) === 200);
  expect((await client.ways.list())[0]).toMatchObject({ problem: null, urls: [`http://127.0.0.2:${port}`] });
});

test('a public address is named before it is opened, and one that lies on an interface is left alone', async () => {
  const interfaces = machine({ lo, eth9: ['127.0.0.2/8', '203.0.113.5/24'] });
  const { house } = await composeHouse({ interfaces: () => interfaces });
  const client = clientOf(house);
  await client.keys.create({ name: 'heater' });
  const open = { key: 'heater', port: await freePort() };
  const asked = await client.ways.setPort({ ...open, hosts: ['0.0.0.0'] }).catch((error: unknown) => error);
  expect(asked).toMatchObject({
    code: 'confirmation_needed',
    message: expect.stringMatching(/in your network.*203\.0\.113\.5 on eth9, a public address/),
  });
  await client.ways.setPort({ ...open, hosts: ['if:eth9'], confirm: true });
  expect((await client.ways.list())[0]).toMatchObject({ problem: null, urls: [`http://127.0.0.2:${open.port}`] });
  await client.ways.setPort({ ...open, hosts: ['0.0.0.0'], confirm: true });
  expect(await client.doctor.run()).toContainEqual(
    expect.objectContaining({ check: 'second port', result: 'bad', says: expect.stringContaining('203.0.113.5') }),
  );
  await expect(client.ways.setPort({ ...open, hosts: ['nas.example'], confirm: true })).rejects.toMatchObject({
    code: 'input_invalid',
  });
});

/** Ways over a gateway's second port; `meanwhile` runs when it has begun to listen and nobody was told yet. */
async function waysOn(meanwhile: (port: number) => Promise<unknown>) {
  const bed = await makeWaysBed();
  onTestFinished(bed.close);
  const { way } = await bed.openPort();
  const { secondPort } = bed.gateway;
  const key = { id: waysKeyId, name: 'heater', kind: 'inference', revokedAt: null, personId: null };
  const ways = createWays({
    ways: bed.waysIn,
    store: { put() {}, remove() {} },
    registry: { get: (id: string) => (id === key.id ? key : undefined), all: () => [key] } as unknown as KeyRegistry,
    vault: { verifiers: () => undefined, locked: () => undefined },
    sockets: () => ({
      ...secondPort,
      async listenOn(hosts, port) {
        await secondPort.listenOn(hosts, port);
        await meanwhile(Number(new URL(secondPort.urls()[0] ?? '').port));
      },
    }),
    serves: () => true,
    interfaces: () => machine({ lo }),
    onClosed: bed.gateway.passesChanged,
    onChange() {},
    fillRandom: (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
    record() {},
    clock: systemClock,
    log: silentLog,
  });
  return { ways, before: way };
}

const place = async () => ({ key: 'heater', port: await freePort(), hosts: ['127.0.0.1'], confirm: false });

test('who comes by a new place while it opens is not taken for the key that the port was bound to', async () => {
  const met: unknown[] = [];
  const { ways } = await waysOn(async (port) => met.push((await plain({ port }, '/v1/models')).code));
  const next = await place();
  await ways.setPort(next);
  expect(met).toEqual(['key_missing']);
  expect((await plain({ port: next.port }, '/v1/models')).status).toBe(200);
});

test('closing the one before while another takes its place closes that one alone', async () => {
  let closing: Promise<unknown> | undefined;
  const { ways, before } = await waysOn(async () => {
    closing ??= ways.close(before.id);
  });
  const next = await place();
  const made = await ways.setPort(next);
  await closing;
  expect(ways.list().map(({ id }) => id)).toEqual([made.id]);
  expect((await plain({ port: next.port }, '/v1/models')).status).toBe(200);
});
