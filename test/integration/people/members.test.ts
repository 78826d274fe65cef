// What members see and may do: all that is theirs, within what the owner gave them, and nothing of anybody else. Every call
// of the contract is made as a member with another person's key.

import { isContractProcedure } from '@orpc/contract';
import { expect, test } from 'vitest';
import type { CallMeta } from '../../../shared/call-meta.ts';
import { contract } from '../../../shared/contract.ts';
import { makePeopleBed, refusalOf } from '../../fakes/people-bed.ts';

const paths = pathsIn(contract);

function pathsIn(part: object, above: readonly string[] = []): { path: string; meta: CallMeta }[] {
  if (isContractProcedure(part)) return [{ path: above.join('.'), meta: part['~orpc'].meta as CallMeta }];
  return Object.entries(part).flatMap(([name, below]) => pathsIn(below as object, [...above, name]));
}

/** Everything that a call answers, or the code of its refusal. */
async function answerOf(client: object, path: string, input: unknown): Promise<string> {
  const call = path.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], client);
  try {
    const value = await (call as (input: unknown) => Promise<unknown>)(input);
    if (typeof value !== 'object' || value === null || !(Symbol.asyncIterator in value)) return JSON.stringify(value);
    const stream = value as AsyncIterableIterator<unknown>;
    const events: unknown[] = [];
    // What a stream of changes tells is the next test's.
    for await (const event of stream) {
      events.push(event);
      if ((event as { type?: string }).type === 'ready') break;
    }
    return JSON.stringify(events);
  } catch (error) {
    return String((error as { code?: string }).code);
  }
}

test('a member who makes every call with another’s key finds nothing of it', async () => {
  const bed = await makePeopleBed();
  const [anna, ben] = [await bed.join('Anna'), await bed.join('Benedikta')];
  const theirs = await ben.client.keys.create({ name: 'secret-laboratory' });
  const houses = await bed.machine.keys.create({
    name: 'of-the-household',
    project: 'hidden-project',
    newProject: true,
  });
  const own = await anna.client.keys.create({ name: 'notebook' });
  for (const { key } of [theirs, houses, own]) expect((await bed.chat(key)).status).toBe(200);
  const { rows } = await bed.machine.requests.list({});
  const foreign = rows.filter(({ keyId }) => keyId !== own.id);
  expect(foreign).toHaveLength(2);
  const request = foreign[0]?.id ?? '';
  const add = { period: 'day', tokens: 5, cost: null, endsAt: Date.now() + 60_000 };
  const marks = [theirs.id, theirs.key, houses.id, 'secret-laboratory', 'of-the-household', 'hidden-project'];
  const traces = [...marks, ben.id, 'Benedikta', ...foreign.map(({ id }) => id), bed.dataDir];

  for (const [at, ref] of [theirs.id, 'secret-laboratory', houses.id, 'of-the-household'].entries()) {
    const inputs: Readonly<Record<string, unknown>> = {
      'keys.edit': { ref, rpm: 1 },
      'keys.topUp': { ref, add },
      'keys.create': { name: `made ${at}` },
      'usage.report': { sinceMs: 3_600_000, by: 'key', personId: ben.id },
      'usage.series': { sinceMs: 3_600_000, by: 'key', keyId: theirs.id, personId: ben.id },
      'usage.details': { sinceMs: 3_600_000, personId: ben.id },
      'usage.lifetime': { by: 'key', personId: ben.id },
      'usage.export': {
        sinceMs: 3_600_000,
        by: 'key',
        every: 'hour',
        format: 'csv',
        keyId: theirs.id,
        personId: ben.id,
      },
      'requests.list': { keyId: ref, personId: ben.id },
      'requests.get': { id: request },
      'requests.export': { sinceMs: 3_600_000, format: 'json', personId: ben.id },
      'sessions.end': { id: 'nothing' },
      'me.setPassword': { password: 'x' },
      'me.rename': { name: 'Benedikta' },
      'me.confirmTotp': { code: '000000' },
    };
    for (const { path, meta } of paths) {
      const answer = await answerOf(anna.client, path, inputs[path] ?? { ref, id: request });
      if (meta.own !== true && meta.access !== 'self') expect([path, answer]).toEqual([path, 'not_permitted']);
      else for (const trace of traces) expect(`${path}: ${answer}`).not.toContain(trace);
    }
  }
  // Nothing of it was changed, and what is hers she sees.
  expect(await bed.machine.keys.get({ ref: theirs.id })).toMatchObject({ name: 'secret-laboratory', status: 'active' });
  await anna.client.keys.revoke({ ref: 'made 0' });
  // That somebody else has one of that name is not to be found out either.
  await anna.client.keys.create({ name: 'secret-laboratory' });
  expect((await anna.client.keys.list()).map(({ name }) => name)).toContain('notebook');
  expect((await anna.client.requests.list({})).rows.map(({ keyName }) => keyName)).toEqual(['notebook']);
  const report = await anna.client.usage.report({ sinceMs: 3_600_000, by: 'key' });
  expect([report.lines.map(({ label }) => label), report.total.requests, report.strangers]).toEqual([
    ['notebook'],
    1,
    [],
  ]);
});

test('events of others’ keys are told to nobody else', async () => {
  const bed = await makePeopleBed();
  const [anna, ben] = [await bed.join('Anna'), await bed.join('Ben')];
  const stream = await anna.client.changes.watch();
  await stream.next();
  const theirs = await ben.client.keys.create({ name: 'secret-laboratory' });
  await bed.machine.settings.set({ name: 'queue.maxWaiting', value: 7 });
  const mine = await anna.client.keys.create({ name: 'notebook' });
  const seen: string[] = [];
  for await (const change of stream) {
    seen.push(JSON.stringify(change));
    if (change.type === 'key' && change.key.id === mine.id) break;
  }
  expect(seen.join('\n')).not.toContain(theirs.id);
  expect(seen.join('\n')).not.toContain('queue.maxWaiting');
});

