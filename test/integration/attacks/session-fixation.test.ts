// Session fixation: somebody has a session in the victim's browser before the victim signs in, or knows one from before a
// proof. Whatever says more about who somebody is gives new halves, and what was known before opens nothing.

import { expect, test } from 'vitest';
import { codeAt, goodPassword, halvesIn, makePeopleBed, type PeopleBed, refusalOf } from '../../fakes/people-bed.ts';

const isIn = async ({ as }: PeopleBed, signedIn: { readonly halves: Parameters<PeopleBed['as']>[0] }) =>
  (await refusalOf(as(signedIn.halves).client.me.get())) === undefined;

test('halves that somebody planted before the sign-in open nothing after it', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  const planted = await bed.join('Mallory');
  const answer = await bed.post('/session', { name: 'Olga', password: goodPassword }, planted.halves);
  const olga = bed.as(halvesIn(answer));
  expect([olga.halves.cookie, olga.halves.page]).not.toEqual([planted.halves.cookie, planted.halves.page]);
  expect((await olga.client.me.get()).person?.name).toBe('Olga');
  expect(await isIn(bed, planted)).toBe(false);
  const mixed = { cookie: planted.halves.cookie, page: olga.halves.page };
  expect(await isIn(bed, { halves: mixed })).toBe(false);
});

test('a proof gives new halves to the same session, and the old ones are worth nothing', async () => {
  const bed = await makePeopleBed();
  const olga = await bed.makeOwner();
  const [before] = await olga.client.sessions.list();
  bed.passTime(5 * 60_000);
  expect(await refusalOf(olga.client.me.beginTotp())).toBe('proof_required');
  expect(await bed.post('/session/proof', { password: 'not mine at all' }, olga.halves)).toMatchObject({
    status: 403,
    code: 'sign_in_failed',
  });
  const proved = bed.as(halvesIn(await bed.post('/session/proof', { password: goodPassword }, olga.halves)));
  expect(await isIn(bed, olga)).toBe(false);
  expect((await proved.client.me.beginTotp()).url).toContain('otpauth://totp/Keyhatch:Olga');
  expect((await proved.client.sessions.list()).map(({ id }) => id)).toEqual([before?.id]);
});

test('a new password and a new authenticator leave no session that was known before but the one they were set in', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  const stolen = await bed.signIn('Olga');
  const hers = await bed.signIn('Olga');
  await hers.client.me.setPassword({ password: 'a lamp under the green sea' });
  expect([await isIn(bed, stolen), await isIn(bed, hers)]).toEqual([false, true]);
  const stolenAgain = await bed.signIn('Olga', 'a lamp under the green sea');
  const { secret } = await hers.client.me.beginTotp();
  await hers.client.me.confirmTotp({ code: codeAt(secret, bed.now()) });
  expect([await isIn(bed, stolenAgain), await isIn(bed, hers)]).toEqual([false, true]);
});

test('a link that is followed in a browser with a planted session gives halves of its own', async () => {
  const bed = await makePeopleBed();
  const planted = await bed.join('Mallory');
  const token = bed.house.dashboardLink().url.split('/').at(-1);
  const answer = await bed.post('/session', { token }, planted.halves);
  const olga = bed.as(halvesIn(answer));
  expect([olga.halves.cookie, olga.halves.page]).not.toEqual([planted.halves.cookie, planted.halves.page]);
  expect(await isIn(bed, { halves: { cookie: planted.halves.cookie, page: olga.halves.page } })).toBe(false);
  expect(await isIn(bed, { halves: { cookie: olga.halves.cookie, page: planted.halves.page } })).toBe(false);
});
