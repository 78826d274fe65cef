// The dashboard on networks by their name: it listens where they are now and goes along with them; what this machine does not
// have is refused before anything is kept. Further loopback addresses stand for those of an interface.

import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Interfaces } from '../../../electron/core/interfaces.ts';
import { makePeopleBed } from '../../fakes/people-bed.ts';
import { machine } from '../../fakes/some-interfaces.ts';

const lo = ['127.0.0.1/8'];
const flags = { 'server.port': 0, 'dashboard.enabled': true, 'dashboard.port': 0 };

function connects(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
}

test('it listens on an interface by name and follows it to its new address, and nobody here is signed out', async () => {
  let interfaces: Interfaces = machine({ lo, eth9: ['127.0.0.2/8'] });
  const bed = await makePeopleBed({ interfaces: () => interfaces, flags });
  const owner = await bed.makeOwner();
  await bed.machine.settings.set({ name: 'dashboard.hosts', value: ['127.0.0.1', 'if:eth9'] });
  const { url, secureUrl } = bed.house.status().dashboard;
  expect(url).toBe(bed.url);
  const port = Number(new URL(bed.url).port);
  expect(secureUrl).toBe(`https://127.0.0.2:${port}`);

  interfaces = machine({ lo, eth9: ['127.0.0.3/8'] });
  await vi.waitUntil(() => connects('127.0.0.3', port), { timeout: 20_000, interval: 50 });
  expect(await connects('127.0.0.2', port)).toBe(false);
  expect(bed.house.status().dashboard.secureUrl).toBe(`https://127.0.0.3:${port}`);
  expect((await owner.client.me.get()).person?.name).toBe('Olga');
});

test('what this machine does not have is refused with what it has, and the audit log knows of no change', async () => {
  const interfaces = machine({ lo, eth9: ['192.168.7.5/24'] });
  const bed = await makePeopleBed({ interfaces: () => interfaces, flags });
  const set = (...value: string[]) => bed.machine.settings.set({ name: 'dashboard.hosts', value });
  await expect(set('127.0.0.1', 'if:eth9')).rejects.toMatchObject({ code: 'dashboard_needs_password' });
  await bed.makeOwner();
  const refusal = { code: 'address_unavailable', message: expect.stringContaining('192.168.7.5 (eth9)') };
  await expect(set('127.0.0.1', '192.168.7.6')).rejects.toMatchObject(refusal);
  await expect(set('if:wlan0')).rejects.toMatchObject(refusal);
  const { entries } = await bed.machine.history.list({ kind: 'setting' });
  expect(entries).toEqual([]);
});
