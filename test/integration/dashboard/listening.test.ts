// The dashboard in the whole house: when it listens and where, as settings change under it, and that the two planes know
// nothing of each other's credentials.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createRouterClient } from '@orpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectControl } from '../../../electron/control/control-client.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import type { House } from '../../../electron/shell.ts';
import { errorsFromWire, errorsToWire } from '../../../shared/error-wire.ts';
import { atTheMachine } from '../../../shared/people-model.ts';
import { call, dashboardClient, redeem, send, signIn } from '../../fakes/browser.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { freePort, isRefused } from '../../fakes/free-port.ts';

const clientOf = (house: House) =>
  createRouterClient(house.router, {
    context: { caller: atTheMachine },
    interceptors: [errorsFromWire(), errorsToWire(silentLog)],
  });

const urlOf = (house: House) => house.status().dashboard.url ?? '';

async function holdPort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void holder.close());
  await once(holder, 'listening');
  return (holder.address() as AddressInfo).port;
}

const off = { 'server.port': 0 };

describe('as the settings say', () => {
  test('it is off until it is switched on, and off again', async () => {
    const { house } = await composeHouse({ flags: off });
    const client = clientOf(house);
    expect(house.status().dashboard.url).toBeNull();
    await expect(client.dashboard.link()).rejects.toMatchObject({ code: 'dashboard_off' });
    await client.settings.set({ name: 'dashboard.port', value: await freePort() });
    await client.settings.set({ name: 'dashboard.enabled', value: true });
    const url = urlOf(house);
    const halves = await signIn((await client.dashboard.link()).url);
    expect((await call(url, halves)).status).toBe(200);
    await client.settings.set({ name: 'dashboard.enabled', value: false });
    expect(house.status().dashboard.url).toBeNull();
    await expect.poll(() => isRefused(url)).toBe(true);
    await expect(client.dashboard.link()).rejects.toMatchObject({ code: 'dashboard_off' });
  });

  test('switching it off ends the link that was made, and every session', async () => {
    const { house } = await composeHouse({ flags: off });
    const client = clientOf(house);
    await client.settings.set({ name: 'dashboard.port', value: await freePort() });
    await client.settings.set({ name: 'dashboard.enabled', value: true });
    const halves = await signIn((await client.dashboard.link()).url);
    const { url } = await client.dashboard.link();
    expect((await call(urlOf(house), halves)).status).toBe(200);
    await client.settings.set({ name: 'dashboard.enabled', value: false });
    await client.settings.set({ name: 'dashboard.enabled', value: true });
    await expect(signIn(url)).rejects.toThrow('sign_in_link_invalid');
    expect(await call(urlOf(house), halves)).toMatchObject({ status: 401, code: 'session_required' });
  });

  test('moving it ends them too: another program may have its old port', async () => {
    const { house } = await composeHouse({ flags: { ...off, 'dashboard.enabled': true } });
    const client = clientOf(house);
    const oldPort = new URL(urlOf(house)).port;
    const { cookie, page } = await signIn((await client.dashboard.link()).url);
    const token = (await client.dashboard.link()).url.split('/').at(-1) ?? '';
    const port = await freePort();
    await client.settings.set({ name: 'dashboard.port', value: port });
    for (const name of [`keyhatch_session_${oldPort}`, `keyhatch_session_${port}`]) {
      const halves = { cookie: `${name}=${cookie.split('=')[1]}`, page };
      expect(await call(urlOf(house), halves)).toMatchObject({ status: 401, code: 'session_required' });
    }
    expect(await redeem(urlOf(house), token)).toMatchObject({ status: 403, code: 'sign_in_link_invalid' });
    expect((await call(urlOf(house), await signIn((await client.dashboard.link()).url))).status).toBe(200);
  });

  test('it moves to another port, and everybody who watches hears where', async () => {
    const { house } = await composeHouse({ flags: { ...off, 'dashboard.enabled': true } });
    const client = clientOf(house);
    const before = urlOf(house);
    const port = await freePort();
    const told: (string | null)[] = [];
    onTestFinished(
      house.changes.listen((change) => {
        if (change.type === 'status') told.push(change.status.dashboard.url);
      }),
    );
    await client.settings.set({ name: 'dashboard.port', value: port });
    expect(urlOf(house)).toBe(`http://127.0.0.1:${port}`);
    expect((await send(urlOf(house), '/')).status).toBe(503);
    await expect.poll(() => isRefused(before)).toBe(true);
    await expect.poll(() => told.at(-1)).toBe(urlOf(house));
  });

  test('whoever moves it or switches it off through itself still gets an answer', async () => {
    const { house } = await composeHouse({ flags: { ...off, 'dashboard.enabled': true } });
    const halves = await signIn(house.dashboardLink().url);
    const through = dashboardClient(urlOf(house), halves);
    const port = await freePort();
    expect(await through.settings.set({ name: 'dashboard.port', value: port })).toMatchObject({ value: port });
    expect(urlOf(house)).toBe(`http://127.0.0.1:${port}`);
  });

  test('a port that is taken changes nothing, and it is said by whom', async () => {
    const port = await freePort();
    const { house } = await composeHouse({ flags: off });
    const client = clientOf(house);
    await client.settings.set({ name: 'dashboard.port', value: port });
    await client.settings.set({ name: 'dashboard.enabled', value: true });
    const halves = await signIn((await client.dashboard.link()).url);
    const taken = await holdPort();
    await expect(client.settings.set({ name: 'dashboard.port', value: taken })).rejects.toMatchObject({
      code: 'port_in_use',
      details: { port: taken, host: '127.0.0.1', by: expect.stringContaining(String(process.pid)) },
    });
    expect((await client.settings.get({ name: 'dashboard.port' })).value).toBe(port);
    expect((await call(urlOf(house), halves)).status).toBe(200);
  });

  test('a taken port keeps it from being switched on', async () => {
    const { house } = await composeHouse({ flags: off });
    const client = clientOf(house);
    await client.settings.set({ name: 'dashboard.port', value: await holdPort() });
    const on = client.settings.set({ name: 'dashboard.enabled', value: true });
    await expect(on).rejects.toMatchObject({ code: 'port_in_use' });
    expect((await client.settings.get({ name: 'dashboard.enabled' })).value).toBe(false);
    expect(house.status().dashboard.url).toBeNull();
  });
});

