// Guessing at passwords: what is answered, how often, and that its owner is never locked out.

import { expect, test } from 'vitest';
import { redeem } from '../../fakes/browser.ts';
import { goodPassword, makePeopleBed } from '../../fakes/people-bed.ts';

test('guesses are put off for longer and longer, a right password is not, and the machine’s link never', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  for (let n = 0; n < 10; n += 1)
    expect((await bed.trySignIn('Olga', `guess number ${n}`)).code).toBe('sign_in_failed');
  const first = await bed.trySignIn('Olga', 'guess number 10');
  expect([first.status, first.code, first.headers['retry-after']]).toEqual([429, 'sign_in_blocked', '60']);
  const token = bed.house.dashboardLink().url.split('/').at(-1) ?? '';
  expect((await redeem(bed.url, token)).status).toBe(200);
  expect((await bed.trySignIn('Olga', goodPassword)).status).toBe(200);
});

test('a name that nobody has is refused in the same words as a wrong password', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  const [unknown, wrong] = [
    await bed.trySignIn('Nobody', goodPassword),
    await bed.trySignIn('Olga', 'not her password'),
  ];
  expect([unknown.status, unknown.text]).toEqual([wrong.status, wrong.text]);
  const { entries } = await bed.machine.history.list({ kind: 'sign_in' });
  expect(entries.filter(({ action }) => action === 'sign_in_failed').map(({ subject }) => subject.name)).toEqual([
    'Olga',
    'a name that nobody has',
  ]);
  // What was typed as a name may have been a password.
  expect(JSON.stringify(entries)).not.toContain('Nobody');
});

test('failures are written down once a minute for each account', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  for (let n = 0; n < 4; n += 1) await bed.trySignIn('Olga', `guess number ${n}`);
  bed.passTime(60_000);
  await bed.trySignIn('Olga', 'guess number 5');
  const { entries } = await bed.machine.history.list({ kind: 'sign_in' });
  expect(entries.filter(({ action }) => action === 'sign_in_failed')).toHaveLength(2);
});
