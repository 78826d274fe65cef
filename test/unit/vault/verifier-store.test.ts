import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Log, LogFields } from '../../../electron/lib/log.ts';
import { createMemoryVault } from '../../../electron/vault/memory-vault.ts';
import { printVerifiers } from '../../../electron/vault/verifier-lines.ts';
import { openVerifierStore } from '../../../electron/vault/verifier-store.ts';
import { createFaultyVault } from './faulty-vault.ts';

const now = 1_800_000_000_000;
const clock = { now: () => now, monotonic: () => 0 };
const keyId = (n: number) => `Key${String(n).padStart(5, '0')}`;
const credential = (n: number | string) => `credential-number-${n}`;

async function openStore(vault = createFaultyVault(), knownKeyIds: string[] = []) {
  return { vault, store: await openVerifierStore({ vault, knownKeyIds, clock }) };
}

async function filledStore(keys: number) {
  const opened = await openStore();
  for (let n = 0; n < keys; n++) await opened.store.put(keyId(n), credential(n), null);
  return opened;
}

test('the first start makes a root of 32 bytes, and the next one uses it', async () => {
  const { vault, store } = await openStore();
  const root = Buffer.from(vault.values.get('root') ?? '', 'base64url');
  expect(root).toHaveLength(32);
  expect(store.digest('abc')).toBe(createHmac('sha256', root).update('abc').digest('base64url'));
  const next = await openStore(vault, [keyId(1)]);
  expect(next.store.digest('abc')).toBe(store.digest('abc'));
});

test('keys are known and the vault holds nothing: vault_locked, and no root is made', async () => {
  const vault = createFaultyVault();
  await expect(openStore(vault, [keyId(1)])).rejects.toMatchObject({
    code: 'vault_locked',
    details: { reason: expect.stringMatching(/holds nothing for this profile, although keys were made here/) },
  });
  expect(vault.changes).toEqual([]);
});

test('verifiers without their root are vault_locked, even when no key is known', async () => {
  const { vault } = await filledStore(1);
  vault.values.delete('root');
  await expect(openStore(vault)).rejects.toMatchObject({ code: 'vault_locked' });
  expect(vault.values.has('root')).toBe(false);
});

test('a damaged root is vault_locked', async () => {
  const vault = createFaultyVault(new Map([['root', 'short']]));
  await expect(openStore(vault)).rejects.toMatchObject({ code: 'vault_locked' });
});

test('a vault that does not keep the root is found out before a key is made', async () => {
  const vault = { ...createMemoryVault(), get: async () => null };
  await expect(openVerifierStore({ vault, knownKeyIds: [] })).rejects.toMatchObject({ code: 'vault_locked' });
});

test('a credential that was put is found, before and after a restart, and no other is', async () => {
  const { vault, store } = await filledStore(2);
  for (const opened of [store, (await openStore(vault, [keyId(0)])).store]) {
    expect(opened.find(credential(1), now)).toEqual({ keyId: keyId(1), until: null });
    expect(opened.find(credential(2), now)).toBeUndefined();
    expect(opened.find('', now)).toBeUndefined();
    expect(opened.has(keyId(1))).toBe(true);
    expect(opened.has(keyId(2))).toBe(false);
    expect(opened.ids()).toEqual([keyId(0), keyId(1)]);
  }
  expect([...vault.values.values()].join()).not.toContain('credential');
});

test('a credential of more than 512 characters is neither kept nor found', async () => {
  const { store } = await openStore();
  const longest = 'x'.repeat(512);
  await store.put(keyId(1), longest, null);
  expect(store.find(longest, now)?.keyId).toBe(keyId(1));
  expect(store.find(`${longest}x`, now)).toBeUndefined();
  await expect(store.put(keyId(2), `${longest}x`, null)).rejects.toMatchObject({ code: 'key_value_unsuitable' });
});

