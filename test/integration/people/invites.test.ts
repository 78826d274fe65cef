// Links that let somebody in once: what they make, when they end, and who may make them.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { send } from '../../fakes/browser.ts';
import { goodPassword, halvesIn, makePeopleBed, refusalOf } from '../../fakes/people-bed.ts';

test('an invitation is told once, says what it is for, and makes one person with the role and limits it carries', async () => {
  const { machine, post, as, dataDir, lines } = await makePeopleBed();
  const made = await machine.people.invite({ role: 'member', name: 'Anna', limits: { keys: 2, rpm: 5 } });
  expect(made.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/invite\/[\w-]{43}$/);
  expect(made.expiresAt - made.createdAt).toBe(3 * 86_400_000);
  const looked = await post('/session/invite', { token: made.token });
  expect(JSON.parse(looked.text)).toMatchObject({ kind: 'invite', role: 'member', name: 'Anna' });
  const { client } = as(
    halvesIn(await post('/session/invite', { token: made.token, name: 'Anne', password: goodPassword })),
  );
  expect((await client.me.get()).person).toMatchObject({ name: 'Anne', role: 'member', limits: { keys: 2, rpm: 5 } });
  expect(await machine.people.invites()).toEqual([]);
  const kept = ['keyhatch.db', 'keyhatch.db-wal'].map((file) => readFileSync(`${dataDir}/${file}`, 'latin1')).join('');
  for (const secret of [made.token, goodPassword]) {
    expect(kept).not.toContain(secret);
    expect(lines.join('\n')).not.toContain(secret);
  }
});

test('it ends by itself, and when it is taken back', async () => {
  const { machine, post, passTime } = await makePeopleBed();
  const use = (token: string) => post('/session/invite', { token, name: 'Anna', password: goodPassword });
  const short = await machine.people.invite({ expiresInMs: 60_000 });
  passTime(60_000);
  expect((await use(short.token)).code).toBe('invite_invalid');
  expect((await post('/session/invite', { token: short.token })).code).toBe('invite_invalid');
  const taken = await machine.people.invite({});
  expect(await machine.people.cancelInvite({ id: taken.id })).toEqual([]);
  expect((await use(taken.token)).code).toBe('invite_invalid');
  expect(await refusalOf(machine.people.cancelInvite({ id: taken.id }))).toBe('invite_not_found');
});

test('a name that is taken or a password that is no good does not use it up', async () => {
  const { machine, post, join } = await makePeopleBed();
  await join('Anna');
  const { token } = await machine.people.invite({});
  const use = (name: string, password = goodPassword) => post('/session/invite', { token, name, password });
  expect((await use('ANNA')).code).toBe('name_taken');
  expect((await use('Ben', 'password1234')).code).toBe('password_unsuitable');
  expect((await use('Ben')).status).toBe(200);
});

test('managers invite members and viewers, nobody above; members and viewers invite nobody', async () => {
  const { join } = await makePeopleBed();
  const max = await join('Max', 'manager');
  const [member, viewer] = [await join('Anna', 'member'), await join('Vera', 'viewer')];
  expect((await max.client.people.invite({ role: 'member' })).role).toBe('member');
  expect((await max.client.people.invite({ role: 'viewer' })).role).toBe('viewer');
  for (const role of ['owner', 'manager'] as const)
    expect(await refusalOf(max.client.people.invite({ role }))).toBe('not_permitted');
  for (const { client } of [member, viewer])
    expect(await refusalOf(client.people.invite({ role: 'viewer' }))).toBe('not_permitted');
});

test('an invitation ends when who made it may no longer invite that role, and is good again when they may', async () => {
  const { machine, post, join, makeOwner } = await makePeopleBed();
  await makeOwner();
  const max = await join('Max', 'manager');
  const { token } = await max.client.people.invite({ role: 'member' });
  const look = async () => (await post('/session/invite', { token })).code;
  for (const [fall, rise] of [
    [{ status: 'paused' }, { status: 'active' }],
    [{ role: 'member' }, { role: 'owner' }],
  ] as const) {
    await machine.people.edit({ ref: 'Max', ...fall });
    expect(await look()).toBe('invite_invalid');
    expect((await post('/session/invite', { token, name: 'Mallory', password: goodPassword })).code).toBe(
      'invite_invalid',
    );
    expect(await machine.people.invites()).toEqual([]);
    await machine.people.edit({ ref: 'Max', ...rise });
    expect(await look()).toBeUndefined();
  }
  await machine.people.remove({ ref: 'Max' });
  expect(await look()).toBe('invite_invalid');
});

test('a second owner’s invitations and resets end with their role; those of the machine and its link stay', async () => {
  const { machine, post, join, makeOwner } = await makePeopleBed();
  const olga = await makeOwner();
  const [otto] = [await join('Otto', 'owner'), await join('Anna')];
  const his = [
    await otto.client.people.invite({ role: 'manager' }),
    await otto.client.people.invite({ role: 'member' }),
    await otto.client.people.resetPassword({ ref: 'Anna' }),
  ];
  const others = [await machine.people.invite({ role: 'manager' }), await olga.client.people.invite({ role: 'owner' })];
  await machine.people.edit({ ref: 'Otto', role: 'manager' });
  const codes = (made: readonly { readonly token: string }[]) =>
    Promise.all(made.map(async ({ token }) => (await post('/session/invite', { token })).code));
  expect(await codes(his)).toEqual(['invite_invalid', undefined, 'invite_invalid']);
  expect(await codes(others)).toEqual([undefined, undefined]);
});

test('an invitation that an admin key made ends with the key, however that ends', async () => {
  const { machine, post, url, passTime, now } = await makePeopleBed();
  const day = 86_400_000;
  const madeWith = async (name: string) => {
    const { id, key } = await machine.keys.create({ name, kind: 'admin', expiresAt: now() + day });
    const headers = { authorization: `Bearer ${key}`, host: new URL(url).host };
    const answer = await send(url, '/api/v1/invites', { method: 'POST', headers, body: { role: 'member' } });
    const { token } = JSON.parse(answer.text) as { token: string };
    const look = async () => (await post('/session/invite', { token })).code;
    expect(await look()).toBeUndefined();
    return { id, look, use: () => post('/session/invite', { token, name, password: goodPassword }) };
  };
  const revoked = await madeWith('revoked');
  await machine.keys.revoke({ ref: revoked.id });
  expect(await revoked.look()).toBe('invite_invalid');
  expect((await revoked.use()).code).toBe('invite_invalid');
  await machine.keys.delete({ ref: revoked.id });
  expect(await revoked.look()).toBe('invite_invalid');
  const used = await madeWith('used');
  expect((await used.use()).status).toBe(200);
  const expired = await madeWith('expired');
  passTime(day);
  expect(await expired.look()).toBe('invite_invalid');
  expect(await machine.people.invites()).toEqual([]);
});
