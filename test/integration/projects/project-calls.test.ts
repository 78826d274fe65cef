// Projects, from the calls of the contract to what a request with one of their keys meets, in the whole house.

import { describe, expect, test } from 'vitest';
import type { Change } from '../../../shared/change.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { clientOf } from '../../fakes/house-client.ts';

async function opened(flags: object = {}) {
  const { house, gatewayUrl } = await composeHouse(flags);
  const client = clientOf(house, { kind: 'cli', detail: null });
  const url = gatewayUrl();
  const chat = (key: string, model = 'echo') =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'one two' }] }),
    });
  return { house, client, chat, url };
}

describe('a key that is made in a project', () => {
  test('begins with what the project says, then with the settings, and what is asked for comes first', async () => {
    const { client } = await opened();
    await client.projects.create({
      name: 'Thesis',
      defaults: {
        rpm: 7,
        models: ['echo'],
        expiresInMs: 3_600_000,
        policy: { operations: ['chat'], rotateEveryDays: 9 },
      },
    });
    const before = Date.now();
    const { facts } = await client.keys.create({ name: 'laptop', project: 'thesis' });
    expect(facts).toMatchObject({
      project: 'Thesis',
      limits: { rpm: 7, parallel: null },
      models: ['echo'],
      policy: { operations: ['chat'], rotateEveryDays: 9 },
    });
    expect(facts.expiresAt).toBeGreaterThanOrEqual(before + 3_600_000);
    const asked = { rpm: null, models: null, expiresAt: null, policy: { rotateEveryDays: null } };
    const own = await client.keys.create({ name: 'tablet', project: facts.projectId ?? '', ...asked });
    expect(own.facts).toMatchObject({
      limits: { rpm: null },
      models: null,
      expiresAt: null,
      policy: { operations: ['chat'], rotateEveryDays: null },
    });
    // Later changes of the project are for keys to come.
    await client.projects.edit({ ref: 'Thesis', defaults: { rpm: 1 } });
    expect(await client.keys.get({ ref: 'laptop' })).toMatchObject({ limits: { rpm: 7 } });
  });

  test('needs a project that is there and in use, or the wish to make it', async () => {
    const { client } = await opened();
    await expect(client.keys.create({ name: 'a', project: 'home' })).rejects.toMatchObject({
      code: 'project_not_found',
      message: expect.stringContaining('keyhatch projects create --name "home"'),
    });
    const { facts } = await client.keys.create({ name: 'a', project: 'home', newProject: true });
    expect(await client.projects.list()).toMatchObject([{ id: facts.projectId, name: 'home', keys: 1 }]);
    await client.projects.archive({ ref: 'home' });
    await expect(client.keys.create({ name: 'b', project: 'home' })).rejects.toMatchObject({
      code: 'project_is_archived',
    });
    expect((await client.keys.list()).map(({ name }) => name)).toEqual(['a']);
  });
});

test('names belong to one project, and what has keys is not deleted', async () => {
  const { client } = await opened();
  const home = await client.projects.create({ name: 'Home' });
  await expect(client.projects.create({ name: 'hOME' })).rejects.toMatchObject({ code: 'name_taken', status: 409 });
  const other = await client.projects.create({ name: 'Other' });
  expect(other.colour).not.toBe(home.colour);
  await expect(client.projects.edit({ ref: other.id, name: 'home' })).rejects.toMatchObject({ code: 'name_taken' });
  await client.keys.create({ name: 'k', project: 'Home' });
  await expect(client.projects.delete({ ref: 'Home' })).rejects.toMatchObject({ code: 'project_has_keys' });
  await client.keys.edit({ ref: 'k', project: 'Other' });
  expect(await client.projects.delete({ ref: 'Home' })).toMatchObject({ id: home.id });
  await expect(client.projects.get({ ref: home.id })).rejects.toMatchObject({ code: 'project_not_found' });
  expect(await client.projects.create({ name: 'Home' })).not.toMatchObject({ id: home.id });
});

test('usage stays with the project it happened in, by the name it has now', async () => {
  const { client, chat } = await opened();
  await client.projects.create({ name: 'first' });
  await client.projects.create({ name: 'second' });
  const { key, id } = await client.keys.create({ name: 'k', project: 'first' });
  expect((await chat(key)).status).toBe(200);
  await client.keys.edit({ ref: id, project: 'second' });
  expect((await chat(key)).status).toBe(200);
  await client.projects.edit({ ref: 'first', name: 'renamed' });
  const { groups } = await client.usage.series({ sinceMs: 3_600_000, by: 'project' });
  expect(groups.map(({ label, requests }) => [label, requests.reduce((a, b) => a + b)]).sort()).toEqual([
    ['renamed', 1],
    ['second', 1],
  ]);
  const { rows } = await client.requests.list({});
  expect(rows.map(({ projectName }) => projectName)).toEqual(['second', 'renamed']);
  const self = await (await chat(key)).json();
  expect(self).toBeDefined();
});

