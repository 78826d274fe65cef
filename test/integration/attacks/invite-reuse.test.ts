// Invite reuse: a link that was read over a shoulder, or that stands in a chat, lets nobody in a second time, at neither of
// the two doors that take one.

import { expect, test } from 'vitest';
import { codeAt, goodPassword, makePeopleBed, refusalOf } from '../../fakes/people-bed.ts';

test('of three who use it at the same moment one gets in, and afterwards nobody', async () => {
  const { machine, post } = await makePeopleBed();
  const { token } = await machine.people.invite({});
  const use = (name: string) => post('/session/invite', { token, name, password: goodPassword });
  const answers = await Promise.all([use('Anna'), use('Ben'), use('Cleo')]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403]);
  expect(await use('Dora')).toMatchObject({ status: 403, code: 'invite_invalid' });
  expect(await machine.people.list()).toHaveLength(1);
});

test('a reset ends what was there and lets the same person choose a new password, once', async () => {
  const { machine, post, join, trySignIn, signIn } = await makePeopleBed();
  const anna = await join('Anna');
  const { token, url, kind } = await machine.people.resetPassword({ ref: 'Anna' });
  expect([kind, url.includes('/#/invite/')]).toEqual(['reset', true]);
  expect(await refusalOf(anna.client.me.get())).toBe('session_required');
  expect((await trySignIn('Anna', goodPassword)).code).toBe('sign_in_failed');
  // The name that is sent along counts for nothing.
  const fresh = 'a lamp under the green sea';
  expect((await post('/session/invite', { token, name: 'Olga', password: fresh })).status).toBe(200);
  expect((await post('/session/invite', { token, password: fresh })).code).toBe('invite_invalid');
  const again = await signIn('Anna', fresh);
  expect((await again.client.me.get()).person?.id).toBe(anna.id);
});

test('what was used at the door for programs opens none of the dashboard, and the other way round', async () => {
  const { machine, post } = await makePeopleBed();
  await machine.settings.set({ name: 'access.credentials', value: 'both' });
  const register = (invite: string, name: string) =>
    post('/api/auth/register', { invite, name, password: goodPassword });
  const use = (token: string, name: string) => post('/session/invite', { token, name, password: goodPassword });
  const first = await machine.people.invite({});
  expect((await register(first.token, 'Anna')).status).toBe(200);
  expect((await use(first.token, 'Mallory')).code).toBe('invite_invalid');
  const second = await machine.people.invite({});
  expect((await use(second.token, 'Ben')).status).toBe(200);
  expect((await register(second.token, 'Mallory')).text).toContain('"invite_invalid"');
  const third = await machine.people.invite({});
  const both = await Promise.all([register(third.token, 'Cleo'), use(third.token, 'Cleopatra')]);
  expect(both.map(({ status }) => status === 200).sort()).toEqual([false, true]);
  expect((await machine.people.list()).map(({ name }) => name)).not.toContain('Mallory');
});

test('a reset is over once its person chose a password another way', async () => {
  const { machine, post, makeOwner, byLink, signIn } = await makePeopleBed();
  await makeOwner();
  const { token } = await machine.people.resetPassword({ ref: 'Olga' });
  const olga = await byLink();
  await olga.client.me.setPassword({ password: goodPassword });
  expect(await machine.people.invites()).toEqual([]);
  expect((await post('/session/invite', { token })).code).toBe('invite_invalid');
  expect((await post('/session/invite', { token, password: 'a lamp under the green sea' })).code).toBe(
    'invite_invalid',
  );
  await signIn('Olga');
});

test('a reset never gets past an authenticator that came after it, not even once that is gone again', async () => {
  const { machine, post, makeOwner, byLink, now } = await makePeopleBed();
  await makeOwner();
  const { token } = await machine.people.resetPassword({ ref: 'Olga' });
  const use = () => post('/session/invite', { token, password: 'a lamp under the green sea' });
  const olga = await byLink();
  const { secret } = await olga.client.me.beginTotp();
  await olga.client.me.confirmTotp({ code: codeAt(secret, now()) });
  expect((await use()).code).toBe('invite_invalid');
  await olga.client.me.removeTotp();
  expect((await use()).code).toBe('invite_invalid');
  // The way in that is left to an owner, and needs neither.
  expect((await (await byLink()).client.me.get()).person?.name).toBe('Olga');
});
