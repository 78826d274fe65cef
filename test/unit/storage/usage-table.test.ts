// The sums of the ledger: by key, by model, by local day; and what pruning takes.

import { expect, test } from 'vitest';
import { createKeyTable } from '../../../electron/storage/key-table.ts';
import { localDay, localDays } from '../../../electron/storage/local-day.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import { type UsageGroup, usageReport } from '../../../shared/usage-model.ts';
import { openTemporaryDatabase, plainKey, requestRow } from './fixtures/open-profile.ts';
import { inTimeZone } from './fixtures/time-zone.ts';

const noon = new Date(2026, 2, 10, 12).getTime();

function ledger() {
  const db = openTemporaryDatabase();
  const keys = createKeyTable(db);
  const usage = createUsageTable(db);
  keys.insert(plainKey);
  keys.insert({ ...plainKey, id: 'gone', name: 'old phone' });
  keys.remove('gone', noon);
  const report = (by: UsageGroup, since = 0, until = noon + 86_400_000) =>
    usageReport.parse(usage.report({ since, until, by }));
  return { usage, report };
}

test('sums by key, with names of deleted keys, and callers without a key together', () => {
  const { usage, report } = ledger();
  usage.insertRequests([
    requestRow('1', { receivedAt: noon }),
    requestRow('2', { receivedAt: noon, outcome: 'refused', tokensIn: null, tokensOut: null, tokensCached: null }),
    requestRow('3', { receivedAt: noon, outcome: 'upstream_broken', tokenSource: 'unknown', tokensOut: null }),
    requestRow('4', { receivedAt: noon, outcome: 'client_gone' }),
    requestRow('5', { receivedAt: noon, outcome: 'ended' }),
    requestRow('6', { receivedAt: noon, keyId: 'gone', tokenSource: 'unknown', tokensIn: null, tokensOut: null }),
    requestRow('7', { receivedAt: noon, keyId: 'gone', tokenSource: 'none' }),
    requestRow('8', { receivedAt: noon, keyId: null, caller: 'this_computer' }),
    requestRow('9', { receivedAt: noon, keyId: null, caller: 'anonymous', outcome: 'internal' }),
    requestRow('10', { receivedAt: noon, keyId: 'imported' }),
  ]);
  const { lines, total } = report('key');
  expect(lines.map(({ group, label, requests, refused, failed }) => [group, label, requests, refused, failed])).toEqual(
    [
      ['aaaaaaaa', 'laptop', 5, 1, 1],
      ['gone', 'old phone', 2, 0, 0],
      [null, 'without a key', 2, 0, 1],
      ['imported', 'imported', 1, 0, 0],
    ],
  );
  expect(lines[0]).toMatchObject({ tokensIn: 40, tokensOut: 60, tokensCached: 12, unmetered: 0 });
  expect(lines[1]).toMatchObject({ tokensIn: 10, tokensOut: 20, unmetered: 1 });
  expect(total).toMatchObject({ group: null, label: 'total', requests: 10, refused: 1, failed: 2, unmetered: 1 });
});

test('sums by model, and only between the two moments, both included', () => {
  const { usage, report } = ledger();
  usage.insertRequests([
    requestRow('1', { receivedAt: noon - 1, model: 'early' }),
    requestRow('2', { receivedAt: noon, model: 'first' }),
    requestRow('3', { receivedAt: noon + 5, model: null }),
    requestRow('4', { receivedAt: noon + 6, model: 'late' }),
  ]);
  const { lines, total } = report('model', noon, noon + 5);
  expect(lines.map(({ group, label }) => [group, label])).toEqual([
    ['first', 'first'],
    [null, 'no model'],
  ]);
  expect(total.requests).toBe(2);
});

test('nothing adds up to zeros', () => {
  const { report } = ledger();
  for (const by of ['key', 'model', 'day'] as const) {
    expect(report(by)).toMatchObject({ lines: [], strangers: [], total: { requests: 0, tokensIn: 0, unmetered: 0 } });
  }
});

