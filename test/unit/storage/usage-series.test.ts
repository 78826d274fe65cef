// Usage over time: where buckets begin, which groups stand apart, percentiles, the time before, and refusals.

import { expect, test } from 'vitest';
import { createKeyTable } from '../../../electron/storage/key-table.ts';
import { createUsageSeries, type SeriesQuery } from '../../../electron/storage/usage-series.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import { usageSeries } from '../../../shared/usage-model.ts';
import { openTemporaryDatabase, plainKey, requestRow } from './fixtures/open-profile.ts';
import { inTimeZone } from './fixtures/time-zone.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const noon = new Date(2026, 2, 10, 12).getTime();

function ledger() {
  const db = openTemporaryDatabase();
  const keys = createKeyTable(db);
  const usage = createUsageTable(db);
  keys.insert(plainKey);
  keys.insert({ ...plainKey, id: 'gone', name: 'old phone' });
  keys.remove('gone', noon);
  const ask = createUsageSeries(db);
  const series = (query: Partial<SeriesQuery> = {}) =>
    usageSeries.parse(ask({ since: noon - hourMs, until: noon, by: 'key', ...query }));
  return { usage, series };
}

test('an hour is sixty minutes, and each request is in the one in which it came', () => {
  const { usage, series } = ledger();
  usage.insertRequests([
    requestRow('before', { receivedAt: noon - hourMs + minuteMs - 1 }),
    requestRow('first', { receivedAt: noon - hourMs + minuteMs }),
    requestRow('edge', { receivedAt: noon - minuteMs - 1 }),
    requestRow('last', { receivedAt: noon }),
    requestRow('late', { receivedAt: noon + 1 }),
  ]);
  const { since, until, bucketMs, buckets, groups, total } = series();
  expect([since, until, bucketMs, buckets.length]).toEqual([noon - hourMs + minuteMs, noon, minuteMs, 60]);
  expect(buckets.every((at, index) => at === since + index * minuteMs)).toBe(true);
  const [{ requests, tokensIn, tokensOut } = { requests: [], tokensIn: [], tokensOut: [] }] = groups;
  expect(requests.flatMap((count, index) => (count > 0 ? [[index, count]] : []))).toEqual([
    [0, 1],
    [57, 1],
    [59, 1],
  ]);
  expect([tokensIn[59], tokensOut[59]]).toEqual([10, 20]);
  expect(total.requests).toBe(3);
});

test.each([
  ['six hours', 6 * hourMs, 5 * minuteMs, 72],
  ['a day', dayMs, 30 * minuteMs, 48],
  ['seven days less a quarter', 7 * dayMs - 6 * hourMs, 6 * hourMs, 28],
  ['thirty days, today among them', 29 * dayMs, dayMs, 30],
])('%s have buckets that can be told apart', (_name, lengthMs, bucketMs, count) => {
  inTimeZone('UTC');
  const until = Date.UTC(2026, 5, 20, 13, 7, 3);
  const answer = ledger().series({ since: until - lengthMs, until });
  expect([answer.bucketMs, answer.buckets.length]).toEqual([bucketMs, count]);
  expect(answer.buckets.at(-1)).toBeLessThanOrEqual(until);
  expect(answer.since).toBe(answer.buckets[0]);
});

test('days and quarters follow the clock on the wall where a day has 23 or 25 hours', () => {
  inTimeZone('Europe/Berlin');
  const { usage, series } = ledger();
  const short = Date.parse('2026-03-29T00:00:00+01:00');
  usage.insertRequests([
    requestRow('1', { receivedAt: short - 1 }),
    requestRow('2', { receivedAt: short }),
    requestRow('3', { receivedAt: Date.parse('2026-03-29T23:59:59.999+02:00') }),
    requestRow('4', { receivedAt: Date.parse('2026-03-30T00:00:00+02:00') }),
  ]);
  const until = Date.parse('2026-04-02T12:00:00+02:00');
  const month = series({ since: until - 29 * dayMs, until });
  const lengths = month.buckets.slice(1).map((at, index) => (at - (month.buckets[index] ?? 0)) / hourMs);
  expect(new Set(lengths)).toEqual(new Set([24, 23]));
  expect(month.groups[0]?.requests.slice(-6)).toEqual([1, 2, 1, 0, 0, 0]);

  const week = series({ since: until - 6 * dayMs, until });
  const hours = new Set(week.buckets.map((at) => new Date(at).getHours()));
  expect(hours).toEqual(new Set([0, 6, 12, 18]));
  expect(week.buckets).toHaveLength(26);

  const autumn = Date.parse('2026-10-27T12:00:00+01:00');
  const longer = series({ since: autumn - 4 * dayMs, until: autumn });
  expect(new Set(longer.buckets.map((at) => new Date(at).getHours()))).toEqual(new Set([0, 6, 12, 18]));
  expect(Math.max(...longer.buckets.slice(1).map((at, index) => at - (longer.buckets[index] ?? 0)))).toBe(7 * hourMs);
});

