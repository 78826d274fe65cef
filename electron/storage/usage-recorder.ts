// What the gateway tells while traffic runs, answered from memory and written in one transaction a second: requests,
// strangers, admissions, owners of responses, and when keys were last used. Never throws at the traffic.

import type { DatabaseSync } from 'node:sqlite';
import type { RequestRow } from '../../shared/usage-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Admission, createAdmissionTable } from './admission-table.ts';
import { createBatchWriter } from './batch-writer.ts';
import type { KeyTable, KeyUse } from './key-table.ts';
import { admissionWindowMs, createRecentAdmissions } from './recent-admissions.ts';
import { createResponseLedger, responseKeptMs, responsesKept } from './response-ledger.ts';
import { createResponseOwnerTable, type ResponseClaim } from './response-owner-table.ts';
import { isUnwritableRow } from './storage-errors.ts';
import { inTransaction } from './transaction.ts';
import { createUsageCounters, type UsageCounters } from './usage-counters.ts';
import type { UsageTable } from './usage-table.ts';

const minuteMs = 60_000;

export type UsageRecorder = {
  readonly usage: {
    readonly record: (row: RequestRow) => void;
    readonly stranger: (code: string) => void;
    readonly today: UsageCounters['today'];
  };
  readonly admissions: {
    readonly recent: () => Iterable<Admission>;
    readonly record: (keyId: string, at: number) => void;
  };
  readonly responses: {
    readonly claim: (responseId: string, owner: string, upstreamId: string) => void;
    readonly find: (responseId: string) => { readonly owner: string; readonly upstreamId: string } | undefined;
  };
  /** Writes what waits, now: before a report and in tests. Never throws. */
  readonly flush: () => void;
  /** Flushes for the last time. The database must still be open. */
  readonly close: () => void;
};

export type UsageRecorderOptions = {
  readonly db: DatabaseSync;
  readonly keys: KeyTable;
  readonly usage: UsageTable;
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
  readonly admission?: Admission;
  readonly claim?: ResponseClaim;
  readonly stranger?: CountedStranger;
};

/** Loads what an earlier process left and begins to record. Close it before the database. */
export function createUsageRecorder(options: UsageRecorderOptions): UsageRecorder {
  const { clock, log, onWritten } = options;
  const stores = openStores(options);
  const strangers = createStrangerCounts();
  const writer = createBatchWriter<Item>({
    write,
    isUnwritable: isUnwritableRow,
    clock,
    log,
    ...(options.everyMs === undefined ? {} : { everyMs: options.everyMs }),
  });

  function write(batch: readonly Item[]): void {
    const requests = batch.flatMap(({ request }) => request ?? []);
    const counted = batch.flatMap(({ stranger }) => stranger ?? []);
    inTransaction(options.db, () => {
      options.usage.insertRequests(requests);
      options.usage.insertStrangers(counted);
      options.keys.recordUse(lastUses(requests));
      stores.write(
        batch.flatMap(({ admission }) => admission ?? []),
        batch.flatMap(({ claim }) => claim ?? []),
      );
    });
    strangers.written(counted);
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
        stores.counters.count(row);
        writer.add({ request: row });
      },
      stranger(code) {
        const fresh = strangers.count(Math.floor(clock.now() / minuteMs) * minuteMs, code);
        if (fresh !== undefined) writer.add({ stranger: fresh });
      },
      today: stores.counters.today,
    },
    admissions: {
      recent: stores.recent.recent,
      record(keyId, at) {
        stores.recent.record({ keyId, at });
        writer.add({ admission: { keyId, at } });
      },
    },
    responses: {
      claim(responseId, owner, upstreamId) {
        const claim = { responseId, owner, upstreamId, createdAt: clock.now() };
        stores.ledger.claim(claim);
        writer.add({ claim });
      },
      find: stores.ledger.find,
    },
    flush: writer.flush,
    close: writer.close,
  };
}

function openStores({ db, usage, clock }: UsageRecorderOptions) {
  const admissions = createAdmissionTable(db);
  const owners = createResponseOwnerTable(db);
  const now = clock.now();
  let prunedOwnersAt = now;
  owners.prune(now - responseKeptMs, responsesKept);
  const ledger = createResponseLedger(owners.list());
  return {
    ledger,
    counters: createUsageCounters({ clock, restore: usage.todayByKey }),
    recent: createRecentAdmissions({ clock, loaded: admissions.between(now - admissionWindowMs, now) }),
    write(admitted: readonly Admission[], claims: readonly ResponseClaim[]): void {
      const at = clock.now();
      admissions.insert(admitted);
      admissions.prune(at - admissionWindowMs);
      owners.insert(claims);
      if (at - prunedOwnersAt < 3_600_000) return;
      owners.prune(at - responseKeptMs, responsesKept);
      ledger.prune(at - responseKeptMs);
      prunedOwnersAt = at;
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
    written(counts: readonly CountedStranger[]): void {
      for (const counted of counts) if (waiting.get(counted.code) === counted) waiting.delete(counted.code);
    },
  };
}

// The newest use of each key. A refused request counts: its owner wants to know that somebody still tries the key.
function lastUses(rows: readonly RequestRow[]): KeyUse[] {
  const uses = new Map<string, KeyUse>();
  for (const { keyId, receivedAt, clientAddress, userAgent } of rows) {
    if (keyId === null || (uses.get(keyId)?.at ?? 0) > receivedAt) continue;
    uses.set(keyId, { id: keyId, at: Math.round(receivedAt), address: clientAddress, userAgent });
  }
  return [...uses.values()];
}
