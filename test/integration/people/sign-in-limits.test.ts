// Guessing at passwords: what is answered, how often, and that its owner is never locked out.

import { request } from 'node:http';
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
  const unknown = await bed.trySignIn('Nobody', goodPassword);
  bed.passTime(60_000);
  const wrong = await bed.trySignIn('Olga', 'not her password');
  expect([unknown.status, unknown.text]).toEqual([wrong.status, wrong.text]);
  const { entries } = await bed.machine.history.list({ kind: 'sign_in' });
  expect(entries.filter(({ action }) => action === 'sign_in_failed').map(({ subject }) => subject.name)).toEqual([
    'Olga',
    'a name that nobody has',
  ]);
  // What was typed as a name may have been a password.
  expect(JSON.stringify(entries)).not.toContain('Nobody');
});

test('failures are written down once a minute for each address, as often for names that nobody has', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  const failures = async () => {
    const { entries } = await bed.machine.history.list({ kind: 'sign_in' });
    return entries.filter(({ action }) => action === 'sign_in_failed').length;
  };
  for (const name of ['Nobody', 'Olga', 'Somebody', 'Olga']) await bed.trySignIn(name, 'a guess at random');
  expect(await failures()).toBe(1);
  bed.passTime(60_000);
  await bed.trySignIn('Olga', 'guess number 5');
  expect(await failures()).toBe(2);
});

test('strangers from many addresses leave eleven entries a minute at each door, and no more', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  const askFrom = (localAddress: string, path: string, headers: Record<string, string>, body: object) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = request(new URL(path, bed.url), { localAddress, method: 'POST', headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      });
      asked.on('error', reject);
      asked.end(JSON.stringify(body));
    });
  const type = { 'content-type': 'application/json' };
  const program = { ...type, authorization: 'Bearer kha_nobody' };
  for (let n = 1; n <= 13; n += 1) {
    await askFrom(`127.0.1.${n}`, '/api/v1/keys', program, {});
    await askFrom(`127.0.1.${n}`, '/session', type, { name: 'Olga', password: 'a guess at random' });
  }
  const { entries } = await bed.machine.history.list({ kind: 'sign_in' });
  const failures = entries.filter(({ action }) => action === 'sign_in_failed');
  expect(failures.filter(({ subject }) => subject.name === 'admin API')).toHaveLength(11);
  expect(failures.filter(({ subject }) => subject.name !== 'admin API')).toHaveLength(11);
  expect(failures.filter(({ detail }) => detail === 'and more, from other addresses')).toHaveLength(2);
});
