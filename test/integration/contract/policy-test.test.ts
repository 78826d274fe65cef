// `policy.test` says what the gateway would do: each answer is held against a real request to the same house.

import { createRouterClient } from '@orpc/server';
import { expect, test } from 'vitest';
import { silentLog } from '../../../electron/lib/log.ts';
import { errorsFromWire, errorsToWire } from '../../../shared/error-wire.ts';
import type { KeyOperation, KeyPolicyPatch } from '../../../shared/key-policy.ts';
import { atTheMachine } from '../../../shared/people-model.ts';
import { composeHouse } from '../../fakes/composed-house.ts';

async function openHouse() {
  const { house, gatewayUrl } = await composeHouse();
  const client = createRouterClient(house.router, {
    context: { caller: atTheMachine },
    interceptors: [errorsFromWire(), errorsToWire(silentLog)],
  });
  const url = gatewayUrl();
  return { client, url };
}

/** What the gateway does with it: the code of its refusal, or null. */
async function real(url: string, key: string, operation: KeyOperation, model: string): Promise<string | null> {
  const path = operation === 'embeddings' ? '/v1/embeddings' : '/v1/chat/completions';
  const body = JSON.stringify({ model, input: 'x', messages: [{ role: 'user', content: 'hi' }] });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', body, headers });
  await response.text();
  return response.headers.get('x-keyhatch-error');
}

type Case = {
  readonly name: string;
  readonly models?: string[];
  readonly policy?: KeyPolicyPatch;
  readonly stage: string | null;
};

const cases: readonly Case[] = [
  { name: 'usual', stage: null },
  { name: 'lists', models: ['echo*'], stage: null },
  { name: 'other lists', models: ['phi-4'], stage: 'model' },
  { name: 'denied', policy: { deniedModels: ['*echo*'] }, stage: 'model' },
  { name: 'reader', policy: { operations: ['models:list'] }, stage: 'operation' },
  { name: 'near', policy: { networks: ['this-computer'] }, stage: null },
  { name: 'far', policy: { networks: ['203.0.113.0/24'] }, stage: 'key network' },
  { name: 'nothing', policy: { operations: [], networks: ['203.0.113.0/24'] }, stage: 'key network' },
];

test('the gateway does what is foretold, and the stage that decides is named', async () => {
  const { client, url } = await openHouse();
  const model = (await client.status.get()).upstreams[0]?.models[0] ?? '';
  for (const { name, models, policy, stage } of cases) {
    const { key } = await client.keys.create({ name, models, policy });
    for (const operation of ['chat', 'embeddings'] as const) {
      const foretold = await client.policy.test({ key: name, operation, model });
      const code = foretold.stages.find((one) => one.stage === foretold.decidedBy)?.code ?? null;
      expect([foretold.decidedBy, foretold.allowed], name).toEqual([stage, stage === null]);
      expect(code, `${name}, ${operation}`).toBe(await real(url, key, operation, model));
    }
  }
});

test('a key that is paused, expired, revoked or of the other kind is told by its standing', async () => {
  const { client, url } = await openHouse();
  const made = async (name: string, kind: 'inference' | 'admin' = 'inference') =>
    (await client.keys.create({ name, kind })).key;
  const keys = { paused: await made('paused'), revoked: await made('revoked'), admin: await made('admin', 'admin') };
  await client.keys.pause({ ref: 'paused' });
  await client.keys.revoke({ ref: 'revoked' });
  for (const [name, stage, code] of [
    ['paused', 'status', 'key_paused'],
    ['revoked', 'standing', 'key_revoked'],
    ['admin', 'standing', 'key_wrong_kind'],
  ] as const) {
    const answer = await client.policy.test({ key: name });
    expect(answer.decidedBy).toBe(stage);
    expect(answer.stages.find((one) => one.stage === stage)?.code).toBe(code);
    expect(await real(url, keys[name], 'chat', 'echo')).toBe(code);
  }
});

test('the networks of the whole gateway come first, and every stage says what it would say', async () => {
  const { client } = await openHouse();
  await client.keys.create({ name: 'near', policy: { networks: ['this-computer'] } });
  await client.settings.set({ name: 'access.networks', value: ['my-network'] });
  const from = async (address: string) => {
    const { decidedBy, stages } = await client.policy.test({ key: 'near', from: address });
    return [decidedBy, stages.filter(({ verdict }) => verdict === 'refuse').map(({ stage }) => stage)];
  };
  expect(await from('this-computer')).toEqual([null, []]);
  expect(await from('127.0.0.1')).toEqual([null, []]);
  expect(await from('::1')).toEqual([null, []]);
  expect(await from('::ffff:127.0.0.1')).toEqual([null, []]);
  expect(await from('192.168.1.7')).toEqual(['key network', ['key network']]);
  expect(await from('8.8.8.8')).toEqual(['gateway network', ['gateway network', 'key network']]);
});

