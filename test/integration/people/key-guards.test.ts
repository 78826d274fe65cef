// Who may change whose keys: every call about keys, made by those who may not. A new call has to be added here.

import { expect, test } from 'vitest';
import { contract } from '../../../shared/contract.ts';
import type { Caller } from '../../../shared/people-model.ts';
import { clientOf } from '../../fakes/house-client.ts';
import { makePeopleBed, type PeopleBed, refusalOf } from '../../fakes/people-bed.ts';

type Client = PeopleBed['machine'];

const add = { period: 'day' as const, tokens: 5, cost: null, endsAt: 1_830_000_000_000 };

/** Every call that changes a key, and those that change none. */
const changing: {
  readonly [Call in keyof Client['keys']]: ((client: Client, ref: string) => Promise<unknown>) | null;
} = {
  create: null,
  list: null,
  get: null,
  import: null,
  export: null,
  edit: (client, ref) => client.keys.edit({ ref, name: 'mine' }),
  pause: (client, ref) => client.keys.pause({ ref }),
  resume: (client, ref) => client.keys.resume({ ref }),
  topUp: (client, ref) => client.keys.topUp({ ref, add }),
  rotate: (client, ref) => client.keys.rotate({ ref }),
  resetCounters: (client, ref) => client.keys.resetCounters({ ref }),
  endOldSecret: (client, ref) => client.keys.endOldSecret({ ref }),
  acceptWeak: (client, ref) => client.keys.acceptWeak({ ref }),
  revoke: (client, ref) => client.keys.revoke({ ref }),
  delete: (client, ref) => client.keys.delete({ ref }),
};
const calls = Object.entries(changing).flatMap(([name, call]) => (call ? [{ name, call }] : []));

async function refusals(client: Client, ref: string): Promise<Record<string, string | undefined>> {
  const all: Record<string, string | undefined> = {};
  for (const { name, call } of calls) all[name] = await refusalOf(call(client, ref));
  return all;
}
const allAre = (code: string) => Object.fromEntries(calls.map(({ name }) => [name, code]));

const aProgram: Caller = { role: 'owner', personId: null, way: 'admin_key', provedAt: null };

test('every call about keys stands here', () => {
  expect(Object.keys(changing).sort()).toEqual(Object.keys(contract.keys).sort());
});

test('a manager changes no admin key by any call', async () => {
  const bed = await makePeopleBed();
  const { client } = await bed.join('Max', 'manager');
  const admin = await bed.machine.keys.create({ name: 'program', kind: 'admin' });
  for (const ref of [admin.id, 'program']) expect(await refusals(client, ref)).toEqual(allAre('not_permitted'));
  expect(await refusalOf(client.keys.create({ name: 'more', kind: 'admin' }))).toBe('not_permitted');
  expect(await bed.machine.keys.get({ ref: admin.id })).toMatchObject({ name: 'program', status: 'active' });
});

test('a manager changes keys of nobody, of members and their own, and none of owners and other managers', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  const { client } = await bed.join('Max', 'manager');
  await bed.join('Mia', 'manager');
  await bed.join('Anna');
  for (const person of ['Olga', 'Mia']) {
    const { id } = await bed.machine.keys.create({ name: `of ${person}`, person });
    expect(await refusals(client, id)).toEqual(allAre('not_permitted'));
    expect(await refusalOf(client.keys.create({ name: 'more', person }))).toBe('not_permitted');
    expect((await bed.machine.keys.get({ ref: id })).rotatedAt).toBeNull();
  }
  for (const person of ['Anna', 'Max', undefined]) {
    const { id } = await client.keys.create({ name: 'plain', person });
    expect(await refusalOf(client.keys.rotate({ ref: id }))).toBeUndefined();
    expect(await refusalOf(client.keys.delete({ ref: id }))).toBeUndefined();
  }
});

test('a program makes and changes no admin key, and reads, sends and deletes nothing that people wrote', async () => {
  const bed = await makePeopleBed();
  const client = clientOf(bed.house, undefined, aProgram);
  const admin = await bed.machine.keys.create({ name: 'program', kind: 'admin' });
  expect(await refusals(client, admin.id)).toEqual(allAre('owner_session_required'));
  for (const call of [
    client.keys.create({ name: 'more', kind: 'admin' }),
    client.requests.conversation({ id: 'req_0123456789abcdef' }),
    client.requests.replay({ id: 'req_0123456789abcdef', model: 'echo' }),
    client.capture.wipe(),
  ])
    expect(await refusalOf(call)).toBe('owner_session_required');
  expect(await refusalOf(client.keys.create({ name: 'plain' }))).toBeUndefined();
});

test('an owner proves who they are for what tells the secret of an admin key', async () => {
  const bed = await makePeopleBed();
  const { client } = await bed.makeOwner();
  const { id } = await client.keys.create({ name: 'program', kind: 'admin' });
  bed.passTime(5 * 60_000);
  expect(await refusalOf(client.keys.rotate({ ref: id }))).toBe('proof_required');
  expect(await refusalOf(client.keys.create({ name: 'more', kind: 'admin' }))).toBe('proof_required');
  expect(await refusalOf(client.keys.pause({ ref: id }))).toBeUndefined();
  expect(await refusalOf(client.keys.create({ name: 'plain' }))).toBeUndefined();
});