test('no request falls between two buckets, whatever the length of time', () => {
  const { usage, series } = ledger();
  const rows = Array.from({ length: 300 }, (_, n) =>
    requestRow(`${n}`, { receivedAt: noon - n * 7 * hourMs - n * 977 }),
  );
  usage.insertRequests(rows);
  for (const lengthMs of [hourMs, 5 * hourMs, dayMs, 3 * dayMs, 7 * dayMs, 8 * dayMs, 60 * dayMs]) {
    const { groups, total } = series({ since: noon - lengthMs });
    const counted = groups.flatMap(({ requests }) => requests).reduce((all, count) => all + count, 0);
    expect([lengthMs, counted]).toEqual([lengthMs, total.requests]);
    expect(total.requests).toBeGreaterThan(0);
  }
});

test('the greatest eight stand apart and the rest is one, unless the rest would be one', () => {
  const { usage, series } = ledger();
  const add = (count: number, from = 0) =>
    usage.insertRequests(
      Array.from({ length: count }, (_, n) =>
        requestRow(`r${from + n}`, { receivedAt: noon, model: `m${from + n}`, tokensOut: 1000 - (from + n) }),
      ),
    );
  add(9);
  expect(series({ by: 'model' }).groups.map(({ group }) => group)).toEqual(
    Array.from({ length: 9 }, (_, n) => `m${n}`),
  );
  add(3, 9);
  const { groups } = series({ by: 'model' });
  expect(groups.map(({ group }) => group)).toEqual([...Array.from({ length: 8 }, (_, n) => `m${n}`), 'other']);
  expect(groups.at(-1)?.requests.at(-1)).toBe(4);
  expect(groups.at(-1)?.tokensOut.at(-1)).toBe(992 + 991 + 990 + 989);
});

test('a model that is called other does not swallow the rest’s place, nor is it lost', () => {
  const { usage, series } = ledger();
  usage.insertRequests([
    requestRow('o', { receivedAt: noon, model: 'other', tokensOut: 90_000 }),
    ...Array.from({ length: 10 }, (_, n) =>
      requestRow(`${n}`, { receivedAt: noon, model: `m${n}`, tokensOut: 100 - n }),
    ),
  ]);
  const { groups, total } = series({ by: 'model' });
  expect(groups.filter(({ group }) => group === 'other')).toHaveLength(1);
  expect(groups).toHaveLength(9);
  expect(groups.find(({ group }) => group === 'other')?.requests.at(-1)).toBe(3);
  expect(total.requests).toBe(11);
});

test('groups go by key, project, model, upstream, client or not at all, with names, also for what had none', () => {
  const { usage, series } = ledger();
  usage.insertRequests([
    requestRow('1', { receivedAt: noon }),
    requestRow('2', { receivedAt: noon, keyId: 'gone', tokensOut: 5, project: 'thesis', userAgent: 'aider/1' }),
    requestRow('3', {
      receivedAt: noon,
      keyId: null,
      caller: 'this_computer',
      model: null,
      upstreamId: null,
      tokensIn: 0,
      tokensOut: 0,
    }),
  ]);
  const labels = (by: SeriesQuery['by']) => series({ by }).groups.map(({ group, label }) => [group, label]);
  expect(labels('key')).toEqual([
    ['aaaaaaaa', 'laptop'],
    ['gone', 'old phone'],
    [null, 'without a key'],
  ]);
  expect(labels('model')).toEqual([
    ['llama', 'llama'],
    [null, 'no model'],
  ]);
  expect(labels('upstream')).toEqual([
    ['up1', 'up1'],
    [null, 'answered here'],
  ]);
  expect(labels('project')).toEqual([
    [null, 'no project'],
    ['thesis', 'thesis'],
  ]);
  expect(labels('client')).toEqual([
    ['curl', 'curl'],
    ['aider', 'aider'],
  ]);
  expect(labels('none')).toEqual([[null, 'all']]);
});

