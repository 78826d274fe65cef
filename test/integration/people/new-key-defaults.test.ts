// What a new key gets where its maker names nothing: the same by every way, from the project before the settings, never more
// than a member may have, and less rather than more where the settings cannot be read.

import { expect, test } from 'vitest';
import { makePeopleBed, refusalOf } from '../../fakes/people-bed.ts';

const day = 86_400_000;

test('rights and end that nobody named are those of the settings, and what is named counts', async () => {
  const bed = await makePeopleBed();
  await bed.machine.settings.set({ name: 'keys.defaultOperations', value: ['models:list', 'chat'] });
  await bed.machine.settings.set({ name: 'keys.defaultExpiresDays', value: 30 });

  const { facts, key } = await bed.machine.keys.create({ name: 'usual' });
  expect(facts.policy.operations).toEqual(['models:list', 'chat']);
  expect(facts.expiresAt).toBe(facts.createdAt + 30 * day);
  expect((await bed.chat(key)).status).toBe(200);
  bed.passTime(31 * day);
  expect((await bed.chat(key)).status).toBe(401);

  const policy = { operations: ['embeddings' as const] };
  const named = await bed.machine.keys.create({ name: 'named', expiresAt: null, policy });
  expect(named.facts).toMatchObject({ expiresAt: null, policy });
});

test('a project says it before the settings do, also that its keys have no end', async () => {
  const bed = await makePeopleBed();
  await bed.machine.settings.set({ name: 'keys.defaultExpiresDays', value: 30 });
  await bed.machine.projects.create({
    name: 'long',
    defaults: { expiresInMs: null, policy: { operations: ['audio'] } },
  });
  await bed.machine.projects.create({ name: 'short', defaults: { expiresInMs: day } });
  const inLong = await bed.machine.keys.create({ name: 'a', project: 'long' });
  expect(inLong.facts).toMatchObject({ expiresAt: null, policy: { operations: ['audio'] } });
  const { facts } = await bed.machine.keys.create({ name: 'b', project: 'short' });
  expect(facts.expiresAt).toBe(facts.createdAt + day);
});

test('a member gets no more than the owner gave, and is told beforehand what it will be', async () => {
  const bed = await makePeopleBed();
  await bed.machine.settings.set({ name: 'keys.defaultOperations', value: ['chat', 'cloud'] });
  await bed.machine.settings.set({ name: 'keys.defaultExpiresDays', value: 60 });
  const anna = await bed.join('Anna', 'member', { operations: ['chat', 'audio'], expiresDays: 10 });
  const ben = await bed.join('Ben', 'member', { expiresDays: null, rpm: null });
  for (const [person, days] of [
    [anna, 10],
    [ben, 60],
  ] as const) {
    const { newKey } = await person.client.me.get();
    expect(newKey).toMatchObject({ expiresInMs: days * day, rpm: 60, policy: { operations: ['chat'] } });
    const { facts } = await person.client.keys.create({ name: 'mine' });
    expect(facts.policy.operations).toEqual(['chat']);
    expect(Math.round(((facts.expiresAt ?? 0) - facts.createdAt) / 1000)).toBe((days * day) / 1000);
    expect(facts.limits.rpm).toBe(newKey?.rpm);
  }
  const { facts } = await ben.client.keys.create({ name: 'for ever', expiresAt: null });
  expect(facts.expiresAt).toBeNull();
  expect((await bed.byLink().then(({ client }) => client.me.get())).newKey).toBeNull();
});

test('which rights a new key has is the owner’s to decide, when it ends a manager’s too', async () => {
  const bed = await makePeopleBed();
  const mia = await bed.join('Mia', 'manager');
  const rights = { name: 'keys.defaultOperations', value: ['chat', 'cloud', 'models:manage'] };
  expect(await refusalOf(mia.client.settings.set(rights))).toBe('not_permitted');
  await mia.client.settings.set({ name: 'keys.defaultExpiresDays', value: 7 });
  expect(await refusalOf(bed.machine.settings.set({ ...rights, value: [] }))).toBe('setting_invalid');
  expect(await refusalOf(bed.machine.settings.set({ ...rights, value: ['chat', 'all'] }))).toBe('setting_invalid');
});

test('admin keys keep the end that they always had', async () => {
  const bed = await makePeopleBed();
  await bed.machine.settings.set({ name: 'keys.defaultExpiresDays', value: 3650 });
  const { facts } = await bed.machine.keys.create({ name: 'script', kind: 'admin' });
  expect(facts.expiresAt).toBe(facts.createdAt + 30 * day);
});
