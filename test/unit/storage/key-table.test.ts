// What the table of keys keeps, changes and forgets.

import { expect, test } from 'vitest';
import { createKeyTable, type StoredKey } from '../../../electron/storage/key-table.ts';
import { createKeyUses } from '../../../electron/storage/key-uses.ts';
import { closedPolicy, usualPolicy } from '../../../shared/key-policy.ts';
import { openTemporaryDatabase, plainKey } from './fixtures/open-profile.ts';

const fullKey: StoredKey = {
  id: 'bbbbbbbb',
  name: 'phone ☎',
  kind: 'admin',
  projectId: 'pppppppp',
  personId: 'rrrrrrrr',
  weak: true,
  oldSecretWeak: true,
  origin: 'typed',
  paused: true,
  pausedByOther: true,
  setByOther: false,
  createdAt: 1_700_000_000_001,
  expiresAt: 1_800_000_000_000,
  revokedAt: 1_700_000_000_002,
  rotatedAt: 1_700_000_000_003,
  oldSecretUntil: 1_700_000_000_004,
  oldSecretUsedAt: 1_700_000_000_006,
  oldSecretUsedFrom: '10.0.0.1',
  oldSecretUsedBy: 'Continue/1.3',
  lastUsedAt: 1_700_000_000_005,
  lastUsedFrom: '::1',
  lastUsedBy: 'openai-python',
  limits: { rpm: 0, parallel: 4 },
  models: ['llama', 'qwen'],
  countedSince: 1_700_000_000_006,
  policy: {
    ...usualPolicy,
    operations: ['chat', 'cloud'],
    deniedModels: ['*:70b'],
    networks: ['my-network'],
    caps: { ...usualPolicy.caps, maxTokens: 7 },
  },
};

function table() {
  return createKeyTable(openTemporaryDatabase());
}

test('a key comes back as it went in, oldest first', () => {
  const keys = table();
  keys.insert(fullKey);
  keys.insert(plainKey);
  expect(keys.list()).toEqual([plainKey, fullKey]);
  expect(keys.get(fullKey.id)).toEqual(fullKey);
  expect(keys.get('nobody')).toBeUndefined();
});

test('a policy that cannot be read lets nothing pass, and one that is not there is the usual one', () => {
  const db = openTemporaryDatabase();
  const keys = createKeyTable(db);
  keys.insert(fullKey);
  for (const [kept, read] of [
    ['{"operations":["fly"]}', closedPolicy],
    ['{', closedPolicy],
    [null, usualPolicy],
  ] as const) {
    db.prepare('UPDATE keys SET policy = ?').run(kept);
    expect(keys.get(fullKey.id)?.policy).toEqual(read);
  }
});

test('a patch changes what it names and nothing else', () => {
  const keys = table();
  keys.insert(plainKey);
  keys.insert(fullKey);
  expect(keys.update(fullKey.id, { name: 'tablet', limits: { rpm: null, parallel: null }, models: null })).toBe(true);
  expect(keys.get(fullKey.id)).toEqual({
    ...fullKey,
    name: 'tablet',
    limits: { rpm: null, parallel: null },
    models: null,
  });
  expect(keys.get(plainKey.id)).toEqual(plainKey);
  expect(keys.update('nobody', { name: 'x' })).toBe(false);
});

test('a deleted key is in no list, cannot be changed and keeps its name', () => {
  const keys = table();
  keys.insert(plainKey);
  expect(keys.remove(plainKey.id, 5)).toBe(true);
  expect(keys.remove(plainKey.id, 6)).toBe(false);
  expect(keys.list()).toEqual([]);
  expect(keys.get(plainKey.id)).toBeUndefined();
  expect(keys.update(plainKey.id, { name: 'x' })).toBe(false);
  expect(keys.nameOf(plainKey.id)).toBe('laptop');
  expect(keys.nameOf('nobody')).toBeUndefined();
});

test('an id cannot be given twice, not even after its key was deleted', () => {
  const keys = table();
  keys.insert(plainKey);
  keys.remove(plainKey.id, 5);
  expect(() => keys.insert({ ...plainKey, name: 'other' })).toThrow(/UNIQUE/);
});

test('the newest use is kept, whichever comes last', () => {
  const db = openTemporaryDatabase();
  const keys = createKeyTable(db);
  const uses = createKeyUses(db);
  keys.insert(plainKey);
  uses.record([{ id: plainKey.id, at: 20, address: '::1', userAgent: null }]);
  uses.record([
    { id: plainKey.id, at: 10, address: '10.0.0.1', userAgent: 'late' },
    { id: 'nobody', at: 30, address: '::1', userAgent: null },
  ]);
  expect(keys.get(plainKey.id)).toEqual({ ...plainKey, lastUsedAt: 20, lastUsedFrom: '::1', lastUsedBy: null });
});

test('keys are synced to the disk, and usage afterwards is not slowed by it', () => {
  const db = openTemporaryDatabase();
  const keys = createKeyTable(db);
  keys.insert(plainKey);
  expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 1 });
  expect(() => keys.insert(plainKey)).toThrow(/UNIQUE/);
  expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 1 });
});
