// Keys of people against what their holders and others try: names that look like ids, keys beyond their number, and changes
// of what somebody else set.

import { expect, test } from 'vitest';
import { clientOf } from '../../fakes/house-client.ts';
import { makePeopleBed, refusalOf } from '../../fakes/people-bed.ts';

test('no key can be called as another’s id, and limits and removal reach every key', async () => {
  const bed = await makePeopleBed();
  const { client } = await bed.join('Ben');
  const [one, other] = [await client.keys.create({ name: 'one' }), await client.keys.create({ name: 'other' })];
  expect(await refusalOf(client.keys.create({ name: one.id }))).toBe('name_taken');
  expect(await refusalOf(client.keys.edit({ ref: 'other', name: one.id }))).toBe('name_taken');
  await bed.machine.people.edit({ ref: 'Ben', limits: { rpm: 3 } });
  for (const { id } of [one, other]) expect((await bed.machine.keys.get({ ref: id })).limits.rpm).toBe(3);
  await bed.machine.people.remove({ ref: 'Ben' });
  for (const { id } of [one, other]) expect((await bed.machine.keys.get({ ref: id })).status).toBe('revoked');
});

test('as many keys as somebody may have, also when asked for at once', async () => {
  const bed = await makePeopleBed();
  const { id: personId } = await bed.join('Ben', 'member', { keys: 1 });
  // Not over a connection, which would put them in a row.
  const client = clientOf(bed.house, undefined, { role: 'member', personId, way: 'session', provedAt: null });
  const asked = Array.from({ length: 8 }, (_, at) => refusalOf(client.keys.create({ name: `k${at}` })));
  const codes = await Promise.all(asked);
  expect(codes.filter((code) => code === undefined)).toHaveLength(1);
  expect(new Set(codes)).toEqual(new Set([undefined, 'over_member_limits']));
  // What failed on its way holds no place.
  const [{ name } = { name: '' }] = await client.keys.list();
  await client.keys.revoke({ ref: name });
  expect(await refusalOf(client.keys.create({ name: 'later' }))).toBeUndefined();
});

test('a key that has ended or rests comes back only where there is a place for it', async () => {
  const bed = await makePeopleBed();
  const { client } = await bed.join('Ben', 'member', { keys: 1 });
  await client.keys.create({ name: 'one', expiresAt: bed.now() + 1000 });
  bed.passTime(2000);
  await client.keys.create({ name: 'other' });
  for (const expiresAt of [bed.now() + 60_000, null])
    expect(await refusalOf(client.keys.edit({ ref: 'one', expiresAt }))).toBe('over_member_limits');
  await client.keys.revoke({ ref: 'other' });
  expect((await client.keys.edit({ ref: 'one', expiresAt: bed.now() + 60_000 })).status).toBe('active');
  await bed.machine.people.edit({ ref: 'Ben', limits: { keys: 2 } });
  await client.keys.create({ name: 'third' });
  await client.keys.pause({ ref: 'third' });
  await bed.machine.people.edit({ ref: 'Ben', limits: { keys: 1 } });
  expect(await refusalOf(client.keys.resume({ ref: 'third' }))).toBe('over_member_limits');
  await client.keys.revoke({ ref: 'one' });
  expect(await refusalOf(client.keys.resume({ ref: 'third' }))).toBeUndefined();
});

test('nobody makes keys without end, and an hour later more may be made', async () => {
  const bed = await makePeopleBed();
  const [ben, anna] = [await bed.join('Ben'), await bed.join('Anna')];
  for (let made = 0; made < 20; made += 1) {
    await ben.client.keys.create({ name: 'k' });
    await ben.client.keys.revoke({ ref: 'k' });
  }
  expect(await refusalOf(ben.client.keys.create({ name: 'k' }))).toBe('over_member_limits');
  expect(await refusalOf(anna.client.keys.create({ name: 'k' }))).toBeUndefined();
  bed.passTime(3_600_000);
  expect(await refusalOf((await bed.signIn('Ben')).client.keys.create({ name: 'k' }))).toBeUndefined();
});

