// What is asked about usage beside its course: costs, custom times, the week, models by key, totals for ever, exports.

import { expect, test } from 'vitest';
import { createKeyTable } from '../../../electron/storage/key-table.ts';
import { createUsageAnswers } from '../../../electron/storage/usage-answers.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import type { ModelPrice } from '../../../shared/prices.ts';
import { usageSeries } from '../../../shared/usage-model.ts';
import { usageDetails, usageLifetime } from '../../../shared/usage-questions.ts';
import { openTemporaryDatabase, plainKey, requestRow } from './fixtures/open-profile.ts';
import { inTimeZone } from './fixtures/time-zone.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const noon = new Date(2026, 2, 10, 12).getTime();

const price = (pattern: string, input: number, output: number, currency = 'USD'): ModelPrice => ({
  pattern,
  currency,
  input,
  cachedInput: null,
  output,
  note: null,
});
const prices = [price('llama', 1, 2), price('qwen*', 3, 0, 'EUR')];

function ledger() {
  const db = openTemporaryDatabase();
  const keys = createKeyTable(db);
  keys.insert(plainKey);
  keys.insert({ ...plainKey, id: 'bbbbbbbb', name: 'phone' });
  const answers = createUsageAnswers(db);
  return { db, keys, usage: createUsageTable(db), answers };
}

test('each group and the whole have a cost, each currency apart, and what has no price has none', () => {
  const { usage, answers } = ledger();
  const at = { receivedAt: noon - 5 * minuteMs, tokensIn: 1_000_000, tokensOut: 500_000, tokensCached: 0 };
  usage.insertRequests([
    requestRow('a', at),
    requestRow('b', { ...at, model: 'qwen3' }),
    requestRow('c', { ...at, keyId: 'bbbbbbbb', model: 'unknown', tokensIn: 7, tokensOut: 3 }),
    requestRow('d', { ...at, receivedAt: noon - 65 * minuteMs, tokensIn: 500_000, tokensOut: 0 }),
  ]);
  const answer = usageSeries.parse(answers.series({ since: noon - hourMs, until: noon, by: 'key', prices }));
  const both = [
    { currency: 'EUR', micros: 3_000_000 },
    { currency: 'USD', micros: 2_000_000 },
  ];
  expect(answer.costs).toEqual({ sums: both, unpricedTokens: 10 });
  expect(answer.groups.map(({ label, costs }) => [label, costs])).toEqual([
    ['laptop', { sums: both, unpricedTokens: 0 }],
    ['phone', { sums: [], unpricedTokens: 10 }],
  ]);
  expect(answer.before).toMatchObject({ requests: 1, costs: { sums: [{ currency: 'USD', micros: 500_000 }] } });
});

test('a time from one midnight to another has all of its days and nothing else, and the days before it to compare with', () => {
  inTimeZone('Europe/Berlin');
  const { usage, answers } = ledger();
  const [from, until] = [new Date(2026, 2, 28).getTime(), new Date(2026, 2, 31).getTime() - 1];
  usage.insertRequests(
    [from - dayMs, from - 1, from, until, until + 1].map((receivedAt, index) => requestRow(`${index}`, { receivedAt })),
  );
  const days = answers.series({ since: from, until, by: 'none', exactly: true });
  expect([days.since, days.buckets[0], days.total.requests, days.before.requests]).toEqual([from, from, 2, 2]);
  const oneDay = answers.series({ since: from, until: from + dayMs - 1, by: 'none', exactly: true });
  expect([oneDay.buckets[0], oneDay.buckets.length, oneDay.total.requests]).toEqual([from, 48, 1]);
});

