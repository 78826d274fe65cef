// Names that strangers choose for themselves: nobody goes by nothing, by what cannot be seen, or by what looks like somebody.

import { expect, test } from 'vitest';
import { goodPassword, makePeopleBed, refusalOf } from '../../fakes/people-bed.ts';

const unseen: Readonly<Record<string, string>> = {
  spaces: '   ',
  'a zero width alone': '\u200b',
  'a filler alone': '\u3164',
  'a blank pattern of Braille': '\u2800',
  'a zero width inside': 'Ol\u200bga',
  'a joiner of marks inside': 'Ol\u034fga',
  'a NUL': 'Olga\0',
  'a turn of direction': '\u202eaglO',
  'a sequence for terminals': '\u001b[31mOlga',
  'two lines': 'Olga\u2028Owner',
  'half a pair': 'Olga\ud800',
  'three thousand letters': 'a'.repeat(3000),
};

test('neither door takes a name with an invitation that cannot be seen, and the link stays good', async () => {
  const { machine, post } = await makePeopleBed();
  await machine.settings.set({ name: 'access.credentials', value: 'both' });
  const { token } = await machine.people.invite({});
  const password = goodPassword;
  for (const [what, name] of [['nothing', ''], ...Object.entries(unseen)])
    expect((await post('/session/invite', { token, name, password })).code, what).toBe('input_invalid');
  for (const [what, name] of Object.entries(unseen))
    expect((await post('/api/auth/register', { invite: token, name, password })).text, what).toContain('input_invalid');
  expect(await machine.people.list()).toEqual([]);
  expect((await post('/session/invite', { token, name: '  José 王芳 ', password })).status).toBe(200);
  expect((await machine.people.list()).map(({ name }) => name)).toEqual(['José 王芳']);
});

test('nor do an owner’s account, a new name, an edit and a proposal', async () => {
  const { machine, byLink, join } = await makePeopleBed();
  const anna = await join('Anna');
  const owner = await byLink();
  for (const [what, name] of Object.entries(unseen)) {
    const calls = [
      () => owner.client.me.setPassword({ name, password: goodPassword }),
      () => anna.client.me.rename({ name }),
      () => machine.people.edit({ ref: 'Anna', name }),
      () => machine.people.invite({ name }),
    ];
    for (const call of calls) expect(await refusalOf(call()), what).toBe('input_invalid');
  }
  expect((await machine.people.list()).map(({ name }) => name)).toEqual(['Anna']);
});

test('a name that differs in case, width or spacing alone is taken, for everybody but its holder', async () => {
  const { machine, post, makeOwner } = await makePeopleBed();
  const olga = await makeOwner('Olga Strauß');
  const { token } = await machine.people.invite({});
  for (const name of ['olga strauß', 'OLGA STRAUSS', 'Ｏｌｇａ Strauß', 'Olga  Strauß', 'Olga\u00a0Strauß'])
    expect((await post('/session/invite', { token, name, password: goodPassword })).code, name).toBe('name_taken');
  expect((await olga.client.me.rename({ name: 'OLGA STRAUSS' })).person?.name).toBe('OLGA STRAUSS');
});
