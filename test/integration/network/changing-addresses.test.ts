// The whole house on a machine whose addresses change: it listens where an interface is now, keeps what stays, and says
// what is away. Further loopback addresses stand for those of an interface.

import { expect, test, vi } from 'vitest';
import type { Interfaces } from '../../../electron/core/interfaces.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { clientOf } from '../../fakes/house-client.ts';
import { machine } from '../../fakes/some-interfaces.ts';

const untilTrue = (look: () => boolean | Promise<boolean>) =>
  vi.waitUntil(look, { timeout: 20_000, interval: 50 }) as Promise<unknown>;
const health = (host: string, port: number) =>
  fetch(`http://${host}:${port}/health`).then(
    ({ status }) => status,
    () => 0,
  );

test('an interface by name is followed to its new address, and one that is away is told and comes back', async () => {
  const lo = ['127.0.0.1/8'];
  let interfaces: Interfaces = machine({ lo, eth9: ['127.0.0.2/8'] });
  const { house } = await composeHouse({
    interfaces: () => interfaces,
    flags: {
      'server.port': 0,
      'server.hosts': ['127.0.0.1', 'if:eth9'],
      'dashboard.enabled': true,
      'dashboard.port': 0,
    },
  });
  const client = clientOf(house);
  const [url] = house.status().server.urls;
  const port = Number(new URL(url ?? '').port);
  expect([await health('127.0.0.1', port), await health('127.0.0.2', port)]).toEqual([200, 200]);

  interfaces = machine({ lo, eth9: ['127.0.0.3/8'] });
  await untilTrue(async () => (await health('127.0.0.3', port)) === 200);
  expect(await health('127.0.0.2', port)).toBe(0);
  expect(house.status().server.urls).toEqual([`http://127.0.0.1:${port}`, `http://127.0.0.3:${port}`]);

  interfaces = machine({ lo });
  await untilTrue(() => house.status().server.urls.length === 1);
  expect(house.status().server).toMatchObject({ state: 'running', urls: [`http://127.0.0.1:${port}`] });
  await untilTrue(() => house.status().exposures.some(({ id }) => id === 'away-eth9'));
  expect(await client.network.interfaces()).toContainEqual(
    expect.objectContaining({ name: 'eth9', kind: 'ethernet', present: false, wanted: true }),
  );
  expect(await client.doctor.run()).toContainEqual(
    expect.objectContaining({ check: 'interface', result: 'warning', says: expect.stringContaining('eth9 is away') }),
  );

  interfaces = machine({ lo, eth9: ['127.0.0.2/8'] });
  await untilTrue(async () => (await health('127.0.0.2', port)) === 200);
  await untilTrue(() => house.status().exposures.length === 0);
  const { entries } = await client.history.list({});
  const noted = entries.map(({ action, detail, actor }) => [action, detail, actor]);
  const says = 'The interface eth9 is away, so nobody can come in through it.';
  expect(noted).toContainEqual(['exposed', says, 'automatic']);
  expect(noted).toContainEqual(['closed', says, 'automatic']);
});

test('without any address it waits, and listens on the port it had as soon as there is one', async () => {
  let interfaces: Interfaces = machine({ lo: ['127.0.0.1/8'] });
  const { house } = await composeHouse({
    interfaces: () => interfaces,
    flags: { 'server.port': 0, 'server.hosts': ['if:eth9'], 'dashboard.enabled': true, 'dashboard.port': 0 },
  });
  expect(house.status().server).toMatchObject({ state: 'running', urls: [] });
  interfaces = machine({ lo: ['127.0.0.1/8'], eth9: ['127.0.0.2/8'] });
  await untilTrue(() => house.status().server.urls.length === 1);
  const [url] = house.status().server.urls;
  expect(await health('127.0.0.2', Number(new URL(url ?? '').port))).toBe(200);
  interfaces = machine({ lo: ['127.0.0.1/8'] });
  await untilTrue(() => house.status().server.urls.length === 0);
  interfaces = machine({ lo: ['127.0.0.1/8'], eth9: ['127.0.0.3/8'] });
  await untilTrue(() => house.status().server.urls.length === 1);
  expect(new URL(house.status().server.urls[0] ?? '').port).toBe(new URL(url ?? '').port);
});

test('a tunnel that begins to pass requests on is found at once, noted once and told to whoever looks', async () => {
  const { house } = await composeHouse();
  const client = clientOf(house);
  const [url] = house.status().server.urls;
  await fetch(`${url}/health`, { headers: { 'cf-ray': '8c2b', 'cf-connecting-ip': '203.0.113.9' } });
  await untilTrue(() => house.status().exposures.some(({ id }) => id.startsWith('passed-on-Cloudflare')));
  await fetch(`${url}/health`, { headers: { 'cf-ray': '8c2c' } });
  const findings = (await client.doctor.run()).filter(({ check }) => check === 'tunnel');
  expect(findings).toMatchObject([{ result: 'warning', says: expect.stringContaining('Cloudflare’s tunnel') }]);
  expect(JSON.stringify(findings)).not.toContain('203.0.113.9');
  const { entries } = await client.history.list({});
  expect(entries.filter(({ action }) => action === 'exposed')).toHaveLength(1);
});