test('sums by day of this machine, also where a day has 23 hours', () => {
  inTimeZone('Europe/Berlin');
  const { usage, report } = ledger();
  const at = (text: string) => Date.parse(text);
  usage.insertRequests([
    requestRow('1', { receivedAt: at('2026-03-28T22:59:59.999Z') }),
    requestRow('2', { receivedAt: at('2026-03-28T23:00:00.000Z') }),
    requestRow('3', { receivedAt: at('2026-03-29T21:59:59.999Z') }),
    requestRow('4', { receivedAt: at('2026-03-29T22:00:00.000Z') }),
    requestRow('5', { receivedAt: at('2026-04-02T10:00:00.000Z') }),
  ]);
  const { lines } = report('day', 0, at('2026-05-01T00:00:00Z'));
  expect(lines.map(({ group, label, requests }) => [group, label, requests])).toEqual([
    ['2026-03-28', '2026-03-28', 1],
    ['2026-03-29', '2026-03-29', 2],
    ['2026-03-30', '2026-03-30', 1],
    ['2026-04-02', '2026-04-02', 1],
  ]);
  const part = report('day', at('2026-03-29T21:59:59.999Z'), at('2026-03-29T22:00:00.000Z'));
  expect(part.lines.map(({ group, requests }) => [group, requests])).toEqual([
    ['2026-03-29', 1],
    ['2026-03-30', 1],
  ]);
  const short = localDay(at('2026-03-29T12:00:00Z'));
  expect(short.to - short.from).toBe(23 * 3_600_000);
  expect(localDays(at('2026-03-28T22:00:00Z'), at('2026-03-28T23:00:00Z')).map(({ date }) => date)).toEqual([
    '2026-03-28',
    '2026-03-29',
  ]);
});

test('strangers are added up over minutes, also of the minute in which the time begins', () => {
  const { usage, report } = ledger();
  const minute = Math.floor(noon / 60_000) * 60_000;
  usage.insertStrangers([
    { minute: minute - 60_000, code: 'key_missing', count: 100 },
    { minute, code: 'key_missing', count: 2 },
  ]);
  usage.insertStrangers([
    { minute, code: 'key_missing', count: 3 },
    { minute: minute + 60_000, code: 'key_missing', count: 4 },
    { minute, code: 'key_unknown', count: 1 },
  ]);
  expect(report('key', minute + 30_000).strangers).toEqual([
    { code: 'key_missing', count: 9 },
    { code: 'key_unknown', count: 1 },
  ]);
});

test('counts per key and altogether since midnight and since a moment', () => {
  const midnight = new Date(noon).setHours(0, 0, 0, 0);
  const { usage } = ledger();
  usage.insertRequests([
    requestRow('0', { receivedAt: midnight - 1 }),
    requestRow('1', { receivedAt: midnight }),
    requestRow('2', { receivedAt: noon }),
    requestRow('3', { receivedAt: noon, tokensIn: null }),
    requestRow('4', { receivedAt: noon, keyId: null, caller: 'anonymous' }),
  ]);
  const byKey = [{ keyId: plainKey.id, requests: 3, tokensIn: 20, tokensOut: 60 }];
  expect(usage.today(midnight)).toEqual({ requests: 4, byKey });
  expect(usage.requestsSince(noon)).toBe(3);
});

test('pruning takes older rows and nothing else; what they add up to stays', () => {
  const { usage, report } = ledger();
  usage.insertRequests([requestRow('1', { receivedAt: noon - 1 }), requestRow('2', { receivedAt: noon })]);
  usage.insertStrangers([
    { minute: noon - 60_000, code: 'key_missing', count: 1 },
    { minute: noon, code: 'key_missing', count: 1 },
  ]);
  expect(usage.prune(noon)).toBe(1);
  expect(usage.requestsSince(0)).toBe(1);
  expect(report('key').total.requests).toBe(2);
  expect(report('key').strangers).toEqual([{ code: 'key_missing', count: 2 }]);
});

test('takes times with fractions, as a monotonic clock gives them', () => {
  const { usage } = ledger();
  usage.insertRequests([requestRow('1', { receivedAt: noon, firstByteAt: noon + 0.25, endedAt: noon + 1.75 })]);
  expect(usage.requestsSince(noon)).toBe(1);
});
