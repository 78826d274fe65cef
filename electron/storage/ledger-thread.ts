// Carries calls of the ledger to a thread of its own, so that no disk is waited for where requests run. Begins the thread
// with the first call, and anew after it ended by itself, each time a little later; what was asked then fails, and
// whoever asked may ask again.

import type { Worker } from 'node:worker_threads';
import { KeyhatchError } from '../../shared/errors.ts';
import { withDeadline } from '../lib/lifetime.ts';
import type { Log } from '../lib/log.ts';
import { threadProgram } from '../lib/thread-program.ts';
import { type Answer, type Carrier, fromCarried, type Question } from './ledger-carrier.ts';

export type LedgerThreadData = { readonly file: string; readonly part: 'reads' | 'writes' };

/** Sent instead of a question: finish and go. */
export const endOfThread = 'end';
const endDeadlineMs = 5_000;
const restAtMostMs = 5_000;

type Waiting = { readonly resolve: (output: unknown) => void; readonly reject: (error: unknown) => void };

/**
 * @param worker the program of the thread: its source, or the one script that the build made of it
 * @param data which database, and which of the calls
 */
export function carryToThread<Calls extends { readonly [Name in keyof Calls]: (input: never) => unknown }>(options: {
  readonly worker: string;
  readonly data: LedgerThreadData;
  readonly log: Log;
}): Carrier<Calls> {
  const { data, log } = options;
  const begin = threadProgram(options.worker);
  const waiting = new Map<number, Waiting>();
  let thread: Worker | undefined;
  let lastId = 0;
  let failures = 0;
  let notBefore = Number.NEGATIVE_INFINITY;
  let closed = false;

  function running(): Worker {
    if (thread) return thread;
    if (closed || performance.now() < notBefore) throw unavailable();
    const fresh = begin({ workerData: data, env: {}, name: `ledger ${data.part}` });
    fresh.on('message', take);
    fresh.on('error', (error) => log.error('a thread of the ledger failed', { part: data.part, error }));
    fresh.on('exit', (exitCode) => ended(fresh, exitCode));
    fresh.unref();
    thread = fresh;
    return fresh;
  }

  function take(answer: Answer): void {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    failures = 0;
    // Whoever closes waits for the end of the thread itself.
    if (waiting.size === 0 && !closed) thread?.unref();
    if ('error' in answer) one?.reject(fromCarried(answer.error));
    else one?.resolve(answer.output);
  }

  function ended(which: Worker, exitCode: number): void {
    if (thread === which) thread = undefined;
    if (!closed) {
      // The first time at once, then later and later: what ends it may be there for hours.
      const restMs = failures === 0 ? 0 : Math.min(250 * 2 ** failures, restAtMostMs);
      failures += 1;
      notBefore = performance.now() + restMs;
      log.error('a thread of the ledger ended; it is begun anew', { part: data.part, exitCode, restMs });
    }
    failAll();
  }

  function failAll(): void {
    const all = [...waiting.values()];
    waiting.clear();
    for (const { reject } of all) reject(unavailable());
  }

  return {
    call: (name, input) =>
      new Promise((resolve, reject) => {
        const worker = running();
        lastId += 1;
        worker.postMessage({ id: lastId, name, input } satisfies Question);
        waiting.set(lastId, { resolve: resolve as Waiting['resolve'], reject });
        // Whoever waits for an answer keeps the process alive, and nobody else.
        worker.ref();
      }),
    async close() {
      closed = true;
      const worker = thread;
      if (worker === undefined) return;
      const exit = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.ref();
      // Comes after all that was asked, and so is read after it was answered.
      worker.postMessage(endOfThread);
      await withDeadline(exit, endDeadlineMs).catch(() => worker.terminate());
    },
  };
}

const unavailable = () => new KeyhatchError('ledger_unavailable');
