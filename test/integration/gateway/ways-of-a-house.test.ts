// Ways in without a key in a whole house: opened and closed by calls of the contract, kept over a restart, noted without their
// secret, and gone with their key.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { describe, expect, test } from 'vitest';
import { composeHouse } from '../../fakes/composed-house.ts';
import { freePort } from '../../fakes/free-port.ts';
import { clientOf } from '../../fakes/house-client.ts';
import { plain } from '../../fakes/ways-bed.ts';

const echo = JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'hi' }] });
type House = Awaited<ReturnType<typeof composeHouse>>['house'];
const portOf = (house: House) => Number(new URL(house.status().server.urls[0] ?? '').port);

async function houseWithKey() {
  const composed = await composeHouse();
  const client = clientOf(composed.house);
  const { id } = await client.keys.create({ name: 'heater' });
  return { ...composed, client, keyId: id };
}

test('a path token works from its making to its closing, and nothing that is kept or noted holds it', async () => {
  const { house, client, dataDir, lines } = await houseWithKey();
  const { way, path } = await client.ways.addPath({ key: 'heater', name: 'tv', networks: ['this-computer'] });
  const ask = () => plain({ port: portOf(house) }, `${path}/v1/chat/completions`, {}, echo);
  expect((await ask()).status).toBe(200);
  const { rows } = await client.requests.list({});
  expect(rows[0]).toMatchObject({ keyName: 'heater', caller: 'path_token' });
  const secret = path.slice(-38);
  const { entries } = await client.history.list({ kind: 'way' });
  expect(entries.map(({ action, subject }) => `${action} ${subject.name}`)).toEqual(['created tv']);
  const facts = await client.ways.list();
  for (const text of [JSON.stringify([entries, rows, facts]), lines.join('\n')]) expect(text).not.toContain(secret);
  for (const file of readdirSync(dataDir, { withFileTypes: true }).filter((entry) => entry.isFile())) {
    expect(readFileSync(join(dataDir, file.name)).includes(secret), file.name).toBe(false);
  }
  expect(await client.ways.close({ id: way.id })).toEqual([]);
  expect((await ask()).code).toBe('key_unknown');
});

test('the second port follows the server: it stops and starts with it, and is told when its port is taken', async () => {
  const { house, client } = await houseWithKey();
  const port = await freePort();
  await client.ways.setPort({ key: 'heater', port });
  const ask = () => plain({ port }, '/v1/chat/completions', {}, echo);
  expect((await ask()).status).toBe(200);
  await client.server.stop();
  await expect(ask()).rejects.toThrow();
  expect((await client.ways.list())[0]).toMatchObject({ urls: [], problem: 'It listens once the server runs.' });
  await client.server.start();
  expect((await ask()).status).toBe(200);
  await expect(client.ways.setPort({ key: 'heater', port: portOf(house) })).rejects.toMatchObject({
    code: 'port_in_use',
  });
  expect((await ask()).status).toBe(200);
  await expect(
    client.ways.setPort({ key: 'heater', port: await freePort(), hosts: ['0.0.0.0'] }),
  ).rejects.toMatchObject({ code: 'confirmation_needed' });
  const next = await freePort();
  await client.ways.setPort({ key: 'heater', port: next });
  await expect(ask()).rejects.toThrow();
  expect((await plain({ port: next }, '/v1/models')).status).toBe(200);
  const { entries } = await client.history.list({ kind: 'way' });
  expect(entries.map(({ action }) => action)).toEqual(['created', 'deleted', 'created']);
});

test('with a key go its ways, and a paused one is said to let nobody in', async () => {
  const { client } = await houseWithKey();
  await client.ways.addRule({ key: 'heater', cidr: '192.168.1.20' });
  await client.ways.addPath({ key: 'heater', name: 'tv', networks: ['my-network'] });
  await client.keys.pause({ ref: 'heater' });
  expect((await client.ways.list()).map(({ problem }) => problem)).toEqual([
    'Its key "heater" is paused.',
    'Its key "heater" is paused.',
  ]);
  await client.keys.delete({ ref: 'heater' });
  await expect.poll(() => client.ways.list()).toEqual([]);
});

test('ways are kept over a restart; a path token whose secret the vault has lost says so', async () => {
  const { house, client, dataDir } = await houseWithKey();
  await client.ways.addRule({ key: 'heater', cidr: '192.168.1.20' });
  await client.ways.addPath({ key: 'heater', name: 'tv', networks: ['my-network'] });
  const before = await client.ways.list();
  await house.stop();
  const again = await composeHouse({ dataDir });
  const after = await clientOf(again.house).ways.list();
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  expect(after.map(({ problem }) => problem)).toEqual([null, 'Its token is no longer in the vault: make a new one.']);
});

describe('what cannot be opened', () => {
  test('a rule for a wide, a public or a doubled block, and anything for an admin or a revoked key', async () => {
    const { client } = await houseWithKey();
    for (const cidr of ['10.0.0.0/8', '0.0.0.0/0', '8.8.8.8', '127.0.0.1', 'fd00::/48']) {
      await expect(client.ways.addRule({ key: 'heater', cidr }), cidr).rejects.toMatchObject({ code: 'input_invalid' });
    }
    await client.ways.addRule({ key: 'heater', cidr: '10.0.0.0/24' });
    await expect(client.ways.addRule({ key: 'heater', cidr: '10.0.0.0/24' })).rejects.toMatchObject({
      code: 'name_taken',
    });
    await client.keys.create({ name: 'program', kind: 'admin' });
    await expect(client.ways.addRule({ key: 'program', cidr: '10.0.1.0/24' })).rejects.toMatchObject({
      code: 'key_wrong_kind',
    });
    await client.keys.revoke({ ref: 'heater' });
    await expect(client.ways.addRule({ key: 'heater', cidr: '10.0.1.0/24' })).rejects.toMatchObject({
      code: 'key_revoked_final',
    });
  });
  test('a path token for anywhere, or for longer than 90 days', async () => {
    const { client } = await houseWithKey();
    const good = { key: 'heater', name: 'tv', networks: ['my-network'] };
    for (const bad of [{ networks: ['anywhere'] }, { networks: ['0.0.0.0/0'] }, { networks: [] }, { days: 91 }]) {
      await expect(client.ways.addPath({ ...good, ...bad })).rejects.toMatchObject({ code: 'input_invalid' });
    }
  });
  test('anything by who is not the owner in person', async () => {
    const { house } = await houseWithKey();
    const input = { key: 'heater', cidr: '10.0.0.0/24' };
    const as = (caller: object) =>
      createRouterClient(house.router, { context: { caller: { personId: null, provedAt: null, ...caller } as never } });
    await expect(as({ role: 'owner', way: 'admin_key' }).ways.addRule(input)).rejects.toMatchObject({
      code: 'owner_session_required',
    });
    await expect(as({ role: 'manager', way: 'session' }).ways.addRule(input)).rejects.toMatchObject({
      code: 'not_permitted',
    });
    await expect(as({ role: 'owner', way: 'session' }).ways.addRule(input)).rejects.toMatchObject({
      code: 'proof_required',
    });
    expect(await as({ role: 'viewer', way: 'session' }).ways.list()).toEqual([]);
  });
});