test('after a rotation with grace both credentials open, the old one until its time', async () => {
  const { vault, store } = await filledStore(1);
  await store.put(keyId(0), credential('new'), now + 1000);
  for (const opened of [store, (await openStore(vault, [keyId(0)])).store]) {
    expect(opened.find(credential('new'), now)).toEqual({ keyId: keyId(0), until: null });
    expect(opened.find(credential(0), now + 999)).toEqual({ keyId: keyId(0), until: now + 1000 });
    expect(opened.find(credential(0), now + 1000)).toBeUndefined();
  }
});

test.for([null, now, now - 1])(
  'after a rotation without grace (%s) the old credential opens nothing',
  async (until) => {
    const { store } = await filledStore(1);
    await store.put(keyId(0), credential('new'), until);
    expect(store.find(credential(0), now)).toBeUndefined();
    expect(store.find(credential('new'), now)?.keyId).toBe(keyId(0));
  },
);

test('only the secret before the last rotation has grace', async () => {
  const { store } = await filledStore(1);
  await store.put(keyId(0), credential('second'), now + 9000);
  await store.put(keyId(0), credential('third'), now + 1000);
  expect(store.find(credential(0), now)).toBeUndefined();
  expect(store.find(credential('second'), now)?.until).toBe(now + 1000);
  await store.put(keyId(0), credential('second'), null);
  expect(store.find(credential('second'), now)?.until).toBeNull();
  expect(store.find(credential('third'), now)).toBeUndefined();
});

test('expire drops what is over from the vault and keeps the rest', async () => {
  const { vault, store } = await filledStore(2);
  await store.put(keyId(0), credential('a'), now + 1000);
  await store.put(keyId(1), credential('b'), now + 2000);
  await store.expire(now + 1000);
  expect(vault.values.get('verifiers/0')?.split('\n')).toHaveLength(3);
  expect(store.find(credential(0), now)).toBeUndefined();
  expect(store.find(credential(1), now)?.keyId).toBe(keyId(1));
  vault.changes.length = 0;
  await store.expire(now + 1000);
  expect(vault.changes).toEqual([]);
});

test('a value that another key has is refused, and can be found by its owner before', async () => {
  const { store } = await filledStore(2);
  expect(store.find(credential(0), now)?.keyId).toBe(keyId(0));
  await expect(store.put(keyId(1), credential(0), null)).rejects.toMatchObject({ code: 'key_value_unsuitable' });
  expect(store.find(credential(1), now)?.keyId).toBe(keyId(1));
  await store.put(keyId(0), credential(0), now + 1000);
  expect(store.find(credential(0), now)).toEqual({ keyId: keyId(0), until: null });
});

test('a value whose grace at another key is over can be used again', async () => {
  const { vault } = await filledStore(1);
  const times = { now };
  const moving = { now: () => times.now, monotonic: () => 0 };
  const store = await openVerifierStore({ vault, knownKeyIds: [keyId(0)], clock: moving });
  await store.put(keyId(0), credential('new'), now + 1000);
  times.now = now + 1000;
  await store.put(keyId(1), credential(0), null);
  expect(store.find(credential(0), times.now)?.keyId).toBe(keyId(1));
  expect(store.find(credential('new'), times.now)?.keyId).toBe(keyId(0));
});

test('thirty verifiers with grace stay within the 2,560 bytes of a Windows entry', async () => {
  const { vault, store } = await filledStore(15);
  for (let n = 0; n < 15; n++) await store.put(keyId(n), credential(`new ${n}`), now + 1000);
  const text = vault.values.get('verifiers/0') ?? '';
  expect(text.split('\n')).toHaveLength(30);
  expect(Buffer.byteLength(text)).toBeLessThan(2560);
  const widest = { keyId: keyId(0), digest: 'x'.repeat(43), until: Number.MAX_SAFE_INTEGER };
  expect(Buffer.byteLength(printVerifiers(Array.from({ length: 30 }, () => widest)))).toBeLessThan(2560);
});

