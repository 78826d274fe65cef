// What the gateway tells while traffic runs: counted and remembered in memory at once, gathered and sent to be written once
// a second. Never throws at the traffic and never waits for a disk.

import type { DatabaseSync } from 'node:sqlite';
import type { RequestRow } from '../../shared/usage-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Batch, createBatchWriter } from './batch-writer.ts';
import type { LedgerBatch } from './ledger-batch.ts';
import { createResponseLedger, responseKeptMs } from './response-ledger.ts';
import { createResponseOwnerTable, type ResponseClaim } from './response-owner-table.ts';
import { isUnwritableRow } from './storage-errors.ts';
import { createUsageCounters, type UsageCounters } from './usage-counters.ts';
import type { UsageTable } from './usage-table.ts';

const minuteMs = 60_000;
const pruneEveryMs = 3_600_000;
/** A crash may cost a second, and writing itself takes its time. */
const usuallyEveryMs = 750;

export type UsageRecorder = {
  readonly usage: {
    readonly record: (row: RequestRow) => void;
    readonly stranger: (code: string) => void;
    readonly today: UsageCounters['today'];
    readonly requestsToday: UsageCounters['requestsToday'];
  };
  readonly responses: {
    readonly claim: (responseId: string, owner: string, upstreamId: string) => void;
    readonly find: (responseId: string) => { readonly owner: string; readonly upstreamId: string } | undefined;
  };
  /** How much could not be written and was given up: requests, strangers, admissions and owners. */
  readonly lost: () => number;
  /** Writes what waits, now: before a report and in tests. Never rejects. */
  readonly flush: () => Promise<void>;
  /** Flushes for the last time. Whoever writes must still be there. */
  readonly close: () => Promise<void>;
};

export type UsageRecorderOptions = {
  /** Read from once, when it is made. */
  readonly db: DatabaseSync;
  readonly usage: Pick<UsageTable, 'today'>;
  /** Writes all of a batch exactly once, or nothing of it and rejects. */
  readonly write: (batch: LedgerBatch) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a row waits at most, in milliseconds. */
  readonly everyMs?: number;
  /** Told which requests were written, once they were. */
  readonly onWritten?: (rows: readonly RequestRow[]) => void;
};

type CountedStranger = { readonly minute: number; readonly code: string; count: number };

/** Exactly one of them. */
type Item = {
  readonly request?: RequestRow;
  readonly claim?: ResponseClaim;
  readonly stranger?: CountedStranger;
};

/** Loads what an earlier process left and begins to record. */
export function createUsageRecorder(options: UsageRecorderOptions): UsageRecorder {
  const { clock, log, onWritten } = options;
  const memory = loadMemory(options);
  const strangers = createStrangerCounts();
  const writer = createBatchWriter<Item>({
    write,
    isUnwritable: isUnwritableRow,
    clock,
    log,
    everyMs: options.everyMs ?? usuallyEveryMs,
  });

  async function write({ id, items }: Batch<Item>): Promise<void> {
    const requests = items.flatMap(({ request }) => request ?? []);
    const counted = items.flatMap(({ stranger }) => stranger ?? []);
    // What is on its way grows no more.
    strangers.seal(counted);
    const at = clock.now();
    const claims = items.flatMap(({ claim }) => claim ?? []);
    await options.write({ id, at, requests, strangers: counted, claims });
    memory.prune(at);
    if (requests.length > 0) tellWritten(requests);
  }

  // A listener's fault must not look like a failed write, or the batch would be written twice.
  function tellWritten(rows: readonly RequestRow[]): void {
    try {
      onWritten?.(rows);
    } catch (error) {
      log.error('a listener to written usage failed', { error });
    }
  }

  return {
    usage: {
      record(row) {
        memory.counters.count(row);
        writer.add({ request: row });
      },
      stranger(code) {
        const fresh = strangers.count(Math.floor(clock.now() / minuteMs) * minuteMs, code);
        if (fresh !== undefined) writer.add({ stranger: fresh });
      },
      today: memory.counters.today,
      requestsToday: memory.counters.requestsToday,
    },
    responses: {
      claim(responseId, owner, upstreamId) {
        const claim = { responseId, owner, upstreamId, createdAt: clock.now() };
        memory.ledger.claim(claim);
        writer.add({ claim });
      },
      find: memory.ledger.find,
    },
    lost: writer.lost,
    flush: writer.flush,
    close: writer.close,
  };
}

function loadMemory({ db, usage, clock }: UsageRecorderOptions) {
  const now = clock.now();
  const ledger = createResponseLedger(createResponseOwnerTable(db).list());
  ledger.prune(now - responseKeptMs);
  let prunedAt = now;
  return {
    ledger,
    counters: createUsageCounters({ clock, restore: usage.today }),
    prune(at: number): void {
      if (at - prunedAt < pruneEveryMs) return;
      prunedAt = at;
      ledger.prune(at - responseKeptMs);
    },
  };
}

// A scanner must not fill the memory either: what waits to be written is one count a minute and code, not one a request.
function createStrangerCounts() {
  const waiting = new Map<string, CountedStranger>();
  let currentMinute = 0;
  return {
    /** Counts one; returns the count when it is new and so has yet to be queued. */
    count(minute: number, code: string): CountedStranger | undefined {
      if (minute !== currentMinute) waiting.clear();
      currentMinute = minute;
      const counted = waiting.get(code);
      if (counted !== undefined) {
        counted.count += 1;
        return undefined;
      }
      const fresh = { minute, code, count: 1 };
      waiting.set(code, fresh);
      return fresh;
    },
    /** Whoever comes now begins a new count. */
    seal(counts: readonly CountedStranger[]): void {
      for (const counted of counts) if (waiting.get(counted.code) === counted) waiting.delete(counted.code);
    },
  };
}
