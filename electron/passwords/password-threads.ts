// Hashing away from where requests run: two threads at most, one password each at a time, a short line behind them. Threads
// begin when there is something to do and end when there was nothing for a while, with the memory that they took.

import type { Worker } from 'node:worker_threads';
import { KeyhatchError } from '../../shared/errors.ts';
import { threadProgram } from '../lib/thread-program.ts';
import { hashPassword, isPassword, nobodysHash } from './password-hash.ts';

/** Hashes, or with a hash compares. */
export type PasswordJob = { readonly password: string; readonly hash: string | undefined };
export type PasswordAnswer = { readonly result: string | boolean } | { readonly failed: true };

export type PasswordHasher = {
  /** @throws KeyhatchError `sign_in_blocked` while too many wait */
  readonly hash: (password: string) => Promise<string>;
  /** With no hash it takes the same work and is never right. @throws KeyhatchError `sign_in_blocked` */
  readonly isRight: (password: string, hash: string | null) => Promise<boolean>;
  readonly close: () => Promise<void>;
};

type Waiting = {
  readonly job: PasswordJob;
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: unknown) => void;
};
type Thread = { readonly worker: Worker; current: Waiting | undefined; idle: NodeJS.Timeout | undefined };

const threadsMax = 2;
const waitingMax = 16;
/** Of those, at most so many new passwords: who signs in has a place in the line behind them. */
const newWaitingMax = 8;
const idleMs = 30_000;
/** How soon there is room again, said to those who came when there was none. */
const busySeconds = 2;

/** @param program the worker's source, or the script that the build made of it; without one it is done in the process */
export function createPasswordHasher(program: string | undefined): PasswordHasher {
  if (program === undefined) {
    return hasherWith({
      run: ({ password, hash }) => (hash === undefined ? hashPassword(password) : isPassword(password, hash)),
      close: async () => {},
    });
  }
  return hasherWith(createThreads(program));
}

type Runner = {
  readonly run: (job: PasswordJob) => Promise<string | boolean>;
  readonly close: () => Promise<void>;
};

function hasherWith({ run, close }: Runner): PasswordHasher {
  return {
    hash: async (password) => String(await run({ password, hash: undefined })),
    async isRight(password, hash) {
      const same = (await run({ password, hash: hash ?? nobodysHash })) === true;
      return same && hash !== null;
    },
    close,
  };
}

function createThreads(program: string): Runner {
  const begin = threadProgram(program);
  const waiting: Waiting[] = [];
  let threads: readonly Thread[] = [];
  let closed = false;

  function open(): Thread {
    const worker = begin({ env: {}, name: 'passwords' });
    const thread: Thread = { worker, current: undefined, idle: undefined };
    worker.on('message', (answer: PasswordAnswer) => take(thread, answer));
    // It ends with that; whoever waited for it is told there.
    worker.on('error', () => {});
    worker.on('exit', () => gone(thread));
    worker.unref();
    threads = [...threads, thread];
    return thread;
  }

  function give(thread: Thread, next: Waiting): void {
    clearTimeout(thread.idle);
    thread.current = next;
    thread.worker.ref();
    thread.worker.postMessage(next.job);
  }

  function take(thread: Thread, answer: PasswordAnswer): void {
    const done = thread.current;
    thread.current = undefined;
    if ('failed' in answer) done?.reject(new Error('a password could not be hashed'));
    else done?.resolve(answer.result);
    const next = waiting.shift();
    if (next) {
      give(thread, next);
      return;
    }
    thread.worker.unref();
    thread.idle = setTimeout(() => void thread.worker.terminate(), idleMs).unref();
  }

  function gone(thread: Thread): void {
    threads = threads.filter((other) => other !== thread);
    clearTimeout(thread.idle);
    thread.current?.reject(new Error('the thread that hashes passwords ended'));
    const next = waiting.shift();
    if (next && !closed) give(open(), next);
  }

  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        const next = { job, resolve, reject };
        const free = threads.find(({ current }) => current === undefined);
        if (closed || waiting.length >= (job.hash === undefined ? newWaitingMax : waitingMax)) {
          reject(new KeyhatchError('sign_in_blocked', { details: { seconds: busySeconds } }));
        } else if (free) give(free, next);
        else if (threads.length < threadsMax) give(open(), next);
        else waiting.push(next);
      }),
    async close() {
      closed = true;
      for (const { reject } of waiting.splice(0)) {
        reject(new KeyhatchError('sign_in_blocked', { details: { seconds: busySeconds } }));
      }
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}
