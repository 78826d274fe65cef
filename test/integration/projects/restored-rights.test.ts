// What a restore must not undo: nobody's keys may more than their person may now, whoever was removed does not come back by
// it, and no door opens that took a confirmation of its own, be the backup made by hand.

import { expect, test } from 'vitest';
import type { Interfaces } from '../../../electron/core/interfaces.ts';
import { sealBackup, unsealBackup } from '../../../electron/vault/backup-seal.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { clientOf } from '../../fakes/house-client.ts';
import { makePeopleBed } from '../../fakes/people-bed.ts';
import { machine } from '../../fakes/some-interfaces.ts';

const passphrase = 'correct horse battery';

type Content = Record<string, unknown> & { readonly people: readonly object[]; readonly settings: object };

/** The backup with something changed in it, sealed anew by whoever knows its passphrase. */
async function changed(text: string, change: (content: Content) => object): Promise<string> {
  const content = JSON.parse(await unsealBackup(text, passphrase)) as Content;
  return sealBackup(JSON.stringify({ ...content, ...change(content) }), passphrase);
}

test('a key comes back within what its person may have now, and one that comes with its person within what they had', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  const anna = await bed.join('Anna', 'member', { rpm: 60, models: null });
  const { id, key } = await anna.client.keys.create({ name: 'notebook', rpm: 60 });
  const { text } = await bed.machine.backup.create({ passphrase });
  await bed.machine.people.edit({ ref: 'Anna', limits: { rpm: 2, models: ['small'], operations: ['models:list'] } });
  await bed.machine.backup.restore({ text, passphrase, replace: true });
  expect(await bed.machine.keys.get({ ref: id })).toMatchObject({
    limits: { rpm: 2 },
    models: ['small'],
    policy: { operations: ['models:list'] },
  });
  expect((await bed.chat(key)).headers.get('x-keyhatch-error')).toBe('operation_not_allowed');

  const wide = await changed(text, ({ people }) => ({
    people: people.map((person) => ({ ...person, limits: { rpm: 3 } })),
  }));
  const elsewhere = clientOf((await composeHouse()).house);
  await elsewhere.backup.restore({ text: wide, passphrase });
  expect(await elsewhere.keys.get({ ref: id })).toMatchObject({ limits: { rpm: 3 } });
});

test('whoever was removed comes back paused, which is said, and the machine’s link stays with who is here', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner('Olga');
  await bed.join('Oskar', 'owner');
  const { key } = await bed.machine.keys.create({ name: 'his', person: 'Oskar' });
  const { text } = await bed.machine.backup.create({ passphrase });
  await bed.machine.people.remove({ ref: 'Oskar' });
  expect(await bed.machine.backup.restore({ text, passphrase, replace: true })).toMatchObject({ paused: 1 });
  expect(await bed.machine.people.get({ ref: 'Oskar' })).toMatchObject({ status: 'paused', passwordSetAt: null });
  expect(await bed.machine.people.get({ ref: 'Olga' })).toMatchObject({ status: 'active' });
  expect((await bed.chat(key)).headers.get('x-keyhatch-error')).toBe('person_paused');
});

test('a link of the machine signs in as an owner with a password, even if another was there before', async () => {
  const bed = await makePeopleBed();
  const olga = await bed.makeOwner('Olga');
  const { text } = await bed.machine.backup.create({ passphrase });
  const planted = await changed(text, ({ people }) => ({
    people: [...people, { ...people[0], id: 'p1anted0', name: 'Eve', createdAt: 1, passwordSetAt: null }],
  }));
  expect(await bed.machine.backup.restore({ text: planted, passphrase, replace: true })).toMatchObject({ paused: 1 });
  await bed.machine.people.edit({ ref: 'Eve', status: 'active' });
  expect((await (await bed.byLink()).client.me.get()).person?.id).toBe(olga.id);
});

test('somebody who was removed stays out where nothing and nobody else is left', async () => {
  const bed = await makePeopleBed();
  await bed.join('Anna');
  const { text } = await bed.machine.backup.create({ passphrase });
  await bed.machine.people.remove({ ref: 'Anna' });
  expect(await bed.machine.backup.restore({ text, passphrase })).toMatchObject({ paused: 1 });
  const elsewhere = clientOf((await composeHouse()).house);
  expect(await elsewhere.backup.restore({ text, passphrase })).toMatchObject({ paused: 0 });
});

test('no setting comes that takes a confirmation of its own, and those that stay behind are named', async () => {
  const interfaces: Interfaces = machine({ lo: ['127.0.0.1/8'], eth0: ['203.0.113.5/24'], eth1: ['192.168.7.5/24'] });
  const { house } = await composeHouse({ interfaces: () => interfaces });
  const client = clientOf(house);
  const { text } = await client.backup.create({ passphrase });
  const restore = async (settings: object) => {
    const sealed = await changed(text, () => ({ settings }));
    const { notTaken } = await client.backup.restore({ text: sealed, passphrase, replace: true });
    return notTaken;
  };
  const settingNow = async (name: string) => (await client.settings.get({ name })).value;

  const wide = { 'access.requireKey': false, 'cors.mode': 'any', 'server.publicInterfaces': ['eth0'] };
  expect(await restore(wide)).toEqual(['server.publicInterfaces', 'access.requireKey']);
  expect(await settingNow('access.requireKey')).toBe(true);
  expect(await settingNow('cors.mode')).toBe('any');
  expect(await settingNow('server.publicInterfaces')).toEqual([]);

  expect(await restore({ 'access.requireKey': false, 'server.hosts': ['127.0.0.1', 'lan'] })).toEqual([
    'access.requireKey',
  ]);
  expect(await settingNow('server.hosts')).toEqual(['127.0.0.1', 'lan']);
  for (const hosts of [['203.0.113.5'], ['0.0.0.0']]) {
    expect(await restore({ 'server.hosts': hosts })).toEqual(['server.hosts']);
    expect(await settingNow('server.hosts')).toEqual(['127.0.0.1']);
  }
  // What takes none comes along.
  expect(await restore({ 'access.requireKey': false })).toEqual([]);
});

test('without replacing, keys come on where the backup opens a door that keys were not needed behind', async () => {
  const source = clientOf((await composeHouse()).house);
  await source.settings.set({ name: 'cors.mode', value: 'any' });
  const { text } = await source.backup.create({ passphrase });
  const here = clientOf((await composeHouse()).house);
  await here.settings.set({ name: 'access.requireKey', value: false });
  expect(await here.backup.restore({ text, passphrase })).toMatchObject({ notTaken: ['access.requireKey'] });
  expect(await here.settings.get({ name: 'access.requireKey' })).toMatchObject({ value: true });
  // It was confirmed here, so it stays so.
  await here.settings.set({ name: 'access.requireKey', value: false, confirm: true });
  expect(await here.backup.restore({ text, passphrase })).toMatchObject({ notTaken: [] });
  expect(await here.settings.get({ name: 'access.requireKey' })).toMatchObject({ value: false });
});
