// A backup put in place in another house that is running, with its vault in memory: clients go on at once, what was there
// ends, and everything that can be wrong with it changes nothing.

import { describe, expect, test } from 'vitest';
import { composeHouse } from '../../fakes/composed-house.ts';
import { clientOf } from '../../fakes/house-client.ts';

const passphrase = 'correct horse battery';

async function opened() {
  const { house, gatewayUrl, lines } = await composeHouse();
  const url = gatewayUrl();
  const tryKey = async (key: string) => {
    const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    return answer.ok ? 200 : answer.headers.get('x-keyhatch-error');
  };
  return { house, lines, client: clientOf(house, { kind: 'cli', detail: null }), tryKey };
}

/** A house with one of everything, and its backup. */
async function backedUp() {
  const { client } = await opened();
  await client.projects.create({ name: 'home', defaults: { rpm: 7 }, aliases: { fast: 'echo' } });
  await client.projects.create({ name: 'old', environment: 'test' });
  const plain = await client.keys.create({ name: 'plain', project: 'home', policy: { rotateEveryDays: 30 } });
  const paused = await client.keys.create({ name: 'paused' });
  await client.keys.pause({ ref: 'paused' });
  const rotated = await client.keys.create({ name: 'rotated' });
  const fresh = await client.keys.rotate({ ref: 'rotated' });
  const archived = await client.keys.create({ name: 'archived', project: 'old' });
  await client.projects.archive({ ref: 'old' });
  await client.settings.set({ name: 'keys.defaultRpm', value: 99 });
  const backup = await client.backup.create({ passphrase });
  return {
    backup,
    keys: { plain: plain.key, paused: paused.key, old: rotated.key, fresh: fresh.key, archived: archived.key },
    facts: await client.keys.list(),
    projects: await client.projects.list(),
  };
}

test('in an empty house, every client goes on as before, at once', async () => {
  const { backup, keys, facts, projects } = await backedUp();
  expect(backup).toMatchObject({ keys: 4, projects: 2 });
  const { client, tryKey } = await opened();
  const restored = await client.backup.restore({ text: backup.text, passphrase });
  expect(restored).toMatchObject({ keys: 4, projects: 2, settings: 1, ended: 0, atNextStart: [] });
  expect(await client.keys.list()).toEqual(
    facts.map((key) => ({ ...key, today: { requests: 0, tokensIn: 0, tokensOut: 0 } })),
  );
  expect(await client.projects.list()).toEqual(projects);
  expect(await client.settings.get({ name: 'keys.defaultRpm' })).toMatchObject({ value: 99 });
  expect(await tryKey(keys.plain)).toBe(200);
  expect(await tryKey(keys.paused)).toBe('key_paused');
  expect([await tryKey(keys.old), await tryKey(keys.fresh)]).toEqual([200, 200]);
  expect(await tryKey(keys.archived)).toBe('project_archived');
  // What is made from now on is made under the same root.
  const { key } = await client.keys.create({ name: 'later' });
  expect(await tryKey(key)).toBe(200);
  const { entries } = await client.history.list({ kind: 'profile' });
  expect(entries).toMatchObject([{ action: 'backup_restored', subject: { name: 'backup' } }]);
});

describe('where keys are already', () => {
  test('it is refused and nothing changes, unless it is to replace them', async () => {
    const { backup, keys } = await backedUp();
    const { client, tryKey } = await opened();
    const here = await client.keys.create({ name: 'here', project: 'mine', newProject: true });
    await client.settings.set({ name: 'cors.mode', value: 'list' });
    await expect(client.backup.restore({ text: backup.text, passphrase })).rejects.toMatchObject({
      code: 'backup_conflicts',
      status: 409,
      details: { what: 'one key and one project' },
    });
    expect([await tryKey(here.key), await tryKey(keys.plain)]).toEqual([200, 'key_unknown']);
    const restored = await client.backup.restore({ text: backup.text, passphrase, replace: true });
    expect(restored).toMatchObject({ ended: 1 });
    expect([await tryKey(here.key), await tryKey(keys.plain)]).toEqual(['key_unknown', 200]);
    expect((await client.projects.list()).map(({ name }) => name)).toEqual(['home', 'old']);
    expect(await client.settings.get({ name: 'cors.mode' })).toMatchObject({ value: 'off' });
  });

  test('its own earlier state comes back, deleted keys too', async () => {
    const { client, tryKey } = await opened();
    const { key, id } = await client.keys.create({ name: 'k' });
    const { text } = await client.backup.create({ passphrase });
    await client.keys.delete({ ref: id });
    const later = await client.keys.create({ name: 'later' });
    await client.backup.restore({ text, passphrase, replace: true });
    expect(await tryKey(key)).toBe(200);
    expect(await tryKey(later.key)).toBe('key_unknown');
    expect((await client.keys.list()).map(({ name }) => name)).toEqual(['k']);
  });
});

test('the wrong passphrase and a changed file look alike and change nothing', async () => {
  const { backup } = await backedUp();
  const { client, tryKey } = await opened();
  const { key } = await client.keys.create({ name: 'here' });
  const changed = `${backup.text.slice(0, -20)}AAAA${backup.text.slice(-16)}`;
  const failures = await Promise.all(
    [
      { text: backup.text, passphrase: 'not the passphrase' },
      { text: changed, passphrase },
    ].map((input) =>
      client.backup.restore({ ...input, replace: true }).catch(({ code, message }) => ({ code, message })),
    ),
  );
  expect(failures[0]).toEqual(failures[1]);
  expect(failures[0]).toMatchObject({ code: 'backup_unreadable' });
  expect(await tryKey(key)).toBe(200);
});

test('a passphrase that is too short is refused before anything is sealed', async () => {
  const { client } = await opened();
  await expect(client.backup.create({ passphrase: 'short' })).rejects.toMatchObject({ code: 'input_invalid' });
});

test('no secret and no passphrase gets into the sealed text, the log or the history', async () => {
  const { house, lines, client } = await opened();
  const { key } = await client.keys.create({ name: 'k' });
  const { text } = await client.backup.create({ passphrase });
  await client.backup.restore({ text, passphrase, replace: true });
  const all = text + lines.join('\n') + JSON.stringify([await client.history.list({}), house.status()]);
  for (const secret of [key, key.slice(12, 40), passphrase, 'verifiers"']) expect(all).not.toContain(secret);
});

test('people come along with what they may have, and choose a password anew; who is here already stays as they are', async () => {
  const before = await opened();
  await before.client.me.setPassword({ name: 'Olga', password: 'my dog eats blue socks' });
  const { key } = await before.client.keys.create({ name: 'hers', person: 'Olga' });
  const backup = await before.client.backup.create({ passphrase });
  expect(before.lines.join('\n')).not.toContain('my dog eats');
  const { client, tryKey } = await opened();
  await client.backup.restore({ text: backup.text, passphrase });
  expect(await client.people.list()).toMatchObject([{ name: 'Olga', role: 'owner', passwordSetAt: null, keys: 1 }]);
  expect(await tryKey(key)).toBe(200);
  await client.people.edit({ ref: 'Olga', limits: { rpm: 3 } });
  await client.backup.restore({ text: backup.text, passphrase, replace: true });
  expect(await client.people.get({ ref: 'Olga' })).toMatchObject({ limits: { rpm: 3 } });
});
