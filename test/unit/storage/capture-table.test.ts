// Captured bodies in a real database: found by request, bounded by size and age, gone together, and still there later.

import { expect, test } from 'vitest';
import { createCaptureTable, createCaptureWrites, type SealedBody } from '../../../electron/storage/capture-table.ts';
import { openTemporaryDatabase } from './fixtures/open-profile.ts';

const at = 1_700_000_000_000;

/** As compose joins the two. */
function openTable(db = openTemporaryDatabase()) {
  const { insert, ...writes } = createCaptureWrites(db);
  return {
    ...createCaptureTable(db),
    ...writes,
    insert: (all: readonly SealedBody[], maxBytes: number) => insert({ bodies: all, maxBytes }),
  };
}

function bodies(requestId: string, when: number, bytes = 100): SealedBody[] {
  const common = { requestId, keyId: 'k', at: when, sizeBytes: 1_000, sealed: new Uint8Array(bytes).fill(7) };
  return [
    { ...common, direction: 'answer' },
    { ...common, direction: 'request' },
  ];
}

test('gives back both directions of a request and nothing of another', () => {
  const table = openTable();
  table.insert([...bodies('a', at), ...bodies('b', at + 1)], 10_000);
  expect(table.find('a')).toEqual(bodies('a', at));
  expect(table.find('c')).toEqual([]);
  expect(table.totals()).toEqual({ requests: 2, keptBytes: 400 });
});

test('the oldest requests go first, whole, when there is no room', () => {
  const table = openTable();
  for (let n = 0; n < 60; n += 1) table.insert(bodies(`r${n}`, at + n), 5_000);
  expect(table.totals()).toEqual({ requests: 25, keptBytes: 5_000 });
  expect(table.find('r34')).toEqual([]);
  expect(table.find('r35')).toHaveLength(2);
  expect(table.find('r59')).toHaveLength(2);
});

test('one that is larger than all that may be kept is not kept', () => {
  const table = openTable();
  table.insert(bodies('large', at, 900), 1_000);
  expect(table.totals()).toEqual({ requests: 0, keptBytes: 0 });
});

test('what is kept counts at the next opening too', () => {
  const db = openTemporaryDatabase();
  openTable(db).insert(bodies('a', at, 400), 1_000);
  const table = openTable(db);
  table.insert(bodies('b', at + 1, 400), 1_000);
  expect(table.find('a')).toEqual([]);
  expect(table.find('b')).toHaveLength(2);
});

test('what is older than a moment goes, and all of it when asked', () => {
  const table = openTable();
  table.insert([...bodies('a', at), ...bodies('b', at + 10), ...bodies('c', at + 20)], 10_000);
  table.pruneBefore(at + 10);
  expect(table.find('a')).toEqual([]);
  expect(table.clear(null)).toBe(2);
  expect(table.totals()).toEqual({ requests: 0, keptBytes: 0 });
});

test('a batch that cannot be written leaves nothing of it, and the count right', () => {
  const table = openTable();
  table.insert(bodies('a', at), 10_000);
  expect(() => table.insert([...bodies('b', at), ...bodies('a', at)], 10_000)).toThrow();
  expect(table.totals()).toEqual({ requests: 1, keptBytes: 200 });
  for (let n = 0; n < 4; n += 1) table.insert(bodies(`r${n}`, at + n), 1_000);
  expect(table.totals().requests).toBe(5);
});

test('remembers for which keys and until when', () => {
  const db = openTemporaryDatabase();
  const table = createCaptureTable(db);
  table.openWindow('a', at);
  table.openWindow('b', at + 1);
  table.openWindow('a', at + 5);
  table.closeWindow('b');
  expect(createCaptureTable(db).windows()).toEqual([{ keyId: 'a', until: at + 5 }]);
});
