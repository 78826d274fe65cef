// Single requests looked up again: pages without loss or repetition, each filter, and cursors that no page came with.

import { expect, test } from 'vitest';
import { createKeyTable } from '../../../electron/storage/key-table.ts';
import { createRequestList } from '../../../electron/storage/request-list.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import { KeyhatchError } from '../../../shared/errors.ts';
import { type RequestQuery, type RequestRow, requestRow as rowSchema } from '../../../shared/usage-model.ts';
import { openTemporaryDatabase, plainKey, requestRow } from './fixtures/open-profile.ts';

const at = 1_700_000_000_000;

function listOf(rows: readonly RequestRow[]) {
  const db = openTemporaryDatabase();
  const keys = createKeyTable(db);
  keys.insert(plainKey);
  keys.insert({ ...plainKey, id: 'gone', name: 'Übungs-Phone' });
  keys.remove('gone', at);
  createUsageTable(db).insertRequests(rows);
  const list = createRequestList(db);
  const ids = (query: Partial<RequestQuery>) => list.page({ limit: 100, ...query }).rows.map(({ id }) => id);
  const everyPage = (limit: number) => {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const { rows: page, next } = list.page({ limit, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(page.map(({ id }) => id));
      cursor = next ?? undefined;
    } while (cursor !== undefined && pages.length < 100);
    return pages;
  };
  return { list, ids, everyPage };
}

test('looks for a text in so many rows at a time, and goes on where it stopped without losing or repeating one', () => {
  const db = openTemporaryDatabase();
  const rows = Array.from({ length: 40 }, (_, index) =>
    // Several of one millisecond, also where it stops.
    requestRow(`r${index}`, { receivedAt: at + Math.floor(index / 4), model: index % 10 === 3 ? 'wanted' : 'other' }),
  );
  createUsageTable(db).insertRequests(rows);
  const list = createRequestList(db, 7);
  const found: string[] = [];
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page = list.page({ limit: 100, text: 'wanted', ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.rows.map(({ id }) => id));
    cursor = page.next ?? undefined;
    pages += 1;
  } while (cursor !== undefined);
  expect(found).toEqual(['r33', 'r23', 'r13', 'r3']);
  expect(pages).toBeGreaterThan(3);
  expect(pages).toBeLessThan(10);
});

test('gives rows newest first, whole, with the name of their key even after it was deleted', () => {
  const { list } = listOf([
    requestRow('a', { receivedAt: at }),
    requestRow('b', { receivedAt: at + 2, keyId: 'gone', streamed: false }),
    requestRow('c', { receivedAt: at + 1, keyId: null, caller: 'anonymous' }),
  ]);
  const { rows, next } = list.page({ limit: 100 });
  expect(rows.map(({ id, keyName, streamed }) => [id, keyName, streamed])).toEqual([
    ['b', 'Übungs-Phone', false],
    ['c', null, true],
    ['a', 'laptop', true],
  ]);
  expect(next).toBeNull();
  expect(rowSchema.parse(rows[2])).toEqual(requestRow('a', { receivedAt: at }));
});

test.each([1, 2, 3, 7, 8])('pages of %i neither lose nor repeat a row, also of one and the same moment', (limit) => {
  const rows = ['d', 'a', 'c', 'B', 'e', 'f', 'G'].map((id) => requestRow(id, { receivedAt: at }));
  const { everyPage } = listOf([requestRow('old', { receivedAt: at - 1 }), ...rows]);
  const pages = everyPage(limit);
  expect(pages.flat()).toEqual(['f', 'e', 'd', 'c', 'a', 'G', 'B', 'old']);
  expect(pages).toHaveLength(Math.ceil(8 / limit));
  expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
});

test('pages go on past moments with fractions', () => {
  const { everyPage } = listOf([
    requestRow('a', { receivedAt: at + 0.25 }),
    requestRow('b', { receivedAt: at + 0.5 }),
    requestRow('c', { receivedAt: at + 0.75 }),
  ]);
  expect(everyPage(1)).toEqual([['c'], ['b'], ['a']]);
});

test('rows that come in while somebody pages do not shift what follows', () => {
  const db = openTemporaryDatabase();
  const usage = createUsageTable(db);
  usage.insertRequests(['a', 'b', 'c'].map((id, index) => requestRow(id, { receivedAt: at + index })));
  const list = createRequestList(db);
  const first = list.page({ limit: 1 });
  usage.insertRequests([requestRow('new', { receivedAt: at + 10 })]);
  expect(list.page({ limit: 2, cursor: first.next ?? '' }).rows.map(({ id }) => id)).toEqual(['b', 'a']);
});

test('narrows by key, model, upstream and outcome, alone and together', () => {
  const { ids } = listOf([
    requestRow('1', { receivedAt: at + 9 }),
    requestRow('2', { receivedAt: at + 8, keyId: 'gone' }),
    requestRow('3', { receivedAt: at + 7, model: 'llama:latest' }),
    requestRow('4', { receivedAt: at + 6, upstreamId: 'up2', keyId: 'gone' }),
    requestRow('5', { receivedAt: at + 5, outcome: 'client_gone' }),
    requestRow('6', { receivedAt: at + 4, outcome: 'refused', upstreamId: null, errorCode: 'rate_limited' }),
    requestRow('7', { receivedAt: at + 3, outcome: 'upstream_broken', keyId: 'gone' }),
    requestRow('8', { receivedAt: at + 2, outcome: 'ended' }),
  ]);
  expect(ids({ keyId: 'gone' })).toEqual(['2', '4', '7']);
  expect(ids({ model: 'llama:latest' })).toEqual(['3']);
  expect(ids({ upstreamId: 'up2' })).toEqual(['4']);
  expect(ids({ outcome: 'client_gone' })).toEqual(['5']);
  expect(ids({ outcome: 'trouble' })).toEqual(['6', '7', '8']);
  expect(ids({ outcome: 'trouble', keyId: 'gone' })).toEqual(['7']);
  expect(ids({ keyId: 'nobody' })).toEqual([]);
});

test('finds a text in model, key name, client, address, error code and id, whatever its case', () => {
  const { ids } = listOf([
    requestRow('req_ABC', { receivedAt: at + 9, model: 'Qwen3' }),
    requestRow('2', { receivedAt: at + 8, keyId: 'gone', model: null }),
    requestRow('3', { receivedAt: at + 7, userAgent: 'Zed/1.0', keyId: null, caller: 'anonymous' }),
    requestRow('4', { receivedAt: at + 6, clientAddress: '192.168.1.77', userAgent: null }),
    requestRow('5', { receivedAt: at + 5, errorCode: 'model_not_allowed', outcome: 'refused' }),
  ]);
  expect(ids({ text: 'qWEN' })).toEqual(['req_ABC']);
  expect(ids({ text: 'PHONE' })).toEqual(['2']);
  expect(ids({ text: 'Übung' })).toEqual(['2']);
  expect(ids({ text: 'zed/' })).toEqual(['3']);
  expect(ids({ text: '.1.77' })).toEqual(['4']);
  expect(ids({ text: 'not_allowed' })).toEqual(['5']);
  expect(ids({ text: 'req_abc' })).toEqual(['req_ABC']);
  expect(ids({ text: "%' OR 1=1 --" })).toEqual([]);
  expect(ids({ text: '' })).toHaveLength(5);
});

test('narrows by client, by how long it took, and by what the error says', () => {
  const { ids } = listOf([
    requestRow('1', { receivedAt: at + 9, endedAt: at + 9 + 2_000, client: 'Zed' }),
    requestRow('2', { receivedAt: at + 8, endedAt: at + 8 + 2_001, client: 'curl' }),
    requestRow('3', { receivedAt: at + 7, errorCode: 'upstream_broken', errorText: 'Out of MEMORY' }),
    requestRow('4', { receivedAt: at + 6, errorText: null, model: 'memory' }),
  ]);
  expect(ids({ client: 'Zed' })).toEqual(['1']);
  expect(ids({ client: 'zed' })).toEqual([]);
  expect(ids({ slowerMs: 2_000 })).toEqual(['2']);
  expect(ids({ slowerMs: 0 })).toEqual(['1', '2', '3', '4']);
  expect(ids({ error: 'of memory' })).toEqual(['3']);
  expect(ids({ error: '_BROKEN' })).toEqual(['3']);
  expect(ids({ text: 'memory' })).toEqual(['3', '4']);
  expect(ids({ slowerMs: 1_000, client: 'curl' })).toEqual(['2']);
});

test.each(['', 'nonsense', '~', `${at}~`, `~x`, `${at}`, '-1~a', '1e3~a'])(
  'does not take the cursor %j for the beginning',
  (cursor) => {
    const { list } = listOf([requestRow('a')]);
    expect(() => list.page({ limit: 1, cursor })).toThrow(KeyhatchError);
  },
);

test('a cursor of a row that was cleared away goes on where it was', () => {
  const { list } = listOf([requestRow('b', { receivedAt: at }), requestRow('a', { receivedAt: at - 5 })]);
  expect(list.page({ limit: 5, cursor: `${at - 1}~gone` }).rows.map(({ id }) => id)).toEqual(['a']);
  expect(list.page({ limit: 5, cursor: "1~'; DROP TABLE requests" }).rows).toEqual([]);
  expect(list.page({ limit: 5 }).rows).toHaveLength(2);
});

test('finds one by its id, and nothing by another', () => {
  const { list } = listOf([requestRow('a', { receivedAt: at })]);
  expect(list.find('a')).toMatchObject({ id: 'a', keyName: 'laptop', streamed: true });
  expect(list.find('A')).toBeUndefined();
});
