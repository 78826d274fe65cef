// Hashing in threads: right and wrong, bounded, out of the way of everything else, and ended with what it held.

import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nobodysHash } from '../../../electron/passwords/password-hash.ts';
import { createPasswordHasher } from '../../../electron/passwords/password-threads.ts';

const program = join(import.meta.dirname, '../../../electron/passwords/password-worker.ts');

function open(worker: string | undefined = program) {
  const hasher = createPasswordHasher(worker);
  onTestFinished(hasher.close);
  return hasher;
}

test.each([
  ['threads', program],
  ['the process itself', undefined],
])('in %s a password is known again, any other is not, and each hash has a salt of its own', async (_where, worker) => {
  const hasher = createPasswordHasher(worker);
  onTestFinished(hasher.close);
  const [one, other] = [await hasher.hash('zürich im regen'), await hasher.hash('zürich im regen')];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=32768,t=3,p=1\$/);
  expect(one).not.toBe(other);
  expect(await hasher.isRight('zürich im regen', one)).toBe(true);
  // As some keyboards send it: the letter and its dots apart.
  expect(await hasher.isRight('zürich im regen'.normalize('NFD'), one)).toBe(true);
  expect(await hasher.isRight('zürich im Regen', one)).toBe(false);
});

test('for a name that nobody has the same work is done, and nothing is right', async () => {
  expect(nobodysHash.split('$').slice(0, 4)).toEqual((await open().hash('any')).split('$').slice(0, 4));
  expect(await open().isRight('any password', null)).toBe(false);
});

test('timers run while a password is worked out', async () => {
  const hasher = open();
  let beats = 0;
  const beating = setInterval(() => {
    beats += 1;
  }, 1);
  await hasher.hash('my dog eats blue socks');
  clearInterval(beating);
  expect(beats).toBeGreaterThan(5);
});

test('two at a time and sixteen behind them; more are told to come again', async () => {
  const hasher = open();
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => hasher.isRight('any password', null)));
  const refused = all.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatchObject({ reason: { code: 'sign_in_blocked', details: { seconds: 2 } } });
}, 60_000);

test('new passwords take half of the line, so that who signs in still has a place in it', async () => {
  const hasher = open();
  const fresh = Array.from({ length: 20 }, () => hasher.hash('my dog eats blue socks'));
  const settled = Promise.allSettled(fresh);
  expect(await hasher.isRight('any password', null)).toBe(false);
  expect((await settled).filter(({ status }) => status === 'rejected')).toHaveLength(10);
}, 60_000);

test('what waits when it is closed is refused, and nothing is taken after it', async () => {
  const hasher = open();
  const waiting = Array.from({ length: 4 }, () => hasher.hash('my dog eats blue socks'));
  const settled = Promise.allSettled(waiting);
  await hasher.close();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
  await expect(hasher.hash('another')).rejects.toMatchObject({ code: 'sign_in_blocked' });
});
