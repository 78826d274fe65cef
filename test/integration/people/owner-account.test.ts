// How the first owner comes to be, and what a link of the machine is once there is an account.

import { expect, test } from 'vitest';
import { goodPassword, makePeopleBed, refusalOf } from '../../fakes/people-bed.ts';

test('nobody becomes the owner by calling first: without a link there is no way in', async () => {
  const { post, trySignIn } = await makePeopleBed();
  expect(await trySignIn('Mallory', goodPassword)).toMatchObject({ status: 403, code: 'sign_in_failed' });
  const invented = { token: 'x'.repeat(43), name: 'Mallory', password: goodPassword };
  expect(await post('/session/invite', invented)).toMatchObject({ status: 403, code: 'invite_invalid' });
  expect(await post('/rpc/me/setPassword', { json: { name: 'Mallory', password: goodPassword } })).toMatchObject({
    code: 'session_required',
  });
});

test('whoever followed the link chooses name and password, and is the owner from then on', async () => {
  const { byLink, signIn, machine } = await makePeopleBed();
  const first = await byLink();
  expect(await first.client.me.get()).toMatchObject({ person: null, role: 'owner', way: 'session' });
  expect(await refusalOf(first.client.me.setPassword({ password: goodPassword }))).toBe('input_invalid');
  const own = await first.client.me.setPassword({ name: 'Olga', password: goodPassword });
  expect(own.person).toMatchObject({ name: 'Olga', role: 'owner', status: 'active', totp: false });
  // The session goes on, and is hers now.
  expect((await first.client.sessions.list()).map(({ personName, current }) => [personName, current])).toEqual([
    ['Olga', true],
  ]);
  const again = await signIn('olga');
  expect((await again.client.me.get()).person?.id).toBe(own.person?.id);
  expect((await machine.people.list()).map(({ name, role }) => [name, role])).toEqual([['Olga', 'owner']]);
});

test('of two who followed a link at once one makes the account, and the other is signed in as that owner', async () => {
  const { byLink } = await makePeopleBed();
  const [one, other] = [await byLink(), await byLink()];
  await one.client.me.setPassword({ name: 'Olga', password: goodPassword });
  expect((await other.client.me.get()).person?.name).toBe('Olga');
  expect((await (await byLink()).client.me.get()).person?.name).toBe('Olga');
});

test('the window is the owner: it makes the account too, and changes its password', async () => {
  const { machine, trySignIn } = await makePeopleBed();
  await machine.me.setPassword({ name: 'Olga', password: goodPassword });
  expect((await trySignIn('Olga', goodPassword)).status).toBe(200);
  await machine.me.setPassword({ password: 'a lamp under the green sea' });
  expect((await trySignIn('Olga', goodPassword)).code).toBe('sign_in_failed');
  expect((await trySignIn('Olga', 'a lamp under the green sea')).status).toBe(200);
});

test('the last owner who can sign in cannot be removed, paused or made anything less', async () => {
  const { machine, makeOwner, join } = await makePeopleBed();
  await makeOwner();
  await join('Max', 'manager');
  expect(await refusalOf(machine.people.edit({ ref: 'Olga', role: 'viewer' }))).toBe('last_owner');
  expect(await refusalOf(machine.people.edit({ ref: 'Olga', status: 'paused' }))).toBe('last_owner');
  expect(await refusalOf(machine.people.remove({ ref: 'Olga' }))).toBe('last_owner');
  await machine.people.edit({ ref: 'Max', role: 'owner' });
  expect((await machine.people.edit({ ref: 'Olga', role: 'member' })).role).toBe('member');
  expect(await refusalOf(machine.people.remove({ ref: 'Max' }))).toBe('last_owner');
});

test('passwords that everybody tries, that are short or about their owner are refused', async () => {
  const { machine } = await makePeopleBed();
  for (const password of ['short', 'password12345', 'Olga-keyhatch-1', 'abcdefghijklmn', '121212121212'])
    expect(await refusalOf(machine.me.setPassword({ name: 'Olga', password }))).toBe('password_unsuitable');
  expect((await machine.me.get()).person).toBeNull();
});