test('archived, its keys are refused at once; in use again, they work, also after a restart', async () => {
  const { client, chat, url } = await opened();
  const { key } = await client.keys.create({ name: 'k', project: 'home', newProject: true });
  const self = await fetch(`${url}/keyhatch/self`, { headers: { authorization: `Bearer ${key}` } });
  if (self.ok) expect(await self.json()).toMatchObject({ project: 'home' });
  await client.projects.archive({ ref: 'home' });
  const refused = await chat(key);
  expect([refused.status, refused.headers.get('x-keyhatch-error')]).toEqual([403, 'project_archived']);
  await client.projects.unarchive({ ref: 'home' });
  expect((await chat(key)).status).toBe(200);
});

test('the echo model answers for the test environment, though another server is there, and only for that', async () => {
  const { client, chat } = await opened({ echo: 'off' });
  await expect(client.projects.create({ name: 'p', echo: true })).rejects.toMatchObject({ code: 'input_invalid' });
  await client.projects.create({ name: 'trial', environment: 'test', echo: true });
  const { key } = await client.keys.create({ name: 'k', project: 'trial' });
  const answer = await chat(key, 'any-model');
  expect(answer.status).toBe(200);
  const plain = await client.keys.create({ name: 'plain' });
  expect((await chat(plain.key)).headers.get('x-keyhatch-error')).toBe('no_upstream');
  expect(await client.projects.edit({ ref: 'trial', environment: 'production' })).toMatchObject({ echo: false });
  expect((await chat(key)).headers.get('x-keyhatch-error')).toBe('no_upstream');
});

test('a model server of its own must be there when it is chosen', async () => {
  const { client } = await opened();
  await expect(client.projects.create({ name: 'p', upstream: 'nowhere' })).rejects.toMatchObject({
    code: 'upstream_not_found',
  });
  expect(await client.projects.create({ name: 'p', upstream: 'Echo' })).toMatchObject({ upstreamId: 'echo' });
});

test('whoever watches is told of projects as they change, with how many keys they have', async () => {
  const { client } = await opened();
  const stream = await client.changes.watch();
  const heard: Change[] = [];
  const until = async (fits: (change: Change) => boolean) => {
    for (;;) {
      const { value, done } = await stream.next();
      if (done) throw new Error('the stream ended');
      heard.push(value);
      if (fits(value)) return;
    }
  };
  await until(({ type }) => type === 'ready');
  const { id } = await client.projects.create({ name: 'home' });
  await until((change) => change.type === 'project' && change.project.keys === 0);
  const made = await client.keys.create({ name: 'k', project: 'home' });
  await until((change) => change.type === 'project' && change.project.keys === 1);
  // A key shows its project's name, so it is told anew with it.
  await client.projects.edit({ ref: id, name: 'house' });
  await until((change) => change.type === 'key' && change.key.id === made.id && change.key.project === 'house');
  await client.keys.delete({ ref: 'k' });
  await client.projects.delete({ ref: id });
  await until((change) => change.type === 'project_deleted' && change.id === id);
  await stream.return?.();
});

test('a budget of a project counts over its keys, is told with the project, and can be topped up', async () => {
  const { client, chat } = await opened();
  const budgets = [{ period: 'day', tokens: 4, soft: 0.5 }] as const;
  const made = await client.projects.create({ name: 'Home', budgets: [...budgets] });
  expect(made).toMatchObject({ budgets: [{ tokens: 4, cost: null }], budgetStates: [{ project: 'Home', used: 0 }] });
  const [one, other] = [
    await client.keys.create({ name: 'one', project: 'home' }),
    await client.keys.create({ name: 'other', project: 'home' }),
  ];
  await (await chat(one.key)).text();
  await expect.poll(async () => (await client.projects.get({ ref: 'Home' })).budgetStates[0]?.used).toBe(5);
  const refused = await chat(other.key);
  expect([refused.status, refused.headers.get('x-keyhatch-error')]).toEqual([429, 'budget_spent']);
  expect(await refused.text()).toContain('the project \\"Home\\"');
  expect((await client.status.get()).warnings).toEqual(['The project "Home" has used up its budget for the day.']);
  expect(await client.keys.get({ ref: 'other' })).toMatchObject({
    status: 'exhausted',
    budgets: [{ project: 'Home' }],
  });
  const add = { period: 'day', tokens: 5, cost: null, endsAt: Date.now() + 60_000 } as const;
  expect(await client.projects.topUp({ ref: 'Home', add })).toMatchObject({
    budgetStates: [{ limit: 9, topUp: 5, used: 5, state: 'warned' }],
  });
  expect((await client.limits.get({ ref: 'other' })).budgets).toMatchObject([{ project: 'Home', remaining: 4 }]);
  await expect(client.projects.topUp({ ref: 'Home', add: { ...add, period: 'week' } })).rejects.toMatchObject({
    code: 'budget_missing',
    message: expect.stringContaining('keyhatch projects edit "Home" --budget week:'),
  });
  await client.projects.edit({ ref: 'Home', budgets: [] });
  expect((await chat(other.key)).status).toBe(200);
  expect((await client.history.list({ kind: 'project' })).entries.map(({ action }) => action)).toEqual([
    'edited',
    'topped_up',
    'created',
  ]);
});
