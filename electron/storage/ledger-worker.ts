// What runs in a thread of the ledger: a connection of its own to keyhatch.db, and the answers to the calls that are sent.
// An entry of its own in the build; starts when it is loaded, which nothing else does.

import { parentPort, workerData } from 'node:worker_threads';
import { createCheckpointing } from './checkpointing.ts';
import { joinDatabase } from './database.ts';
import { createLedgerReads, createLedgerWrites } from './ledger-calls.ts';
import { answerTo, type Question } from './ledger-carrier.ts';
import { endOfThread, type LedgerThreadData } from './ledger-thread.ts';

function run(port: NonNullable<typeof parentPort>, { file, part }: LedgerThreadData): void {
  const db = joinDatabase(file, part === 'reads' ? 'to read' : 'to write');
  const calls = part === 'reads' ? createLedgerReads(db) : createLedgerWrites(db);
  const written = part === 'writes' ? createCheckpointing(db) : undefined;
  port.on('message', (message: Question | typeof endOfThread) => {
    if (message === endOfThread) {
      db.close();
      return port.close();
    }
    port.postMessage(answerTo(calls, message));
    written?.(rowsOf(message.input));
  });
}

function rowsOf(input: unknown): number {
  return typeof input === 'object' && input !== null && 'requests' in input && Array.isArray(input.requests)
    ? input.requests.length
    : 0;
}

if (parentPort) run(parentPort, workerData as LedgerThreadData);
