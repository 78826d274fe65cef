// The ledger in threads of their own: the same calls and errors as in the process, nothing lost and nothing twice when a
// thread dies, and no question that makes a row wait.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLedgerReads, type LedgerReads, type LedgerWrites } from '../../../electron/storage/ledger-calls.ts';
import { carryToThread } from '../../../electron/storage/ledger-thread.ts';
import { isUnwritableRow } from '../../../electron/storage/storage-errors.ts';
import { createUsageRecorder } from '../../../electron/storage/usage-recorder.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import {
  heldClock,
  listeningLog,
  openTemporaryDatabase,
  requestRow,
  temporaryFolder,
} from './fixtures/open-profile.ts';

const noon = new Date(2026, 2, 10, 12, 0, 30).getTime();
const worker = join(import.meta.dirname, '../../../electron/storage/ledger-worker.ts');
const batch = { id: 'one', at: noon, requests: [], strangers: [], claims: [] };

function open(program = worker) {
  const dir = temporaryFolder();
  const db = openTemporaryDatabase(dir);
  const log = listeningLog();
  const file = join(dir, 'keyhatch.db');
  const writes = carryToThread<LedgerWrites>({ worker: program, data: { file, part: 'writes' }, log });
  const reads = carryToThread<LedgerReads>({ worker: program, data: { file, part: 'reads' }, log });
  onTestFinished(async () => {
    await writes.close();
    await reads.close();
  });
  return { dir, db, log, writes, reads };
}

/** A thread that does what a script says before it is the real one. */
function scripted(dir: string, script: string): string {
  const file = join(dir, 'scripted-worker.ts');
  writeFileSync(file, `${script}\nawait import(${JSON.stringify(worker)});\n`);
  return file;
}

test('what a thread writes, another one and this one read, and answers are those of the process itself', async () => {
  const { db, writes, reads } = open();
  const requests = [requestRow('1', { receivedAt: noon }), requestRow('2', { receivedAt: noon, outcome: 'refused' })];
  await writes.call('write', { ...batch, requests });
  const here = createLedgerReads(db);
  const query = { since: noon - 3_600_000, until: noon, by: 'key' } as const;
  expect(await reads.call('report', query)).toEqual(here.report(query));
  expect(await reads.call('series', query)).toEqual(here.series(query));
  expect(await reads.call('requestPage', { limit: 10 })).toEqual(here.requestPage({ limit: 10 }));
  expect(await reads.call('findRequest', 'nothing')).toBeUndefined();
  expect(await reads.call('requestsKept', null)).toBe(2);
});

test('errors cross with their codes', async () => {
  const { writes, reads } = open();
  await expect(reads.call('requestPage', { limit: 10, cursor: 'nonsense' })).rejects.toMatchObject({
    name: 'KeyhatchError',
    code: 'input_invalid',
  });
  const bad = writes.call('write', { ...batch, requests: [requestRow('1', { endedAt: Number.NaN })] });
  await expect(bad).rejects.toSatisfy(isUnwritableRow);
});

test('a batch that is sent again is not written again', async () => {
  const { db, writes } = open();
  const sent = {
    ...batch,
    requests: [requestRow('1', { receivedAt: noon })],
    strangers: [{ minute: noon - 30_000, code: 'key_missing', count: 7 }],
  };
  await writes.call('write', sent);
  await writes.call('write', sent);
  // The same row in another batch counts no second time either.
  await writes.call('write', { ...batch, id: 'two', requests: sent.requests });
  const report = createUsageTable(db).report({ since: noon - 60_000, until: noon, by: 'key' });
  expect(report.total).toMatchObject({ requests: 1, tokensIn: 10, tokensOut: 20 });
  expect(report.strangers).toEqual([{ code: 'key_missing', count: 7 }]);
  expect(db.prepare('SELECT sum(requests) AS requests FROM usage_rollups WHERE grain = 60').get()).toEqual({
    requests: 1,
  });
});

test('a thread that dies before or after it wrote is told of and begun anew, and every row is there once', async () => {
  const dir = temporaryFolder();
  // Dies with its first question unanswered, and its second one written but unanswered.
  const dying = scripted(
    dir,
    `
import { existsSync, writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
const [first, second] = [${JSON.stringify(join(dir, 'first'))}, ${JSON.stringify(join(dir, 'second'))}];
const post = parentPort!.postMessage.bind(parentPort);
if (!existsSync(first)) {
  parentPort!.on('message', () => { writeFileSync(first, ''); process.exit(9); });
} else if (!existsSync(second)) {
  parentPort!.postMessage = () => { writeFileSync(second, ''); process.exit(9); };
}`,
  );
  const { db, log, writes } = open(dying);
  const usage = createUsageTable(db);
  const recorder = createUsageRecorder({
    db,
    usage,
    write: (one) => writes.call('write', one),
    clock: heldClock(noon),
    log,
    everyMs: 20,
  });
  for (const id of ['1', '2', '3']) recorder.usage.record(requestRow(id, { receivedAt: noon }));
  recorder.usage.stranger('key_missing');
  await expect.poll(() => log.heard.map(({ message }) => message)).toContain('usage is being written again');
  await recorder.close();
  const report = usage.report({ since: noon - 60_000, until: noon, by: 'key' });
  expect(report.total).toMatchObject({ requests: 3 });
  expect(report.strangers).toEqual([{ code: 'key_missing', count: 1 }]);
  expect(log.heard.filter(({ message }) => message.startsWith('a thread of the ledger ended'))).toHaveLength(2);
});

test('a thread that cannot begin is an answer and no end: each question fails with a code', async () => {
  const { reads, log } = open(scripted(temporaryFolder(), "throw new Error('no such thing');"));
  await expect(reads.call('requestsKept', null)).rejects.toMatchObject({ code: 'ledger_unavailable' });
  await expect(reads.call('requestsKept', null)).rejects.toMatchObject({ code: 'ledger_unavailable' });
  expect(log.heard.map(({ message }) => message)).toContain('a thread of the ledger failed');
});

test('closing waits for what was asked, and nothing can be asked afterwards', async () => {
  const { db, writes } = open();
  const written = writes.call('write', { ...batch, requests: [requestRow('1', { receivedAt: noon })] });
  await writes.close();
  await expect(written).resolves.toBeUndefined();
  expect(createUsageTable(db).requestsSince(0)).toBe(1);
  await expect(writes.call('write', { ...batch, id: 'late' })).rejects.toMatchObject({ code: 'ledger_unavailable' });
});