test('keys of somebody who is made a viewer are refused, and open again with another role', async () => {
  const bed = await makePeopleBed();
  const { client } = await bed.join('Ben');
  const { key, id } = await client.keys.create({ name: 'k' });
  const codeOf = async () => (await bed.chat(key)).headers.get('x-keyhatch-error');
  expect(await codeOf()).toBeNull();
  await bed.machine.people.edit({ ref: 'Ben', role: 'viewer' });
  const refused = await bed.chat(key);
  expect([refused.status, refused.headers.get('x-keyhatch-error')]).toEqual([403, 'role_without_models']);
  expect(await refused.text()).toContain('Ask the owner of this Keyhatch for the role of a member.');
  expect((await bed.machine.keys.get({ ref: id })).status).toBe('paused');
  await bed.machine.people.edit({ ref: 'Ben', status: 'paused' });
  expect(await codeOf()).toBe('person_paused');
  await bed.machine.people.edit({ ref: 'Ben', status: 'active' });
  expect(await codeOf()).toBe('role_without_models');
  await bed.machine.people.edit({ ref: 'Ben', role: 'member' });
  expect(await codeOf()).toBeNull();
});

test('a key that somebody else paused stays so for whose key it is, also once they pause it themself', async () => {
  const bed = await makePeopleBed();
  const { client } = await bed.join('Ben');
  const max = await bed.join('Max', 'manager');
  const { id } = await client.keys.create({ name: 'k' });
  await client.keys.pause({ ref: 'k' });
  expect((await client.keys.resume({ ref: 'k' })).status).toBe('active');
  await max.client.keys.pause({ ref: id });
  expect(await refusalOf(client.keys.resume({ ref: 'k' }))).toBe('over_member_limits');
  await client.keys.pause({ ref: 'k' });
  expect(await refusalOf(client.keys.resume({ ref: 'k' }))).toBe('over_member_limits');
  await bed.machine.keys.resume({ ref: id });
  await client.keys.pause({ ref: 'k' });
  expect((await client.keys.resume({ ref: 'k' })).status).toBe('active');
  // An own pause that somebody else made theirs.
  await client.keys.pause({ ref: 'k' });
  await bed.machine.keys.pause({ ref: id });
  expect(await refusalOf(client.keys.resume({ ref: 'k' }))).toBe('over_member_limits');
});

test('what somebody else set on a key is not undone by whose key it is', async () => {
  const bed = await makePeopleBed();
  const { client } = await bed.join('Ben');
  await bed.machine.keys.create({ name: 'given', person: 'Ben', rpm: 2, policy: { deniedModels: ['*:70b'] } });
  const { id } = await client.keys.create({ name: 'own' });
  const changes = [
    { rpm: 50 },
    { models: null },
    { expiresAt: null },
    { policy: { deniedModels: [] } },
    { policy: { networks: ['anywhere' as const] } },
    { policy: { budgets: [] } },
  ];
  for (const change of changes)
    expect(await refusalOf(client.keys.edit({ ref: 'given', ...change }))).toBe('over_member_limits');
  expect(await client.keys.get({ ref: 'given' })).toMatchObject({
    limits: { rpm: 2 },
    policy: { deniedModels: ['*:70b'] },
  });
  for (const call of [
    () => client.keys.edit({ ref: 'given', name: 'gift' }),
    () => client.keys.rotate({ ref: 'gift' }),
    () => client.keys.pause({ ref: 'gift' }),
    () => client.keys.resume({ ref: 'gift' }),
    () => client.keys.edit({ ref: 'own', rpm: 5 }),
    () => bed.machine.keys.edit({ ref: id, name: 'renamed' }),
    () => client.keys.edit({ ref: id, rpm: 6 }),
    // What holds for all of their keys is not said of this one.
    () => bed.machine.people.edit({ ref: 'Ben', limits: { rpm: 3 } }),
    () => client.keys.edit({ ref: id, rpm: 1 }),
    () => bed.machine.keys.edit({ ref: id, rpm: 2 }),
  ])
    expect(await refusalOf(call())).toBeUndefined();
  expect(await refusalOf(client.keys.edit({ ref: id, rpm: 3 }))).toBe('over_member_limits');
  expect(await refusalOf(client.keys.revoke({ ref: 'gift' }))).toBeUndefined();
});
