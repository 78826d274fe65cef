// The part of composing that joins everything kept in the database: opened in one order, closed in the other. Keys and
// meta are read and written here at once; all of usage by calls, and asked only after what still waits has been written.
// Used by compose.ts alone.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { ProfileFacts } from '../shared/model.ts';
import type { RequestQuery } from '../shared/usage-model.ts';
import type { CounterStore } from './gateway/limit-counters.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Shell } from './shell.ts';
import { createCaptureTable, type SealedBody } from './storage/capture-table.ts';
import { type OpenedDatabase, openSoundDatabase } from './storage/database-repair.ts';
import { createHistoryTable } from './storage/history-table.ts';
import { createKeyTable } from './storage/key-table.ts';
import { createKeyUses } from './storage/key-uses.ts';
import { createLedgerReads, createLedgerWrites, type LedgerReads, type LedgerWrites } from './storage/ledger-calls.ts';
import { type Carrier, carryHere } from './storage/ledger-carrier.ts';
import { carryToThread } from './storage/ledger-thread.ts';
import { createLimitCounterTable } from './storage/limit-counter-table.ts';
import { createMetaTable } from './storage/meta-table.ts';
import { createInviteTable, createPeopleTable } from './storage/people-table.ts';
import { createProjectTable } from './storage/project-table.ts';
import type { ListedPage, ListedRequest } from './storage/request-list.ts';
import { createRestoreWriter } from './storage/restore-writer.ts';
import type { Kept } from './storage/retention.ts';
import { createUsageRecorder, type UsageRecorderOptions } from './storage/usage-recorder.ts';
import { createUsageTable } from './storage/usage-table.ts';
import { createHolderNames, createWayTable } from './storage/way-table.ts';

export type Ledger = ReturnType<typeof openLedger>;

export type LedgerOptions = {
  readonly shell: Pick<Shell, 'name' | 'dataDir' | 'ledgerWorker' | 'log'>;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly onWritten: NonNullable<UsageRecorderOptions['onWritten']>;
};