test('the week is that of the clock on the wall', () => {
  inTimeZone('Europe/Berlin');
  const { usage, answers } = ledger();
  // A Sunday on which the clock goes from two to three.
  const at = (hour: number, minute: number) => new Date(2026, 2, 29, hour, minute).getTime();
  usage.insertRequests([
    requestRow('a', { receivedAt: at(0, 59) }),
    requestRow('b', { receivedAt: at(3, 0) }),
    requestRow('c', { receivedAt: at(3, 59), model: 'qwen' }),
    requestRow('d', { receivedAt: new Date(2026, 2, 30, 23).getTime() }),
  ]);
  const time = { since: at(0, 30), until: new Date(2026, 2, 30, 23, 30).getTime() };
  const { week } = usageDetails.parse(answers.details({ ...time, filter: {} }));
  expect([week.requests[0]?.[0], week.requests[0]?.[3], week.tokens[0]?.[3], week.requests[1]?.[23]]).toEqual([
    1, 2, 60, 1,
  ]);
  expect(week.requests.flat().reduce((all, count) => all + count)).toBe(4);
  const ofOne = answers.details({ ...time, filter: { model: 'qwen' } });
  expect(ofOne.week.requests.flat().reduce((all, count) => all + count)).toBe(1);
});

test('each key has its greatest models, and the rest of them together', () => {
  const { usage, answers } = ledger();
  const models = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'];
  usage.insertRequests([
    ...models.map((model, index) =>
      requestRow(model, { model, receivedAt: noon, tokensIn: 100 * (9 - index), tokensOut: 0 }),
    ),
    requestRow('small', { keyId: 'bbbbbbbb', receivedAt: noon }),
  ]);
  const { modelsByKey } = answers.details({ since: noon - hourMs, until: noon, filter: {} });
  expect(modelsByKey.map(({ label, tokens }) => [label, tokens])).toEqual([
    ['laptop', 3_900],
    ['phone', 30],
  ]);
  expect(modelsByKey[0]?.models.map(({ model }) => model)).toEqual(['m1', 'm2', 'm3', 'm4']);
  expect(modelsByKey[0]?.others).toEqual({ models: 2, requests: 2, tokens: 900 });
});

test('totals are for ever; those of a key begin anew when its counters are reset, and history stays', () => {
  const { usage, keys, answers } = ledger();
  const tokens = { tokensIn: 1_000_000, tokensOut: 0, tokensCached: 0 };
  usage.insertRequests([
    requestRow('old', { ...tokens, receivedAt: noon - 800 * dayMs }),
    requestRow('new', { ...tokens, receivedAt: noon - hourMs }),
    requestRow('other', { ...tokens, receivedAt: noon - hourMs, keyId: 'bbbbbbbb', model: 'qwen' }),
  ]);
  // Only sums by the day are left of it.
  while (usage.prune(noon + dayMs) > 0);
  for (const grain of [60, 3_600] as const) while (usage.pruneSums(grain, noon + dayMs));
  const resetAt = noon + 37 * minuteMs;
  keys.resetCounters(plainKey.id, resetAt, answers.countedBy({ keyId: plainKey.id, until: resetAt }));
  usage.insertRequests([requestRow('after', { ...tokens, receivedAt: resetAt + 1, model: 'qwen' })]);
  const lifetime = usageLifetime.parse(answers.lifetime({ until: noon + dayMs, by: 'key', prices }));
  expect(
    lifetime.lines.map((line) => [line.label, line.countedSince, line.counted.requests, line.ever.requests]),
  ).toEqual([
    ['laptop', resetAt, 1, 3],
    ['phone', null, 1, 1],
  ]);
  const [laptop] = lifetime.lines;
  expect(laptop?.counted.costs.sums).toEqual([{ currency: 'EUR', micros: 3_000_000 }]);
  expect(laptop?.ever.costs.sums).toEqual([
    { currency: 'EUR', micros: 3_000_000 },
    { currency: 'USD', micros: 2_000_000 },
  ]);
  expect(lifetime.total.requests).toBe(4);
  expect(keys.get(plainKey.id)?.countedSince).toBe(resetAt);
  const models = answers.lifetime({ until: noon + dayMs, by: 'model', prices });
  expect(models.lines.map((line) => [line.label, line.counted.requests])).toEqual([
    ['llama', 2],
    ['qwen', 2],
  ]);
  const ofOne = answers.lifetime({ until: noon + dayMs, by: 'key', keyId: 'bbbbbbbb', prices });
  expect(ofOne.lines.map(({ label }) => label)).toEqual(['phone']);
});

