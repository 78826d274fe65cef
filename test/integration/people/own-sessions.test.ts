// Sessions of people: a new one at every sign-in and proof, a list, and what ends them at once.

import { expect, test } from 'vitest';
import { headersOf, redeem, send } from '../../fakes/browser.ts';
import { codeAt, goodPassword, halvesIn, makePeopleBed, type PeopleBed, refusalOf } from '../../fakes/people-bed.ts';

const newPassword = 'a lamp under the green sea';
const isIn = async ({ as }: PeopleBed, signedIn: { readonly halves: Parameters<PeopleBed['as']>[0] }) =>
  (await refusalOf(as(signedIn.halves).client.me.get())) === undefined;

test('an owner without an account proves with a new link, others never do', async () => {
  const bed = await makePeopleBed();
  const nobody = await bed.byLink();
  bed.passTime(5 * 60_000);
  expect(await refusalOf(nobody.client.me.setPassword({ name: 'Olga', password: goodPassword }))).toBe(
    'proof_required',
  );
  expect((await bed.post('/session/proof', { password: goodPassword }, nobody.halves)).code).toBe('body_invalid');
  const token = bed.house.dashboardLink().url.split('/').at(-1);
  const proved = bed.as(halvesIn(await bed.post('/session/proof', { token }, nobody.halves)));
  await proved.client.me.setPassword({ name: 'Olga', password: goodPassword });
  const member = await bed.join('Anna');
  const next = bed.house.dashboardLink().url.split('/').at(-1) ?? '';
  expect((await bed.post('/session/proof', { token: next }, member.halves)).code).toBe('body_invalid');
  expect((await redeem(bed.url, next)).status).toBe(200);
});

test('the list says device and address; one ends, or all others', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const body = { name: 'Olga', password: goodPassword };
  const answer = await send(bed.url, '/session', { method: 'POST', body, headers: { 'user-agent': agent } });
  const fox = bed.as(halvesIn(answer));
  const third = await bed.signIn('Olga');
  const anna = await bed.join('Anna');
  const listed = await fox.client.sessions.list();
  expect(listed).toHaveLength(4);
  const own = listed.find(({ current }) => current);
  expect(own).toMatchObject({ device: 'Firefox on Linux', address: '127.0.0.1', personName: 'Olga' });
  expect((await anna.client.sessions.list()).map(({ personName }) => personName)).toEqual(['Anna']);
  expect(await refusalOf(anna.client.sessions.end({ id: own?.id ?? '' }))).toBe('session_not_found');
  await fox.client.sessions.endOthers();
  expect(await isIn(bed, third)).toBe(false);
  expect(await isIn(bed, anna)).toBe(true);
  const hers = (await fox.client.sessions.list()).find(({ personName }) => personName === 'Anna');
  await fox.client.sessions.end({ id: hers?.id ?? '' });
  expect(await isIn(bed, anna)).toBe(false);
  expect(await isIn(bed, fox)).toBe(true);
});

test('a new password ends every other session of that person, streams too, and nobody else’s', async () => {
  const bed = await makePeopleBed();
  const olga = await bed.makeOwner();
  const anna = await bed.join('Anna');
  const [here, there] = [await bed.signIn('Anna'), await bed.signIn('Anna')];
  const stream = await there.client.changes.watch();
  expect((await stream.next()).value).toEqual({ type: 'ready' });
  await here.client.me.setPassword({ password: newPassword });
  await expect(
    (async () => {
      for await (const _change of stream);
      throw new Error('the stream ended as if all were well');
    })(),
  ).rejects.toThrow();
  expect(await Promise.all([anna, here, there, olga].map((one) => isIn(bed, one)))).toEqual([false, true, false, true]);
});

test('a new authenticator ends the others too; a new role, a pause and a removal end them all', async () => {
  const bed = await makePeopleBed();
  const anna = await bed.join('Anna');
  const here = await bed.signIn('Anna');
  const { secret } = await here.client.me.beginTotp();
  await here.client.me.confirmTotp({ code: codeAt(secret, bed.now()) });
  expect([await isIn(bed, anna), await isIn(bed, here)]).toEqual([false, true]);
  await bed.machine.people.edit({ ref: 'Anna', role: 'viewer' });
  expect(await isIn(bed, here)).toBe(false);
  const ben = await bed.join('Ben');
  await bed.machine.people.edit({ ref: 'Ben', status: 'paused' });
  expect(await isIn(bed, ben)).toBe(false);
  expect((await bed.trySignIn('Ben', goodPassword)).code).toBe('person_paused');
  await bed.machine.people.edit({ ref: 'Ben', status: 'active' });
  const back = await bed.signIn('Ben');
  await bed.machine.people.remove({ ref: 'Ben' });
  expect(await isIn(bed, back)).toBe(false);
  expect((await bed.trySignIn('Ben', goodPassword)).code).toBe('sign_in_failed');
});

test('as long as the settings say: idle, and in any case', async () => {
  const day = 86_400_000;
  const bed = await makePeopleBed();
  await bed.machine.settings.set({ name: 'people.sessionIdleDays', value: 2 });
  await bed.machine.settings.set({ name: 'people.sessionMaxDays', value: 3 });
  const [idle, busy] = [await bed.byLink(), await bed.byLink()];
  bed.passTime(1.5 * day);
  expect(await isIn(bed, busy)).toBe(true);
  bed.passTime(day);
  expect([await isIn(bed, idle), await isIn(bed, busy)]).toEqual([false, true]);
  bed.passTime(day);
  expect(await isIn(bed, busy)).toBe(false);
});

test('a session opens nothing at the gateway, and no key opens the dashboard', async () => {
  const bed = await makePeopleBed();
  const { halves } = await bed.makeOwner();
  const gateway = bed.gatewayUrl();
  for (const sent of [halves.page, halves.cookie.split('=')[1] ?? '']) {
    const answer = await fetch(`${gateway}/v1/models`, {
      headers: { authorization: `Bearer ${sent}`, cookie: halves.cookie },
    });
    expect(answer.status).toBe(401);
  }
  const plain = await bed.machine.keys.create({ name: 'laptop' });
  const admin = await bed.machine.keys.create({ name: 'program', kind: 'admin' });
  for (const { key } of [plain, admin]) {
    const headers = { authorization: `Bearer ${key}`, 'x-api-key': key, 'x-keyhatch-session': key };
    const answer = await send(bed.url, '/rpc/status/get', { method: 'POST', body: {}, headers });
    expect(answer).toMatchObject({ status: 401, code: 'session_required' });
    expect((await redeem(bed.url, key)).code).toBe('sign_in_link_invalid');
    expect((await bed.trySignIn('Olga', key)).code).toBe('sign_in_failed');
  }
  expect(
    (await send(bed.url, '/rpc/status/get', { method: 'POST', body: {}, headers: headersOf(halves) })).status,
  ).toBe(200);
});