test('a model in a cloud needs a right beside that to chat', async () => {
  const { client } = await openHouse();
  await client.keys.create({ name: 'usual' });
  await client.keys.create({ name: 'rich', policy: { operations: ['chat', 'cloud'] } });
  const decides = async (key: string) => (await client.policy.test({ key, model: 'kimi:cloud' })).decidedBy;
  expect(await decides('usual')).toBe('model');
  expect(await decides('rich')).toBe(null);
});

test('projects are known: at rest, their models, aliases, rights and model servers', async () => {
  const { client, url } = await openHouse();
  const home = await client.projects.create({
    name: 'home',
    models: ['echo', 'far:cloud'],
    aliases: { fast: 'echo', cloudy: 'far:cloud' },
  });
  const { key } = await client.keys.create({ name: 'k', project: 'home' });
  const decides = async (model: string) => {
    const { decidedBy, stages } = await client.policy.test({ key: 'k', model });
    const code = stages.find(({ stage }) => stage === decidedBy)?.code ?? null;
    expect(code, model).toBe(await real(url, key, 'chat', model));
    return [decidedBy, code];
  };
  expect(await decides('fast')).toEqual([null, null]);
  expect(await decides('echo')).toEqual([null, null]);
  expect(await decides('other')).toEqual(['project', 'model_not_allowed']);
  // An alias is no way round a right.
  expect(await decides('cloudy')).toEqual(['model', 'operation_not_allowed']);
  await client.projects.archive({ ref: home.id });
  expect(await decides('echo')).toEqual(['status', 'project_archived']);
});

test('limits and budgets are told as they stand now, a project’s too', async () => {
  const { client, url } = await openHouse();
  await client.projects.create({ name: 'home', budgets: [{ period: 'day', tokens: 1 }] });
  const keys = {
    blocked: await client.keys.create({ name: 'blocked', rpm: 0 }),
    once: await client.keys.create({ name: 'once', rpm: 1 }),
    hourly: await client.keys.create({ name: 'hourly', policy: { rph: 1 } }),
    silent: await client.keys.create({ name: 'silent', policy: { tpm: 0 } }),
    spent: await client.keys.create({ name: 'spent', policy: { budgets: [{ period: 'day', tokens: 0 }] } }),
    strict: await client.keys.create({
      name: 'strict',
      policy: { budgets: [{ period: 'day', cost: { currency: 'EUR', micros: 5 }, strict: true }] },
    }),
    shared: await client.keys.create({ name: 'shared', project: 'home' }),
    sharing: await client.keys.create({ name: 'sharing', project: 'home' }),
  };
  for (const name of ['once', 'hourly', 'shared'] as const) {
    expect((await client.policy.test({ key: name, model: 'echo' })).decidedBy, name).toBe(null);
    expect(await real(url, keys[name].key, 'chat', 'echo'), name).toBe(null);
  }
  await expect
    .poll(async () => (await client.limits.get({ ref: 'shared' })).budgets)
    .toMatchObject([{ reserved: 0, state: 'spent' }]);
  for (const [name, stage, code] of [
    ['blocked', 'limits', 'key_blocked'],
    ['once', 'limits', 'rate_limited'],
    ['hourly', 'limits', 'rate_limited'],
    ['silent', 'budgets', 'key_blocked'],
    ['spent', 'budgets', 'budget_spent'],
    ['strict', 'budgets', 'model_unpriced'],
    ['sharing', 'budgets', 'budget_spent'],
  ] as const) {
    const answer = await client.policy.test({ key: name, model: 'echo' });
    const decided = answer.stages.find((one) => one.stage === answer.decidedBy);
    expect([decided?.stage, decided?.code], name).toEqual([stage, code]);
    expect(await real(url, keys[name].key, 'chat', 'echo'), name).toBe(code);
    // Lists use nothing of a budget.
    const list = await client.policy.test({ key: name, operation: 'models:list' });
    expect(list.allowed, name).toBe(stage === 'budgets');
  }
});

test('a weak key is refused from elsewhere', async () => {
  const { client } = await openHouse();
  await client.keys.import({ format: 'list', text: 'short-one-12\n' });
  const [weak] = await client.keys.list();
  const key = weak?.id ?? '';
  expect((await client.policy.test({ key })).allowed).toBe(true);
  expect(await client.policy.test({ key, from: '192.168.1.7' })).toMatchObject({ decidedBy: 'weak key' });
});

test('asks nothing of anybody: no request is counted and nothing changes', async () => {
  const { client } = await openHouse();
  await client.keys.create({ name: 'once', rpm: 1 });
  const before = await client.keys.get({ ref: 'once' });
  for (let i = 0; i < 3; i += 1) expect((await client.policy.test({ key: 'once' })).allowed).toBe(true);
  expect(await client.keys.get({ ref: 'once' })).toEqual(before);
});

test.each([
  [{ key: 'nobody' }, 'key_not_found'],
  [{ key: 'once', from: '192.168.01.7' }, 'input_invalid'],
  [{ key: 'once', from: 'localhost' }, 'input_invalid'],
])('%j is refused as %s', async (question, code) => {
  const { client } = await openHouse();
  await client.keys.create({ name: 'once' });
  await expect(client.policy.test(question)).rejects.toMatchObject({ code });
});
