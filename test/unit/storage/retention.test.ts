// What goes when it is old, what stays for ever, and that the file becomes smaller for it.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createRetention } from '../../../electron/storage/retention.ts';
import { dayGrain, grainStart } from '../../../electron/storage/usage-grain.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import { openTemporaryDatabase, requestRow, temporaryFolder } from './fixtures/open-profile.ts';

const dayMs = 86_400_000;
const noon = new Date(2026, 2, 10, 12).getTime();
const kept = { requestDays: 30, hourlyDays: 365 };

function ledger(dir = temporaryFolder()) {
  const db = openTemporaryDatabase(dir);
  const usage = createUsageTable(db);
  const step = createRetention({ db, usage });
  const finish = () => {
    let steps = 0;
    while (step(noon, kept)) steps += 1;
    return steps;
  };
  return { db, usage, finish };
}

test('rows go after their days, minutes after two days, hours after a year, days never', () => {
  const { db, usage, finish } = ledger();
  const ages = [0, 1, 3, 29, 31, 364, 366, 4_000];
  const rows = ages.map((days) =>
    requestRow(`${days}`, { receivedAt: noon - days * dayMs + 1, outcome: 'refused', errorCode: 'rate_limited' }),
  );
  usage.insertRequests(rows);
  usage.insertStrangers(
    rows.map(({ receivedAt }) => ({ minute: grainStart(60, receivedAt), code: 'key_missing', count: 1 })),
  );
  finish();
  const counts = (table: string) =>
    db
      .prepare(`SELECT grain, count(DISTINCT at) AS times FROM ${table} GROUP BY grain`)
      .all()
      .map((row) => Object.values(row));
  expect(usage.requestsSince(0)).toBe(4);
  for (const table of ['usage_rollups', 'refusal_rollups']) {
    expect(counts(table)).toEqual([
      [60, 2],
      [3_600, 6],
      [dayGrain, 8],
    ]);
  }
  const report = usage.report({ since: 0, until: noon + dayMs, by: 'day' });
  expect(report.lines.map(({ requests }) => requests)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  expect(report.strangers).toEqual([{ code: 'key_missing', count: 8 }]);
});

test('many old rows go in many steps, and their room is given back', () => {
  const dir = temporaryFolder();
  const { db, usage, finish } = ledger(dir);
  const userAgent = 'x'.repeat(400);
  usage.insertRequests(
    Array.from({ length: 4_000 }, (_, n) => requestRow(`${n}`, { receivedAt: noon - 40 * dayMs + n, userAgent })),
  );
  const size = () => {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return statSync(join(dir, 'keyhatch.db')).size;
  };
  const before = size();
  expect(finish()).toBeGreaterThan(8);
  expect(usage.requestsSince(0)).toBe(0);
  expect(size()).toBeLessThan(before / 4);
});

test('a file from before learns to shrink when it is brought up to date', () => {
  const dir = temporaryFolder();
  const old = new DatabaseSync(join(dir, 'keyhatch.db'));
  old.exec('CREATE TABLE something (text TEXT)');
  expect(old.prepare('PRAGMA auto_vacuum').get()).toEqual({ auto_vacuum: 0 });
  old.close();
  const db = openTemporaryDatabase(dir);
  expect(db.prepare('PRAGMA auto_vacuum').get()).toEqual({ auto_vacuum: 2 });
});
