// Privilege steps: nobody gives themself more than they have, and programs with an admin key neither.

import { expect, test } from 'vitest';
import type { Caller } from '../../../shared/people-model.ts';
import { clientOf } from '../../fakes/house-client.ts';
import { makePeopleBed, refusalOf } from '../../fakes/people-bed.ts';

test('managers touch neither owners nor managers, raise nobody, and make no admin keys', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  const max = await bed.join('Max', 'manager');
  await bed.join('Mia', 'manager');
  const anna = await bed.join('Anna');
  const edit = (ref: string, more: object) => refusalOf(max.client.people.edit({ ref, ...more }));
  for (const ref of ['Olga', 'Mia', 'Max']) {
    expect(await edit(ref, { name: 'Mallory' })).toBe('not_permitted');
    expect(await edit(ref, { status: 'paused' })).toBe('not_permitted');
  }
  for (const ref of ['Max', 'Anna'])
    for (const role of ['owner', 'manager'] as const) expect(await edit(ref, { role })).toBe('not_permitted');
  expect(await edit('Anna', { status: 'paused' })).toBeUndefined();
  expect(await refusalOf(max.client.people.remove({ ref: 'Anna' }))).toBe('not_permitted');
  expect(await refusalOf(max.client.people.resetPassword({ ref: 'Anna' }))).toBe('not_permitted');
  expect(await refusalOf(max.client.keys.create({ name: 'program', kind: 'admin' }))).toBe('not_permitted');
  const admin = await bed.machine.keys.create({ name: 'program', kind: 'admin' });
  for (const call of [
    max.client.keys.rotate({ ref: admin.id }),
    max.client.keys.edit({ ref: admin.id, name: 'mine' }),
    max.client.keys.resume({ ref: admin.id }),
  ])
    expect(await refusalOf(call)).toBe('not_permitted');
  expect(anna.id).not.toBe('');
});

test('viewers look at everything and change nothing', async () => {
  const bed = await makePeopleBed();
  const { client } = await bed.join('Vera', 'viewer');
  await bed.machine.keys.create({ name: 'laptop' });
  expect((await client.keys.list()).map(({ name }) => name)).toEqual(['laptop']);
  for (const call of [
    client.keys.create({ name: 'mine' }),
    client.keys.pause({ ref: 'laptop' }),
    client.settings.set({ name: 'queue.maxWaiting', value: 1 }),
    client.people.list(),
    client.requests.conversation({ id: 'any' }),
  ])
    expect(await refusalOf(call)).toBe('not_permitted');
});

test('viewers see what was changed, and nothing of people: no records, no names to sign in with', async () => {
  const bed = await makePeopleBed();
  const olga = await bed.makeOwner();
  const vera = await bed.join('Vera', 'viewer');
  await bed.trySignIn('Olga', 'not her password');
  await olga.client.keys.create({ name: 'laptop' });
  const own = async (query: object) => (await vera.client.history.list(query)).entries;
  expect((await own({ kind: 'key' })).map(({ subject }) => subject.name)).toEqual(['laptop']);
  for (const kind of ['person', 'sign_in', 'session', 'token']) expect(await own({ kind })).toEqual([]);
  expect(await own({ subject: 'Olga' })).toEqual([]);
  expect(JSON.stringify(await own({}))).not.toMatch(/Olga|127\.0\.0\.1/);
  const { entries } = await olga.client.history.list({});
  expect(entries.map(({ subject }) => subject.kind)).toEqual(expect.arrayContaining(['person', 'sign_in', 'key']));
});

test('settings that open a door are the owner’s, with fresh proof; others a manager’s', async () => {
  const bed = await makePeopleBed();
  const olga = await bed.makeOwner();
  const max = await bed.join('Max', 'manager');
  const doors: readonly [string, string | number | boolean | string[]][] = [
    ['server.hosts', ['127.0.0.1']],
    ['access.requireKey', false],
    ['access.lockoutAttempts', 0],
    ['cors.mode', 'any'],
    ['dashboard.port', 1],
    ['people.totpRequiredFor', []],
    ['capture.retentionDays', 365],
  ];
  for (const [name, value] of doors)
    expect(await refusalOf(max.client.settings.set({ name, value }))).toBe('not_permitted');
  await max.client.settings.set({ name: 'queue.maxWaiting', value: 9 });
  expect(await refusalOf(olga.client.settings.set({ name: 'cors.mode', value: 'list' }))).toBeUndefined();
  bed.passTime(5 * 60_000);
  for (const [name, value] of doors)
    expect(await refusalOf(olga.client.settings.set({ name, value }))).toBe('proof_required');
});

test('an owner’s role is given by an owner in person, with fresh proof', async () => {
  const bed = await makePeopleBed();
  const olga = await bed.makeOwner();
  await bed.join('Anna');
  bed.passTime(5 * 60_000);
  expect(await refusalOf(olga.client.people.edit({ ref: 'Anna', role: 'owner' }))).toBe('proof_required');
  expect(await refusalOf(olga.client.people.invite({ role: 'owner' }))).toBe('proof_required');
  expect(await refusalOf(olga.client.people.edit({ ref: 'Anna', limits: { rpm: 1 } }))).toBeUndefined();
  const caller: Caller = { role: 'owner', personId: null, way: 'admin_key', provedAt: null };
  const program = clientOf(bed.house, undefined, caller);
  for (const call of [
    program.people.edit({ ref: 'Anna', role: 'manager' }),
    program.people.edit({ ref: 'Anna', role: 'viewer' }),
    program.people.edit({ ref: 'Olga', name: 'Mallory' }),
    program.people.invite({ role: 'owner' }),
    program.people.invite({ role: 'manager' }),
  ])
    expect(await refusalOf(call)).toBe('owner_session_required');
  for (const call of [program.me.get(), program.sessions.list()]) expect(await refusalOf(call)).toBe('not_permitted');
});