test('at the start a chosen port that is taken is a warning, and the gateway runs', async () => {
  const port = await holdPort();
  const { house, gatewayUrl } = await composeHouse({
    flags: { ...off, 'dashboard.enabled': true, 'dashboard.port': port },
  });
  expect(house.status().dashboard.url).toBeNull();
  expect(house.status().warnings).toEqual([
    expect.stringMatching(new RegExp(`^There is no dashboard\\. Port ${port} on 127\\.0\\.0\\.1 is taken by `)),
  ]);
  expect((await fetch(`${gatewayUrl()}/health`)).status).toBe(200);
});

test('it listens on the loopback address alone', async () => {
  const { house } = await composeHouse();
  const port = Number(new URL(urlOf(house)).port);
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  for (const { address } of others) {
    const [error] = (await once(connect({ host: address, port }), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  }
});

test('a session opens nothing at the gateway, and a key of the gateway nothing here', async () => {
  const { house, gatewayUrl } = await composeHouse();
  const client = clientOf(house);
  const { key } = await client.keys.create({ name: 'laptop' });
  const { cookie, page } = await signIn((await client.dashboard.link()).url);
  const gateway = gatewayUrl();
  const models = (headers: Record<string, string>) => fetch(`${gateway}/v1/models`, { headers });
  expect((await models({ authorization: `Bearer ${key}` })).status).toBe(200);
  for (const headers of [
    { cookie, 'x-keyhatch-session': page },
    { authorization: `Bearer ${page}` },
    { 'x-api-key': page },
    { authorization: `Bearer ${cookie.split('=')[1]}` },
  ]) {
    expect((await models(headers)).status).toBe(401);
  }
  for (const headers of [{ authorization: `Bearer ${key}` }, { 'x-api-key': key }, { 'x-keyhatch-session': key }]) {
    expect(await call(urlOf(house), {}, headers)).toMatchObject({ status: 401, code: 'session_required' });
    expect(await call(urlOf(house), { cookie }, headers)).toMatchObject({ status: 401, code: 'session_required' });
  }
});

test('of a profile at rest it is said that nothing runs', async () => {
  const { house } = await composeHouse();
  await house.stop();
  expect(() => house.dashboardLink()).toThrow(expect.objectContaining({ code: 'not_running' }));
});

test('a stop does not wait for pages that watch', async () => {
  const { house, dataDir } = await composeHouse();
  const page = await dashboardClient(urlOf(house), await signIn(house.dashboardLink().url)).changes.watch();
  expect((await page.next()).value).toEqual({ type: 'ready' });
  const connection = await connectControl({ dataDir });
  expect((await connection?.client.status.get())?.dashboard.url).toBe(urlOf(house));
  const ended = (async () => {
    for await (const _change of page);
  })();
  await Promise.all([house.stop(), expect(ended).rejects.toThrow()]);
});
