// Answers whose numbers are not their model server's own are counted by the hour, upstream and reason.

import { expect, test } from 'vitest';
import { createRequestList } from '../../../electron/storage/request-list.ts';
import { createUnmeteredReport } from '../../../electron/storage/unmetered-table.ts';
import { hourGrain } from '../../../electron/storage/usage-grain.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import { openTemporaryDatabase, requestRow } from './fixtures/open-profile.ts';

const hourMs = 3_600_000;
const noon = new Date(2026, 2, 10, 12).getTime();
const cut = { unmetered: 'cut_short', tokenSource: 'counted' } as const;

test('what told its numbers is not counted, the rest by upstream, reason and what was booked instead', () => {
  const db = openTemporaryDatabase();
  const usage = createUsageTable(db);
  usage.insertRequests([
    requestRow('a', { receivedAt: noon + 1.5, ...cut }),
    requestRow('b', { receivedAt: noon + hourMs - 1, ...cut }),
    requestRow('c', { receivedAt: noon + hourMs, ...cut }),
    requestRow('d', { receivedAt: noon + 2, ...cut, upstreamId: 'up2' }),
    requestRow('e', { receivedAt: noon + 3, unmetered: 'no_numbers', tokenSource: 'unknown', upstreamId: null }),
    requestRow('f', { receivedAt: noon + 4 }),
  ]);
  usage.insertRequests([requestRow('g', { receivedAt: noon + 5, ...cut, upstreamId: 'up2' })]);
  const report = createUnmeteredReport(db);
  expect(report({ since: noon + 20 * 60_000, until: noon + hourMs - 1 })).toEqual({
    since: noon,
    until: noon + hourMs - 1,
    lines: [
      { upstreamId: 'up1', reason: 'cut_short', source: 'counted', requests: 2 },
      { upstreamId: 'up2', reason: 'cut_short', source: 'counted', requests: 2 },
      { upstreamId: null, reason: 'no_numbers', source: 'unknown', requests: 1 },
    ],
  });
  expect(report({ since: noon, until: noon + hourMs }).lines[0]?.requests).toBe(3);
  expect(report({ since: noon + 2 * hourMs, until: noon + 3 * hourMs }).lines).toEqual([]);
});

test('counts go with the sums of their hour, and not with those of other lengths', () => {
  const db = openTemporaryDatabase();
  const usage = createUsageTable(db);
  usage.insertRequests([
    requestRow('old', { receivedAt: noon, ...cut }),
    requestRow('new', { receivedAt: noon + hourMs, ...cut }),
  ]);
  const counted = () =>
    createUnmeteredReport(db)({ since: 0, until: noon + hourMs }).lines.map(({ requests }) => requests);
  usage.pruneSums(60, noon + 2 * hourMs);
  expect(counted()).toEqual([2]);
  while (usage.pruneSums(hourGrain, noon + hourMs)) expect(counted()).toEqual([1]);
  expect(counted()).toEqual([1]);
});

test('speeds keep their fraction, and times and reasons come back as they were written', () => {
  const db = openTemporaryDatabase();
  const row = requestRow('a', {
    queuedMs: 7,
    forwardedAt: noon,
    lastTokenAt: noon + 9,
    prefillPerSecond: 812.25,
    outputPerSecond: 0.5,
    ...cut,
  });
  createUsageTable(db).insertRequests([row]);
  expect(createRequestList(db).find('a')).toEqual({ ...row, keyName: null });
});
