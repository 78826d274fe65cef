// Every call of the ledger by its name, with what it takes and what it gives: plain data alone, so that a call can cross to
// another thread. Those that write and those that read are answered apart, on connections of their own, so that no
// question makes a row wait. The one place where the ledger's functions are put together, whoever carries the calls.

import type { DatabaseSync } from 'node:sqlite';
import type { RequestQuery, UsageReport } from '../../shared/usage-model.ts';
import { type CaptureWrites, createCaptureWrites } from './capture-table.ts';
import { lookThrough } from './database-repair.ts';
import { createBatchWrite, type LedgerBatch } from './ledger-batch.ts';
import { createLimitCounterTable, type LimitCounterRow } from './limit-counter-table.ts';
import { createRequestList, type ListedPage, type ListedRequest } from './request-list.ts';
import { createRetention, type Kept } from './retention.ts';
import { createUnmeteredReport, type UnmeteredCounts } from './unmetered-table.ts';
import { createUsageAnswers, type UsageAnswers } from './usage-answers.ts';
import { createUsageReport, type ReportQuery } from './usage-report.ts';
import { createUsageTable } from './usage-table.ts';

export type LedgerWrites = {
  /** Writes all of a batch, exactly once however often it is sent, or nothing of it and throws. */
  readonly write: (batch: LedgerBatch) => void;
  /** Notes how much of their limits keys and projects have used, and forgets what is over. */
  readonly count: (counted: {
    readonly put: readonly LimitCounterRow[];
    readonly drop: readonly LimitCounterRow[];
  }) => void;
  /** Takes one small step at deleting what is old; true while there may be more. */
  readonly prune: (at: { readonly nowMs: number; readonly kept: Kept }) => boolean;
  readonly keepCaptured: CaptureWrites['insert'];
  readonly pruneCaptured: CaptureWrites['pruneBefore'];
  readonly clearCaptured: CaptureWrites['clear'];
};

export type LedgerReads = UsageAnswers & {
  readonly report: (query: ReportQuery) => UsageReport;
  readonly unmetered: (query: { readonly since: number; readonly until: number }) => UnmeteredCounts;
  readonly requestPage: (query: RequestQuery) => ListedPage;
  readonly findRequest: (id: string) => ListedRequest | undefined;
  /** Looks through the whole database: `ok`, or what is wrong first. Takes its time. */
  readonly look: (none: null) => string;
  /** How many single requests are kept. */
  readonly requestsKept: (none: null) => number;
};

export function createLedgerWrites(db: DatabaseSync): LedgerWrites {
  const usage = createUsageTable(db);
  const retention = createRetention({ db, usage });
  const captured = createCaptureWrites(db);
  const counters = createLimitCounterTable(db);
  return {
    write: createBatchWrite({ db, usage }),
    count: ({ put, drop }) => counters.save(put, drop),
    prune: ({ nowMs, kept }) => retention(nowMs, kept),
    keepCaptured: captured.insert,
    pruneCaptured: captured.pruneBefore,
    clearCaptured: captured.clear,
  };
}

export function createLedgerReads(db: DatabaseSync): LedgerReads {
  const requests = createRequestList(db);
  const kept = db.prepare('SELECT count(*) AS requests FROM requests');
  return {
    ...createUsageAnswers(db),
    report: createUsageReport(db),
    unmetered: createUnmeteredReport(db),
    requestPage: requests.page,
    findRequest: requests.find,
    look: () => lookThrough(db),
    requestsKept: () => (kept.get() as { requests: number }).requests,
  };
}