test('one change rewrites one entry, and freed places are used again', async () => {
  const { vault, store } = await filledStore(65);
  expect([...vault.values.keys()]).toEqual(['root', 'verifiers', 'verifiers/0', 'verifiers/1', 'verifiers/2']);
  vault.changes.length = 0;
  await store.remove(keyId(31));
  await store.put(keyId(70), credential(70), null);
  await store.put(keyId(2), credential('2 new'), null);
  expect(vault.changes).toEqual(['set verifiers/1', 'set verifiers/1', 'set verifiers/0']);
  expect(vault.values.get('verifiers/1')?.split('\n')).toHaveLength(30);
});

test('an entry that became empty is deleted, the gap survives a restart and is filled again', async () => {
  const { vault, store } = await filledStore(61);
  for (let n = 30; n < 60; n++) await store.remove(keyId(n));
  expect([...vault.values.keys()]).toEqual(['root', 'verifiers', 'verifiers/0', 'verifiers/2']);
  const next = (await openStore(vault, [keyId(0)])).store;
  expect(next.ids()).toHaveLength(31);
  expect(next.find(credential(60), now)?.keyId).toBe(keyId(60));
  await next.put(keyId(99), credential(99), null);
  expect(vault.values.get('verifiers/1')).toContain(keyId(99));
});

test('when the last entries go their number goes down, and nothing is read beyond it', async () => {
  const { vault, store } = await filledStore(61);
  for (let n = 30; n < 61; n++) await store.remove(keyId(n));
  expect(vault.values.get('verifiers')).toBe('1');
  const read: string[] = [];
  await openVerifierStore({
    vault: {
      ...vault,
      get: (name) => {
        read.push(name);
        return vault.get(name);
      },
    },
    knownKeyIds: [],
  });
  expect(read).toEqual(['root', 'verifiers', 'verifiers/0']);
  for (let n = 0; n < 30; n++) await store.remove(keyId(n));
  expect([...vault.values.keys()]).toEqual(['root']);
});

test('without their number, entries are read up to the first gap', async () => {
  const { vault } = await filledStore(61);
  for (const lost of [undefined, 'many', '99999']) {
    if (lost) vault.values.set('verifiers', lost);
    else vault.values.delete('verifiers');
    expect((await openStore(vault)).store.ids()).toHaveLength(61);
  }
  const { store } = await openStore(vault);
  for (let n = 61; n < 91; n++) await store.put(keyId(n), credential(n), null);
  expect(vault.values.get('verifiers')).toBe('4');
});

test('a line that is no verifier is skipped and reported without its content', async () => {
  const { vault } = await filledStore(2);
  const text = vault.values.get('verifiers/0') ?? '';
  vault.values.set('verifiers/0', `secret rubbish\n${text}\n${keyId(9)} ${'x'.repeat(43)}`);
  const heard: [string, LogFields | undefined][] = [];
  const log: Log = { info: () => {}, error: () => {}, warn: (...line) => heard.push([line[0], line[1]]) };
  const store = await openVerifierStore({ vault, knownKeyIds: [], log });
  expect(store.ids()).toEqual([keyId(0), keyId(1)]);
  expect(heard.map(([, fields]) => fields)).toEqual([
    { entry: 'verifiers/0', line: 1 },
    { entry: 'verifiers/0', line: 4 },
  ]);
  expect(JSON.stringify(heard)).not.toMatch(/rubbish|xxx|Key0/);
});