test('keys within what the owner gave; more is refused with a reason, and what is left out is no more than that', async () => {
  const bed = await makePeopleBed();
  const models = ['qwen*', 'llama3'];
  const { client } = await bed.join('Anna', 'member', {
    ...{ keys: 2, rpm: 10, tpm: 1000, expiresDays: 7, models },
    operations: ['chat', 'models:list'],
  });
  const sinceMs = Date.now();
  const made = await client.keys.create({ name: 'notebook' });
  expect(made.facts).toMatchObject({
    ...{ person: 'Anna', limits: { rpm: 10 }, models },
    policy: { tpm: 1000, operations: ['chat', 'models:list'] },
  });
  // Counted from when it was asked for, which is a little before it was made.
  expect(made.facts.expiresAt).toBeGreaterThanOrEqual(sinceMs + 7 * 86_400_000);
  expect(made.facts.expiresAt).toBeLessThanOrEqual(made.facts.createdAt + 7 * 86_400_000);
  const over: readonly object[] = [
    { rpm: 11 },
    { rpm: null },
    { expiresAt: null },
    { expiresAt: made.facts.createdAt + 8 * 86_400_000 },
    { models: null },
    { models: ['gemma'] },
    { models: ['*'] },
    { project: 'house' },
    { policy: { tpm: null } },
    { policy: { operations: ['chat', 'models:manage'] } },
    { policy: { priority: 'high' } },
  ];
  for (const more of over) {
    expect(await refusalOf(client.keys.create({ name: 'phone', ...more }))).toBe('over_member_limits');
    expect(await refusalOf(client.keys.edit({ ref: 'notebook', ...more }))).toBe('over_member_limits');
  }
  for (const more of [{ kind: 'admin' as const }, { value: 'a-value-of-my-own-1234567890' }, { person: 'Anna' }])
    expect(await refusalOf(client.keys.create({ name: 'phone', ...more }))).toBe('not_permitted');
  expect((await client.keys.edit({ ref: 'notebook', rpm: 3, models: ['qwen3*', 'llama3:latest'] })).limits.rpm).toBe(3);
  await client.keys.create({ name: 'phone' });
  expect(await refusalOf(client.keys.create({ name: 'third' }))).toBe('over_member_limits');
  await client.keys.revoke({ ref: 'phone' });
  await client.keys.create({ name: 'third' });
  expect(await client.keys.rotate({ ref: 'third' })).toMatchObject({ facts: { person: 'Anna' } });
  expect((await client.keys.pause({ ref: 'third' })).status).toBe('paused');
});

test('limits that are lowered hold for the keys that are there, whoever edits them', async () => {
  const bed = await makePeopleBed();
  const { client } = await bed.join('Anna');
  await client.keys.create({ name: 'notebook' });
  await bed.machine.people.edit({ ref: 'Anna', limits: { rpm: 4, models: ['m'], operations: ['chat'] } });
  const cut = { limits: { rpm: 4 }, models: ['m'], policy: { operations: ['chat'] } };
  expect(await client.keys.get({ ref: 'notebook' })).toMatchObject(cut);
  expect(await bed.machine.keys.edit({ ref: 'notebook', rpm: null, models: null })).toMatchObject(cut);
  expect(await bed.machine.keys.create({ name: 'given', person: 'Anna' })).toMatchObject({ facts: cut });
});

test('who is paused or removed is refused with all keys at once, and only they', async () => {
  const bed = await makePeopleBed();
  const [anna, ben] = [await bed.join('Anna'), await bed.join('Ben')];
  const [hers, his] = [await anna.client.keys.create({ name: 'k' }), await ben.client.keys.create({ name: 'k' })];
  const codeOf = async (key: string) => (await bed.chat(key)).headers.get('x-keyhatch-error');
  expect([await codeOf(hers.key), await codeOf(his.key)]).toEqual([null, null]);
  await bed.machine.people.edit({ ref: 'Anna', status: 'paused' });
  expect([await codeOf(hers.key), await codeOf(his.key)]).toEqual(['person_paused', null]);
  await bed.machine.people.edit({ ref: 'Anna', status: 'active' });
  expect(await codeOf(hers.key)).toBeNull();
  await bed.machine.people.remove({ ref: 'Anna' });
  expect(await codeOf(hers.key)).toBe('key_revoked');
  expect((await bed.machine.keys.get({ ref: hers.id })).status).toBe('revoked');
});

test('a budget of a person counts over all of their keys', async () => {
  const bed = await makePeopleBed();
  const budgets = [{ period: 'day' as const, tokens: 1, cost: null, soft: 0.8, strict: false }];
  const { client } = await bed.join('Anna', 'member', { budgets });
  const [one, other] = [await client.keys.create({ name: 'one' }), await client.keys.create({ name: 'other' })];
  expect((await bed.chat(one.key)).status).toBe(200);
  await expect.poll(async () => (await client.limits.get({ ref: 'other' })).budgets[0]?.state).toBe('spent');
  const refused = await bed.chat(other.key);
  expect([refused.status, refused.headers.get('x-keyhatch-error')]).toEqual([429, 'budget_spent']);
  expect((await client.keys.get({ ref: 'one' })).status).toBe('exhausted');
});
