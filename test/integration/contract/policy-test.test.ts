// `policy.test` says what the gateway would do: each answer is held against a real request to the same house.

import { createRouterClient } from '@orpc/server';
import { expect, test } from 'vitest';
import { silentLog } from '../../../electron/lib/log.ts';
import { errorsFromWire, errorsToWire } from '../../../shared/error-wire.ts';
import type { KeyOperation, KeyPolicyPatch } from '../../../shared/key-policy.ts';
import { composeHouse } from '../../fakes/composed-house.ts';

async function openHouse() {
  const { house } = await composeHouse();
  const client = createRouterClient(house.router, { interceptors: [errorsFromWire(), errorsToWire(silentLog)] });
  const url = house.status().server.urls[0] ?? '';
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
  expect(await decides('usual')).toBe('operation');
  expect(await decides('rich')).toBe(null);
});

test('what the project of a key says counts: archived, its models, what its aliases stand for', async () => {
  const { client, url } = await openHouse();
  const model = (await client.status.get()).upstreams[0]?.models[0] ?? '';
  const aliases = { fast: model, far: 'kimi:cloud', big: 'phi-4' };
  await client.projects.create({ name: 'home', models: [model, 'kimi:cloud'], aliases });
  const { key } = await client.keys.create({ name: 'one', project: 'home' });
  const holds = async (asked: string, decidedBy: string | null, code: string | null) => {
    const answer = await client.policy.test({ key: 'one', model: asked });
    expect(answer.decidedBy, asked).toBe(decidedBy);
    expect(answer.stages.find(({ verdict }) => verdict === 'refuse')?.code ?? null, asked).toBe(code);
    expect(await real(url, key, 'chat', asked), asked).toBe(code);
  };
  await holds('fast', null, null);
  await holds('big', 'model', 'model_not_allowed');
  await holds('llama3', 'model', 'model_not_allowed');
  await holds('far', 'operation', 'operation_not_allowed');
  await client.projects.archive({ ref: 'home' });
  await holds('fast', 'project', 'project_archived');
});

test('a weak key passes from this computer alone', async () => {
  const { client } = await openHouse();
  await client.keys.import({ text: 'short,abc123' });
  const decides = async (from: string) => (await client.policy.test({ key: 'short', from })).decidedBy;
  expect(await decides('this-computer')).toBe(null);
  expect(await decides('192.168.1.7')).toBe('weakness');
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