test('when the vault fails nothing changes in memory, and the next change sets it right', async () => {
  for (const fault of ['fail', 'fail after'] as const) {
    const { vault, store } = await filledStore(1);
    vault.failWhen(() => fault);
    await expect(store.put(keyId(1), credential(1), null)).rejects.toMatchObject({ code: 'vault_locked' });
    await expect(store.put(keyId(0), credential('new'), null)).rejects.toMatchObject({ code: 'vault_locked' });
    await expect(store.remove(keyId(0))).rejects.toMatchObject({ code: 'vault_locked' });
    expect(store.ids()).toEqual([keyId(0)]);
    expect(store.find(credential(0), now)).toEqual({ keyId: keyId(0), until: null });
    expect(store.find(credential('new'), now)).toBeUndefined();
    vault.failWhen(() => undefined);
    await store.expire(now);
    const next = (await openStore(vault)).store;
    expect(next.ids()).toEqual([keyId(0)]);
    expect(next.find(credential(0), now)?.until).toBeNull();
  }
});

test('a rotation over two entries that is cut off anywhere never loses the former credential', async () => {
  for (let cutAt = 0; cutAt < 3; cutAt++) {
    const { vault, store } = await filledStore(30);
    let writes = 0;
    vault.failWhen(() => (writes++ >= cutAt ? 'fail' : undefined));
    const rotation = store.put(keyId(3), credential('new'), now + 1000);
    await expect(rotation).rejects.toMatchObject({ code: 'vault_locked' });
    vault.failWhen(() => undefined);
    const next = (await openStore(vault, [keyId(3)])).store;
    expect(next.find(credential(3), now)).toEqual({ keyId: keyId(3), until: null });
    expect(next.find(credential('new'), now)).toBeUndefined();
  }
});

test('a twin that a cut-off rotation left cannot come back after a rotation without grace', async () => {
  const { vault, store } = await filledStore(30);
  vault.failWhen((change) => (change === 'set verifiers/0' ? 'fail' : undefined));
  await expect(store.put(keyId(3), credential('new'), now + 1000)).rejects.toThrow();
  vault.failWhen(() => undefined);
  expect(vault.values.get('verifiers/1')).toContain(keyId(3));
  const next = (await openStore(vault, [keyId(3)])).store;
  await next.put(keyId(3), credential('newer'), null);
  expect((await openStore(vault, [keyId(3)])).store.find(credential(3), now)).toBeUndefined();
});

test('the number of entries is right after a failed write of it, whether it was done or not', async () => {
  for (const fault of ['fail', 'fail after'] as const) {
    const { vault, store } = await filledStore(31);
    vault.failWhen((change) => (change === 'set verifiers' ? fault : undefined));
    await store.remove(keyId(30));
    vault.failWhen(() => undefined);
    await store.put(keyId(31), credential(31), null);
    expect((await openStore(vault)).store.ids()).toHaveLength(31);
  }
});

test('changes that come at once are made one after the other and all count', async () => {
  const { vault, store } = await openStore();
  await Promise.all(Array.from({ length: 40 }, (_, n) => store.put(keyId(n), credential(n), null)));
  await Promise.all([store.remove(keyId(1)), store.put(keyId(2), credential('2 new'), now + 1000)]);
  const next = (await openStore(vault)).store;
  expect(next.ids()).toHaveLength(39);
  expect(next.find(credential(2), now)?.until).toBe(now + 1000);
});

test('an id that is none of ours is a bug, not an entry', async () => {
  const { store, vault } = await openStore();
  await expect(store.put('two words', credential(1), null)).rejects.toThrow(/8 letters/);
  expect([...vault.values.keys()]).toEqual(['root']);
});

test('a grace can be ended at once, and the present credential and other keys stay', async () => {
  const { store } = await filledStore(2);
  await store.put(keyId(0), 'the new credential', now + 1000);
  expect(store.find(credential(0), now)).toEqual({ keyId: keyId(0), until: now + 1000 });
  await store.endGrace(keyId(0));
  expect(store.find(credential(0), now)).toBeUndefined();
  expect(store.find('the new credential', now)).toEqual({ keyId: keyId(0), until: null });
  expect(store.find(credential(1), now)).toEqual({ keyId: keyId(1), until: null });
});
