// Counters of limits in a real file: what is put in comes back, what is dropped does not, and keys that are gone take theirs along.

import { expect, test } from 'vitest';
import { createKeyTable } from '../../../electron/storage/key-table.ts';
import { createLimitCounterTable, type LimitCounterRow } from '../../../electron/storage/limit-counter-table.ts';
import { openTemporaryDatabase, plainKey, temporaryFolder } from './fixtures/open-profile.ts';

const row = (more: Partial<LimitCounterRow> = {}): LimitCounterRow => ({
  owner: { kind: 'key', id: plainKey.id },
  counter: 'rpm',
  startsAt: 1000,
  endsAt: 2000,
  amount: 5,
  ...more,
});

function open() {
  const db = openTemporaryDatabase(temporaryFolder());
  const keys = createKeyTable(db);
  keys.insert(plainKey);
  return { db, keys, counters: createLimitCounterTable(db) };
}

test('a row is put in once, changed when it comes again, and dropped', () => {
  const { db, counters } = open();
  const total = row({ counter: 'budget/total/tokens', startsAt: 0, endsAt: Number.POSITIVE_INFINITY });
  counters.save([row(), total], []);
  expect(counters.load()).toEqual([total, row()]);
  counters.save([row({ amount: 9 })], [total]);
  expect(counters.load()).toEqual([row({ amount: 9 })]);
  db.close();
});

test('those of a deleted key are gone after the next start, those of projects stay', () => {
  const { db, keys, counters } = open();
  const project = row({ owner: { kind: 'project', id: 'p1' } });
  counters.save([row(), project], []);
  keys.remove(plainKey.id, 5000);
  expect(counters.load()).toEqual([project]);
  db.close();
});