test('an export has every request once, oldest first, and none that was written after it began', () => {
  const { usage, answers } = ledger();
  const rows = Array.from({ length: 25 }, (_, index) =>
    requestRow(`r${index}`, { receivedAt: noon + Math.floor(index / 4), model: index % 5 === 0 ? 'qwen' : 'llama' }),
  );
  usage.insertRequests(rows);
  const query = { since: noon, until: noon + 1_000 };
  const { total, lastRow } = answers.beginRequestExport(query);
  expect(total).toBe(25);
  const ids: string[] = [];
  let after: { at: number; row: number } | undefined;
  do {
    const page = answers.requestExportPage({ query, lastRow, after, limit: 6 });
    ids.push(...page.rows.map(({ id }) => id));
    usage.insertRequests([requestRow(`late ${ids.length}`, { receivedAt: noon + 1 })]);
    after = page.next;
  } while (after !== undefined);
  expect(ids).toEqual(rows.map(({ id }) => id));
  const narrow = { ...query, model: 'qwen', text: 'LAPTOP' };
  expect(answers.beginRequestExport(narrow).total).toBe(5);
  const page = answers.requestExportPage({ query: narrow, lastRow, after: undefined, limit: 100 });
  expect(page.rows.map(({ id, keyName }) => [id, keyName])).toEqual(
    ['r0', 'r5', 'r10', 'r15', 'r20'].map((id) => [id, 'laptop']),
  );
});

test('usage by the hour and by the day adds up to usage as a whole', () => {
  const { usage, answers } = ledger();
  usage.insertRequests(
    Array.from({ length: 60 }, (_, index) =>
      requestRow(`${index}`, {
        receivedAt: noon - index * 97 * minuteMs,
        keyId: index % 3 === 0 ? 'bbbbbbbb' : plainKey.id,
        tokenSource: index % 2 === 0 ? 'estimated' : 'reported',
      }),
    ),
  );
  const query = { since: noon - 3 * dayMs - 7 * minuteMs, until: noon, by: 'key', filter: {}, prices } as const;
  const linesOf = (every: 'whole' | 'day' | 'hour') =>
    answers.exportLines({ ...query, periods: answers.exportPeriods({ ...query, every }) });
  const [whole, days, hours] = [linesOf('whole'), linesOf('day'), linesOf('hour')];
  expect(whole.map(({ label }) => label)).toEqual(['laptop', 'phone']);
  expect([days.length, hours.length]).toEqual([8, 45]);
  for (const { group, requests, tokensIn, tokensEstimated } of whole) {
    for (const lines of [days, hours]) {
      const some = lines.filter((line) => line.group === group);
      expect(some.reduce((all, line) => all + line.requests, 0)).toBe(requests);
      expect(some.reduce((all, line) => all + line.tokensIn, 0)).toBe(tokensIn);
      expect(some.reduce((all, line) => all + line.tokensEstimated, 0)).toBe(tokensEstimated);
    }
  }
  expect(answers.exportPeriods({ since: 0, until: 1_000, every: 'hour' })).toEqual([]);
});

test('periods of an export are those in which what it is narrowed to was used, and not the first anybody was here', () => {
  const { usage, answers } = ledger();
  usage.insertRequests([
    requestRow('old', { receivedAt: noon - 40 * dayMs, keyId: 'bbbbbbbb' }),
    requestRow('new', { receivedAt: noon - minuteMs, keyId: plainKey.id }),
  ]);
  const query = { since: 0, until: noon, every: 'day' } as const;
  expect(answers.exportPeriods(query).length).toBeGreaterThan(40);
  expect(answers.exportPeriods({ ...query, filter: { keyId: plainKey.id } }).length).toBeLessThan(3);
  expect(answers.exportPeriods({ ...query, filter: { keyId: 'nobody’s' } })).toEqual([]);
});
