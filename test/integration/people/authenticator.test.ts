// The second thing beside the password: codes of an app, each good once; recovery codes, each good once; and roles that must
// have them.

import { expect, test } from 'vitest';
import { codeAt, goodPassword, halvesIn, makePeopleBed, type PeopleBed, refusalOf } from '../../fakes/people-bed.ts';

/** Sets one up, and lets its code's time pass. */
async function setUp(bed: PeopleBed, { client }: Awaited<ReturnType<PeopleBed['byLink']>>) {
  const { secret } = await client.me.beginTotp();
  const { codes } = await client.me.confirmTotp({ code: codeAt(secret, bed.now()) });
  bed.passTime(60_000);
  return { secret, codes };
}

test('the app’s secret counts once a code of it was given; from then on a password alone is not enough', async () => {
  const bed = await makePeopleBed();
  const anna = await bed.join('Anna');
  const { secret, url } = await anna.client.me.beginTotp();
  expect(new URL(url).searchParams.get('secret')).toBe(secret);
  expect((await bed.trySignIn('Anna', goodPassword)).status).toBe(200);
  const wrong = codeAt(secret, bed.now() + 3_600_000);
  expect(await refusalOf(anna.client.me.confirmTotp({ code: wrong }))).toBe('totp_wrong');
  const { codes } = await anna.client.me.confirmTotp({ code: codeAt(secret, bed.now()) });
  expect(new Set(codes).size).toBe(10);
  expect((await bed.trySignIn('Anna', goodPassword)).code).toBe('totp_required');
  // Whether the password is right is told to nobody who has not got it.
  expect((await bed.trySignIn('Anna', 'not the password')).code).toBe('sign_in_failed');
  const own = await anna.client.me.get();
  expect([own.person?.totp, own.recoveryCodesLeft]).toEqual([true, 10]);
});

test('a code is good once, also in another session, and the one before or after is taken', async () => {
  const bed = await makePeopleBed();
  const anna = await bed.join('Anna');
  const { secret } = await setUp(bed, anna);
  const next = codeAt(secret, bed.now() + 30_000);
  const use = (totp: string) => bed.trySignIn('Anna', goodPassword, { totp });
  expect((await use(next)).status).toBe(200);
  expect((await use(next)).code).toBe('sign_in_failed');
  // An older one than was used is no good either.
  expect((await use(codeAt(secret, bed.now()))).code).toBe('sign_in_failed');
  bed.passTime(90_000);
  expect((await use(codeAt(secret, bed.now() - 30_000))).status).toBe(200);
  expect((await use(codeAt(secret, bed.now() - 120_000))).code).toBe('sign_in_failed');
});

test('a recovery code stands in for it once, however it is typed; new ones end the old', async () => {
  const bed = await makePeopleBed();
  const anna = await bed.join('Anna');
  const { codes } = await setUp(bed, anna);
  const [first = '', second = '', third = ''] = codes;
  const use = (recovery: string) => bed.trySignIn('Anna', goodPassword, { recovery });
  const both = await Promise.all([use(first), use(first)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 403]);
  expect((await use(second.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
  expect((await use('aaaa-bbbb-cccc-dddd')).code).toBe('sign_in_failed');
  expect((await anna.client.me.get()).recoveryCodesLeft).toBe(8);
  const fresh = bed.as(halvesIn(await use(third)));
  await fresh.client.me.newRecoveryCodes();
  expect((await use(codes[3] ?? '')).code).toBe('sign_in_failed');
});

test('after five wrong codes none is looked at for a while, and a recovery code still opens', async () => {
  const bed = await makePeopleBed();
  const anna = await bed.join('Anna');
  const { secret, codes } = await setUp(bed, anna);
  const use = (totp: string) => bed.trySignIn('Anna', goodPassword, { totp });
  const wrong = codeAt(secret, bed.now() + 3_600_000);
  for (let n = 0; n < 6; n += 1) expect((await use(wrong)).code).toBe('sign_in_failed');
  const right = await use(codeAt(secret, bed.now()));
  expect([right.status, right.code, Number(right.headers['retry-after']) > 30]).toEqual([429, 'sign_in_blocked', true]);
  expect((await bed.trySignIn('Anna', goodPassword, { recovery: codes[0] })).status).toBe(200);
  bed.passTime(61_000);
  expect((await use(codeAt(secret, bed.now()))).status).toBe(200);
});

test('whose role must have one is let in only far enough to set it up', async () => {
  const bed = await makePeopleBed();
  await bed.machine.settings.set({ name: 'people.totpRequiredFor', value: ['owner', 'manager'] });
  const max = await bed.join('Max', 'manager');
  const own = await max.client.me.get();
  expect(own.owesTotp).toBe(true);
  expect(await refusalOf(max.client.status.get())).toBe('totp_setup_required');
  expect(await refusalOf(max.client.keys.create({ name: 'k' }))).toBe('totp_setup_required');
  await setUp(bed, max);
  expect((await max.client.status.get()).pid).toBe(process.pid);
  const anna = await bed.join('Anna', 'member');
  expect((await anna.client.me.get()).owesTotp).toBe(false);
});

test('taking it away needs a fresh proof, and ends the codes', async () => {
  const bed = await makePeopleBed();
  const anna = await bed.join('Anna');
  const { secret } = await setUp(bed, anna);
  bed.passTime(5 * 60_000);
  expect(await refusalOf(anna.client.me.removeTotp())).toBe('proof_required');
  expect((await bed.post('/session/proof', { password: goodPassword }, anna.halves)).code).toBe('totp_required');
  const body = { password: goodPassword, totp: codeAt(secret, bed.now()) };
  const proved = bed.as(halvesIn(await bed.post('/session/proof', body, anna.halves)));
  expect(await proved.client.me.removeTotp()).toMatchObject({ person: { totp: false }, recoveryCodesLeft: 0 });
  expect((await bed.trySignIn('Anna', goodPassword)).status).toBe(200);
});
