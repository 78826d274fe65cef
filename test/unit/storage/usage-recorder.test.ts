// The recorder against a real file: what is remembered at once, what is on the disk after a batch, what a restart finds.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { ResponseOwners, UsageSink } from '../../../electron/gateway/ports.ts';
import { createKeyTable } from '../../../electron/storage/key-table.ts';
import { createLedgerWrites } from '../../../electron/storage/ledger-calls.ts';
import { createResponseLedger } from '../../../electron/storage/response-ledger.ts';
import { createUsageRecorder } from '../../../electron/storage/usage-recorder.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import type { RequestRow } from '../../../shared/usage-model.ts';
import {
  heldClock,
  listeningLog,
  openTemporaryDatabase,
  plainKey,
  requestRow,
  temporaryFolder,
} from './fixtures/open-profile.ts';

const noon = new Date(2026, 2, 10, 12, 0, 30).getTime();
const dayMs = 86_400_000;

function open(options: { dir?: string; clock?: ReturnType<typeof heldClock>; onWritten?: () => void } = {}) {
  const { dir = temporaryFolder(), clock = heldClock(noon) } = options;
  const db = openTemporaryDatabase(dir);
  const keys = createKeyTable(db);
  const usage = createUsageTable(db);
  const log = listeningLog();
  const told: RequestRow[] = [];
  const writes = createLedgerWrites(db);
  const recorder = createUsageRecorder({
    db,
    usage,
    write: async (batch) => writes.write(batch),
    clock,
    log,
    onWritten: options.onWritten ?? ((rows) => told.push(...rows)),
  });
  const close = async () => {
    await recorder.close();
    db.close();
  };
  return { dir, file: join(dir, 'keyhatch.db'), db, keys, usage, clock, log, told, recorder, close };
}

test('fits the shapes that the gateway asks for', async () => {
  const { recorder } = open();
  const shapes: { usage: UsageSink; responses: ResponseOwners } = recorder;
  expect(shapes).toBe(recorder);
});

test('counts at once, and writes rows, strangers and last use in one batch', async () => {
  const { recorder, keys, usage, told, log } = open();
  keys.insert(plainKey);
  recorder.usage.record(requestRow('1', { receivedAt: noon + 2, userAgent: 'newer' }));
  recorder.usage.record(requestRow('2', { receivedAt: noon + 1, tokensOut: null }));
  recorder.usage.record(requestRow('3', { keyId: null, caller: 'anonymous', receivedAt: noon }));
  for (let scan = 0; scan < 1000; scan += 1) recorder.usage.stranger('key_missing');
  expect(recorder.usage.today(plainKey.id)).toEqual({ requests: 2, tokensIn: 20, tokensOut: 20 });
  expect(recorder.usage.today('nobody')).toEqual({ requests: 0, tokensIn: 0, tokensOut: 0 });
  expect(usage.requestsSince(0)).toBe(0);

  await recorder.flush();
  expect(usage.requestsSince(0)).toBe(3);
  expect(usage.report({ since: noon, until: noon, by: 'key' }).strangers).toEqual([
    { code: 'key_missing', count: 1000 },
  ]);
  expect(keys.get(plainKey.id)).toMatchObject({ lastUsedAt: noon + 2, lastUsedFrom: '127.0.0.1', lastUsedBy: 'newer' });
  expect(told.map(({ id }) => id)).toEqual(['1', '2', '3']);
  expect(log.heard).toEqual([]);
});

test('strangers of one minute stay one row over several batches', async () => {
  const { recorder, db, clock } = open();
  recorder.usage.stranger('key_missing');
  await recorder.flush();
  recorder.usage.stranger('key_missing');
  recorder.usage.stranger('key_unknown');
  clock.goOn(60_000);
  recorder.usage.stranger('key_missing');
  await recorder.flush();
  const minute = noon - 30_000;
  expect(db.prepare('SELECT * FROM strangers ORDER BY minute, code').all()).toEqual([
    { minute, code: 'key_missing', count: 2 },
    { minute, code: 'key_unknown', count: 1 },
    { minute: minute + 60_000, code: 'key_missing', count: 1 },
  ]);
});