test('percentiles are by nearest rank, as exact as their buckets, and null without any', () => {
  const { usage, series } = ledger();
  expect(series()).toMatchObject({ firstTokenMs: { p50: null, p95: null }, tokensPerSecond: { p50: null, p95: null } });
  usage.insertRequests([
    ...Array.from({ length: 20 }, (_, n) => {
      const receivedAt = noon - 1000 - n;
      const firstTokenAt = receivedAt + (n + 1) * 10;
      return requestRow(`${n}`, { receivedAt, firstTokenAt, endedAt: firstTokenAt + 1000, tokensOut: 50 + n });
    }),
    requestRow('none', { receivedAt: noon, firstTokenAt: null }),
    requestRow('one', { receivedAt: noon, firstTokenAt: noon, endedAt: noon, tokensOut: 9 }),
  ]);
  const { firstTokenMs, tokensPerSecond } = series();
  const shares = [
    [firstTokenMs.p50, 100],
    [firstTokenMs.p95, 190],
    [tokensPerSecond.p50, 59],
    [tokensPerSecond.p95, 68],
  ] as const;
  for (const [shown, measured] of shares) expect(Math.abs((shown ?? 0) / measured - 1)).toBeLessThan(0.045);
});

test('what was before is as long as what is shown, and neither is counted twice', () => {
  const { usage, series } = ledger();
  const since = noon - hourMs + minuteMs;
  usage.insertRequests([
    requestRow('too old', { receivedAt: since - (noon - since) - 1 }),
    requestRow('oldest', { receivedAt: since - (noon - since) }),
    requestRow('just before', { receivedAt: since - 1, outcome: 'refused' }),
    requestRow('shown', { receivedAt: since, tokenSource: 'unknown', tokensOut: null }),
  ]);
  const { before, total } = series();
  expect(before).toMatchObject({ requests: 2, refused: 1 });
  expect(total).toMatchObject({ requests: 1, refused: 0, unmetered: 1 });
});

test('refusals join known callers and strangers by code, greatest first; one key has no strangers', () => {
  const { usage, series } = ledger();
  const refused = (id: string, errorCode: string, keyId: string | null = plainKey.id) =>
    requestRow(id, { receivedAt: noon - 1, outcome: 'refused', errorCode, keyId });
  usage.insertRequests([
    refused('1', 'rate_limited'),
    refused('2', 'rate_limited'),
    refused('3', 'body_invalid', 'gone'),
    refused('4', 'rate_limited', 'gone'),
    requestRow('5', { receivedAt: noon - 1, outcome: 'upstream_timeout', errorCode: 'upstream_timeout' }),
    requestRow('6', { receivedAt: noon - 2 * hourMs, outcome: 'refused', errorCode: 'key_paused' }),
  ]);
  usage.insertStrangers([
    { minute: noon - minuteMs, code: 'key_missing', count: 5 },
    { minute: noon - minuteMs, code: 'body_invalid', count: 3 },
    { minute: noon - 2 * hourMs, code: 'key_missing', count: 100 },
    { minute: noon - 2 * minuteMs, code: 'key_missing', count: 2 },
  ]);
  expect(series().refusals).toEqual([
    { code: 'key_missing', count: 7 },
    { code: 'body_invalid', count: 4 },
    { code: 'rate_limited', count: 3 },
  ]);
  const ofOne = series({ filter: { keyId: plainKey.id } });
  expect(ofOne.refusals).toEqual([{ code: 'rate_limited', count: 2 }]);
  expect(ofOne.groups.map(({ group }) => group)).toEqual([plainKey.id]);
  expect(ofOne.total.requests).toBe(3);
});

test('nothing adds up to zeros', () => {
  const answer = ledger().series({ since: noon - 20 * dayMs });
  expect(answer).toMatchObject({ groups: [], refusals: [], total: { requests: 0 }, before: { requests: 0 } });
  expect(answer.buckets).toHaveLength(21);
});

test('speeds are those that the rows say, and none is made up for an answer in one piece', () => {
  const { usage, series } = ledger();
  const timed = { receivedAt: noon, forwardedAt: noon, firstTokenAt: noon + 10, endedAt: noon + 11, tokensOut: 500 };
  usage.insertRequests([
    requestRow('streamed', { ...timed, outputPerSecond: 40 }),
    requestRow('whole', { ...timed, streamed: false, outputPerSecond: null }),
  ]);
  const { p50, p95 } = series().tokensPerSecond;
  expect(p50).toBe(p95);
  expect(Math.abs((p50 ?? 0) / 40 - 1)).toBeLessThan(0.05);
});
