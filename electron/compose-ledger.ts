// The part of composing that joins everything kept in the database: opened in one order, closed in the other, and asked
// only after what still waits has been written. Used by compose.ts alone.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ProfileFacts } from '../shared/model.ts';
import type { RequestQuery, UsageGroup, UsageSplit } from '../shared/usage-model.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';
import { openSoundDatabase } from './storage/database-repair.ts';
import { createHistoryTable } from './storage/history-table.ts';
import { createKeyTable } from './storage/key-table.ts';
import { localDay } from './storage/local-day.ts';
import { createMetaTable } from './storage/meta-table.ts';
import { createProjectTable } from './storage/project-table.ts';
import { createRequestList } from './storage/request-list.ts';
import { createRestoreWriter } from './storage/restore-writer.ts';
import { createRetention, type Kept } from './storage/retention.ts';
import { createUsageRecorder, type UsageRecorderOptions } from './storage/usage-recorder.ts';
import { createUsageSeries } from './storage/usage-series.ts';
import { createUsageTable } from './storage/usage-table.ts';

export type Ledger = ReturnType<typeof openLedger>;

/** @throws KeyhatchError `profile_from_future`, `profile_damaged` */
export function openLedger(options: {
  readonly dataDir: string;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly log: Log;
  readonly onWritten: NonNullable<UsageRecorderOptions['onWritten']>;
}) {
  const { dataDir, lifetime, clock, log, onWritten } = options;
  const file = join(dataDir, 'keyhatch.db');
  const opened = openSoundDatabase({ file, clock, log });
  const { db } = opened;
  lifetime.own('database', opened.close);
  const meta = createMetaTable(db);
  const keyTable = createKeyTable(db);
  const projectTable = createProjectTable(db);
  const usageTable = createUsageTable(db);
  const recorder = createUsageRecorder({ db, keys: keyTable, usage: usageTable, clock, log, onWritten });
  lifetime.own('usage', recorder.close);
  const retention = createRetention({ db, usage: usageTable });
  const requestList = createRequestList(db);
  const series = createUsageSeries(db);

  /** Asks once everything is written that has happened. */
  function upToDate<Answer>(ask: (now: number) => Answer): Answer {
    recorder.flush();
    return ask(clock.now());
  }

  return {
    problem: opened.problem,
    meta,
    keyTable,
    projectTable,
    writeRestored: createRestoreWriter(db, { keys: keyTable, projects: projectTable, meta }),
    historyTable: createHistoryTable(db),
    recorder,
    prune: (kept: Kept) => retention(clock.now(), kept),
    requestsToday: () => upToDate((now) => usageTable.requestsSince(localDay(now).from)),
    report: (sinceMs: number, by: UsageGroup) =>
      upToDate((now) => usageTable.report({ since: now - sinceMs, until: now, by })),
    series: (sinceMs: number, by: UsageSplit, keyId: string | undefined) =>
      upToDate((now) => series({ since: now - sinceMs, until: now, by, keyId })),
    requestPage: (query: RequestQuery) => upToDate(() => requestList.page(query)),
    findRequest: (id: string) => upToDate(() => requestList.find(id)),
    profile: (): ProfileFacts =>
      upToDate(() => ({ dataDir, databaseBytes: statSync(file).size, requests: usageTable.requestsSince(0) })),
  };
}