test('a restart goes on with the counts of today and the owners of responses', async () => {
  const first = open();
  first.recorder.usage.record(requestRow('1', { receivedAt: noon }));
  first.recorder.usage.record(requestRow('0', { receivedAt: noon - dayMs }));
  first.recorder.responses.claim('resp_1', plainKey.id, 'up1');
  await first.close();

  const { recorder } = open({ dir: first.dir });
  expect(recorder.usage.today(plainKey.id)).toEqual({ requests: 1, tokensIn: 10, tokensOut: 20 });
  expect(recorder.responses.find('resp_1')).toMatchObject({ owner: plainKey.id, upstreamId: 'up1' });
  expect(recorder.responses.find('resp_2')).toBeUndefined();
});

test('the counts of today begin anew at local midnight', async () => {
  const { recorder, clock } = open();
  recorder.usage.record(requestRow('1', { receivedAt: noon }));
  clock.goOn(dayMs / 2);
  expect(recorder.usage.today(plainKey.id).requests).toBe(0);
  recorder.usage.record(requestRow('2', { receivedAt: noon }));
  recorder.usage.record(requestRow('3', { receivedAt: clock.now() }));
  expect(recorder.usage.today(plainKey.id).requests).toBe(1);
});

test('owners of responses are forgotten after 30 days, in a long run and at a restart', async () => {
  const first = open();
  first.recorder.responses.claim('old', 'a', 'up1');
  await first.recorder.flush();
  first.clock.goOn(31 * dayMs);
  first.recorder.responses.claim('new', 'b', 'up1');
  await first.recorder.flush();
  expect(first.recorder.responses.find('old')).toBeUndefined();
  expect(first.recorder.responses.find('new')).toMatchObject({ owner: 'b' });
  await first.close();

  const second = open({ dir: first.dir, clock: heldClock(noon + 62 * dayMs) });
  expect(second.recorder.responses.find('new')).toBeUndefined();
  // On the disk they go with the first batch.
  second.recorder.responses.claim('newest', 'c', 'up1');
  await second.recorder.flush();
  expect(second.db.prepare('SELECT response_id AS id FROM response_owners').all()).toEqual([{ id: 'newest' }]);
});

test('a response id made again belongs to its newest maker, and the oldest leave when there are too many', async () => {
  const claim = (responseId: string, owner: string) => ({ responseId, owner, upstreamId: 'up1', createdAt: noon });
  const ledger = createResponseLedger([claim('1', 'a'), claim('2', 'a')], 2);
  ledger.claim(claim('1', 'b'));
  ledger.claim(claim('3', 'c'));
  expect(['1', '2', '3'].map((id) => ledger.find(id)?.owner)).toEqual(['b', undefined, 'c']);
});

test('a database that somebody else holds costs no row and never reaches the caller', async () => {
  const { recorder, usage, file, log } = open();
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  recorder.usage.record(requestRow('1', { receivedAt: noon }));
  await recorder.flush();
  expect(log.heard).toMatchObject([{ level: 'error' }]);
  expect(usage.requestsSince(0)).toBe(0);
  other.exec('ROLLBACK');
  other.close();
  await recorder.flush();
  expect(usage.requestsSince(0)).toBe(1);
});

test('a row that can never be written does not hold up the others', async () => {
  const { recorder, usage, log } = open();
  recorder.usage.record(requestRow('1', { receivedAt: noon }));
  recorder.usage.record(requestRow('1', { receivedAt: noon }));
  recorder.usage.record(requestRow('2', { receivedAt: noon, endedAt: Number.NaN }));
  recorder.usage.record(requestRow('3', { receivedAt: noon }));
  await recorder.flush();
  expect(usage.requestsSince(0)).toBe(2);
  expect(log.heard.every(({ message }) => message === 'usage was lost')).toBe(true);
});

test('a listener that throws is reported, and the batch is not written twice', async () => {
  const onWritten = () => {
    throw new Error('listener');
  };
  const { recorder, usage, log } = open({ onWritten });
  recorder.usage.record(requestRow('1', { receivedAt: noon }));
  await recorder.flush();
  await recorder.flush();
  expect(usage.requestsSince(0)).toBe(1);
  expect(log.heard).toHaveLength(1);
});
