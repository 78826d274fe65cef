// `keyhatch people …`: what the commands ask of the contract and what they print.

import { expect, test } from 'vitest';
import { type Captured, keyhatch } from './captured-cli.ts';
import { anna, browser, invited } from './fake-instance.ts';

const inputOf = ({ calls }: Captured, path: string) => calls.find((call) => call.path === path)?.input;
const run = (line: string) => keyhatch(line.split(' '));

test('invite passes on role, limits and end; the link stands alone on stdout', async () => {
  const said = await run(
    'people invite --role viewer --name Ben --expires 1d --keys 2 --models a,b --operations chat --rpm 5 --rph none --tpm 900 --parallel 1 --budget day:1000tokens --key-days 30',
  );
  expect(inputOf(said, 'people.invite')).toEqual({
    role: 'viewer',
    name: 'Ben',
    expiresInMs: 86_400_000,
    limits: {
      keys: 2,
      models: ['a', 'b'],
      operations: ['chat'],
      rpm: 5,
      rph: null,
      tpm: 900,
      parallel: 1,
      budgets: [{ period: 'day', tokens: 1000, cost: null, soft: 0.8, strict: false }],
      expiresDays: 30,
    },
  });
  expect(said.out).toBe('http://127.0.0.1:1236/#/invite/one-time-token\n');
  expect(said.err).toContain('It makes one viewer, once; it ends in 2 d and is not shown again.');
  expect(await run('people invite --role emperor')).toMatchObject({ code: 2, calls: [] });
});

test('edit changes what is named and nothing else', async () => {
  const said = await run('people edit Anna --role viewer --models all --budget none');
  expect(inputOf(said, 'people.edit')).toEqual({
    ref: 'Anna',
    role: 'viewer',
    limits: { models: null, budgets: [] },
  });
  expect(await run('people edit Anna')).toMatchObject({ code: 2, calls: [] });
});

test.each([
  ['pause', 'people.edit', { ref: 'Anna', status: 'paused' }, 'is paused: signed out, and all keys are refused'],
  ['resume', 'people.edit', { ref: 'Anna', status: 'active' }, 'may sign in again, and the keys work'],
  ['remove', 'people.remove', { ref: 'Anna' }, 'is removed, and all keys are revoked'],
])('%s says what it did', async (verb, path, input, words) => {
  const said = await run(`people ${verb} Anna`);
  expect(inputOf(said, path)).toEqual(input);
  expect(said.out).toBe(`"Anna" (${anna.id}) ${words}.\n`);
});

test('list, show, invites and sessions print what there is, and JSON whole', async () => {
  expect((await run('people list')).out).toMatch(/Anna\s+member\s+active\s+2\s+yes\s+1 h ago/);
  const shown = (await run('people show Anna')).out;
  expect(shown).toContain('2 of 5');
  expect(shown).toContain('60 requests a minute, any number at once');
  expect((await run('people invites')).out).toMatch(/iNvIiNvI\s+Ben\s+member\s+in 2 d/);
  expect((await run('people sessions')).out).toMatch(/3fa1c2d4\s+Anna\s+Firefox on Linux\s+127\.0\.0\.1/);
  expect(JSON.parse((await run('people list --json')).out)).toEqual([anna]);
  expect(JSON.parse((await run('people invites --json')).out)).toEqual([invited]);
  expect(JSON.parse((await run('people sessions --of Anna --json')).out)).toEqual([browser]);
});

test('an invitation is taken back, a session is ended, and a password is reset by a link', async () => {
  const cancelled = await run('people invites --cancel iNvIiNvI');
  expect(inputOf(cancelled, 'people.cancelInvite')).toEqual({ id: 'iNvIiNvI' });
  expect(cancelled.out).toBe('No invitation waits for anybody.\n');
  const ended = await run('people sessions --end 3fa1c2d4');
  expect([inputOf(ended, 'sessions.end'), ended.out]).toEqual([{ id: '3fa1c2d4' }, 'Nobody is signed in.\n']);
  const reset = await run('people reset-password Anna --yes');
  expect([inputOf(reset, 'people.resetPassword'), reset.out]).toEqual([
    { ref: 'Anna' },
    'http://127.0.0.1:1236/#/invite/one-time-token\n',
  ]);
  expect(reset.err).toContain('"Anna" chooses a new password with it, once');
  expect(reset.err).toContain('The old password and the authenticator are gone');
});

test('reset-password asks first', async () => {
  const asked = await keyhatch('people reset-password Anna'.split(' '), { terminal: true, stdin: 'n\n' });
  expect(asked.calls.map(({ path }) => path)).toEqual(['people.get']);
  expect(asked.err).toContain(`authenticator of "Anna" (${anna.id}) are then gone`);
});

test('the noun alone lists', async () => {
  expect((await run('people')).out).toBe((await run('people list')).out);
});

test('whom nobody knows is said to be unknown', async () => {
  const said = await run('people show Zoe');
  expect([said.code !== 0, said.err.includes('There is no person with the name or id "Zoe"')]).toEqual([true, true]);
});