/** @throws KeyhatchError `profile_from_future`, `profile_damaged` */
export function openLedger(options: LedgerOptions) {
  const { shell, lifetime, clock, onWritten } = options;
  const { dataDir, log } = shell;
  const file = join(dataDir, 'keyhatch.db');
  // A single command rather fails than says that there are no keys.
  const opened = openSoundDatabase({ file, standIn: shell.name !== 'at-rest', clock, log });
  const { db } = opened;
  lifetime.own('database', opened.close);
  const meta = createMetaTable(db);
  const keyTable = createKeyTable(db);
  const projectTable = createProjectTable(db);
  const peopleTable = createPeopleTable(db);
  const usage = createUsageTable(db);
  const { reads, writes } = carriersOf(db, file, opened.keysDamaged ? { ...shell, ledgerWorker: undefined } : shell);
  lifetime.own('questions to the ledger', reads.close);
  lifetime.own('ledger', writes.close);
  const write: UsageRecorderOptions['write'] = (batch) => writes.call('write', batch);
  const recorder = createUsageRecorder({ db, usage, write, clock, log, onWritten });
  lifetime.own('usage', recorder.close);
  const problem = { current: opened.problem };
  if (opened.lookLater) lookLater({ opened, file, shell, lifetime, tell: (found) => (problem.current = found) });

  /** Asks once everything is written that has happened. */
  async function upToDate<Answer>(ask: (now: number) => Promise<Answer>): Promise<Answer> {
    await recorder.flush();
    return ask(clock.now());
  }

  // Piece by piece, so that others are answered in between.
  async function wholePage(query: RequestQuery): Promise<ListedPage> {
    const rows: ListedRequest[] = [];
    let cursor = query.cursor;
    for (;;) {
      const rest = { ...query, limit: query.limit - rows.length };
      const page = await reads.call('requestPage', cursor === undefined ? rest : { ...rest, cursor });
      rows.push(...page.rows);
      if (page.next === null || rows.length >= query.limit) return { rows, next: page.next };
      cursor = page.next;
    }
  }
  const asked =
    <Name extends keyof LedgerReads>(name: Name) =>
    (query: Parameters<LedgerReads[Name]>[0]) =>
      upToDate(() => reads.call(name, query));

  return {
    problem: () => problem.current,
    keysDamaged: opened.keysDamaged,
    captured: {
      ...createCaptureTable(db),
      insert: (bodies: readonly SealedBody[], maxBytes: number) => writes.call('keepCaptured', { bodies, maxBytes }),
      pruneBefore: (beforeMs: number) => writes.call('pruneCaptured', beforeMs),
      clear: () => writes.call('clearCaptured', null),
    },
    meta,
    keyTable,
    keyUses: createKeyUses(db),
    projectTable,
    writeRestored: createRestoreWriter(db, { keys: keyTable, projects: projectTable, people: peopleTable, meta }),
    wayTable: createWayTable(db),
    nameHolder: createHolderNames(db),
    historyTable: createHistoryTable(db),
    peopleTable,
    inviteTable: createInviteTable(db),
    recorder,
    limitCounters: {
      load: createLimitCounterTable(db).load,
      save: (put, drop) => writes.call('count', { put, drop }),
    } satisfies CounterStore,
    requestsToday: recorder.usage.requestsToday,
    prune: (kept: Kept) => writes.call('prune', { nowMs: clock.now(), kept }),
    unmetered: (sinceMs: number) => upToDate((now) => reads.call('unmetered', { since: now - sinceMs, until: now })),
    requestPage: (query: RequestQuery) => upToDate(() => wholePage(query)),
    answers: {
      report: asked('report'),
      series: asked('series'),
      details: asked('details'),
      lifetime: asked('lifetime'),
      countedBy: (keyId: string) => upToDate((until) => reads.call('countedBy', { keyId, until })),
      beginRequestExport: asked('beginRequestExport'),
      exportPeriods: asked('exportPeriods'),
      // What comes meanwhile is not in an export.
      requestExportPage: (query: Parameters<LedgerReads['requestExportPage']>[0]) =>
        reads.call('requestExportPage', query),
      exportLines: (query: Parameters<LedgerReads['exportLines']>[0]) => reads.call('exportLines', query),
    },
    findRequest: (id: string) => upToDate(() => reads.call('findRequest', id)),
    profile: async (): Promise<ProfileFacts> => {
      const requests = await upToDate(() => reads.call('requestsKept', null));
      return { dataDir, databaseBytes: statSync(file).size, requests };
    },
  };
}

/** In a thread of its own, so that it holds up neither rows nor questions; a single command leaves it to the next start. */
function lookLater(options: {
  readonly opened: OpenedDatabase;
  readonly file: string;
  readonly shell: LedgerOptions['shell'];
  readonly lifetime: Lifetime;
  readonly tell: (problem: string | null) => void;
}): void {
  const { opened, file, shell, lifetime, tell } = options;
  const { ledgerWorker: worker, log } = shell;
  if (worker === undefined) return;
  const looker = carryToThread<LedgerReads>({ worker, data: { file, part: 'reads' }, log });
  lifetime.own('looking through the database', looker.close);
  const looking = looker.call('look', null).then((verdict) => {
    tell(opened.found(verdict));
    if (verdict === 'ok') log.info('the database was looked through and is sound');
    else log.error('the database is damaged', { reason: verdict });
  });
  // Cut short by the end of the program, for one; then the next start looks again.
  looking
    .catch((error: unknown) => log.warn('the database could not be looked through', { error }))
    .finally(looker.close);
}

function carriersOf(
  db: DatabaseSync,
  file: string,
  { ledgerWorker: worker, log }: LedgerOptions['shell'],
): { readonly reads: Carrier<LedgerReads>; readonly writes: Carrier<LedgerWrites> } {
  if (worker === undefined) {
    return { reads: carryHere(createLedgerReads(db)), writes: carryHere(createLedgerWrites(db)) };
  }
  return {
    reads: carryToThread<LedgerReads>({ worker, data: { file, part: 'reads' }, log }),
    writes: carryToThread<LedgerWrites>({ worker, data: { file, part: 'writes' }, log }),
  };
}
