// The whole house on hosts that are names: it listens at the address that was found, never at a public one that nobody has
// confirmed, also when a name leads there only later, and the exposure check says so.

import { expect, test } from 'vitest';
import { composeHouse } from '../../fakes/composed-house.ts';
import { clientOf } from '../../fakes/house-client.ts';
import { machine } from '../../fakes/some-interfaces.ts';

async function houseWith(hosts: string[], leads: Record<string, readonly string[]>) {
  const composed = await composeHouse({
    interfaces: () => machine({ lo: ['127.0.0.1/8'], eth9: ['127.0.0.2/8'], eth0: ['203.0.113.5/24'] }),
    async lookUpName(name) {
      const found = leads[name];
      if (!found) throw new Error('ENOTFOUND');
      return found;
    },
    flags: { 'server.port': 0, 'dashboard.enabled': true, 'dashboard.port': 0, 'server.autoStart': false },
  });
  const client = clientOf(composed.house);
  await client.settings.set({ name: 'server.hosts', value: hosts, confirm: true });
  return {
    ...composed,
    client,
    hostsNow: () => composed.house.status().server.urls.map((url) => new URL(url).hostname),
  };
}

test('a name is listened on by its address, and where it leads to a public one later, no more', async () => {
  const leads = { 'studio.example': ['127.0.0.2'] };
  const { client, house, hostsNow, lines } = await houseWith(['127.0.0.1', 'studio.example'], leads);
  await client.server.start();
  expect(hostsNow()).toEqual(['127.0.0.1', '127.0.0.2']);
  leads['studio.example'] = ['203.0.113.5'];
  await client.server.stop();
  await client.server.start();
  expect(hostsNow()).toEqual(['127.0.0.1']);
  await expect
    .poll(() => client.doctor.run(), { timeout: 20_000 })
    .toContainEqual(
      expect.objectContaining({
        check: 'public address',
        result: 'warning',
        says: expect.stringContaining('studio.example leads to 203.0.113.5'),
      }),
    );
  await expect.poll(() => house.status().exposures.map(({ id }) => id)).toContain('held-studio.example');
  expect(lines.join('\n')).toContain('nobody has confirmed');
  // Only once it is said, and then at that address: this machine has it on paper alone.
  const again = { name: 'server.hosts', value: ['127.0.0.1', 'studio.example'] };
  await expect(client.settings.set(again)).rejects.toMatchObject({ code: 'confirmation_needed' });
  await expect(client.settings.set({ ...again, confirm: true })).rejects.toMatchObject({
    code: 'address_unavailable',
    message: expect.stringContaining('203.0.113.5'),
  });
  expect(hostsNow()).toEqual(['127.0.0.1']);
  expect((await client.settings.get({ name: 'server.publicInterfaces' })).value).toEqual([]);
});

test('where nothing but such a name is left, and where a name leads nowhere, it does not listen and says why', async () => {
  const leads: Record<string, readonly string[]> = { 'studio.example': ['127.0.0.2'] };
  const { client, house } = await houseWith(['studio.example'], leads);
  leads['studio.example'] = ['203.0.113.5'];
  await expect(client.server.start()).rejects.toMatchObject({ code: 'address_unavailable' });
  expect(house.status().server).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('nobody has confirmed'),
  });
  await client.settings.set({ name: 'server.hosts', value: ['nowhere.example'] });
  await expect(client.server.start()).rejects.toMatchObject({
    code: 'address_unavailable',
    message: expect.stringContaining('leads to no address'),
  });
});
