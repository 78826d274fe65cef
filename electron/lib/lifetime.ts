// What was opened is closed in reverse order, each part within a deadline, and one part's failure does not keep the
// others open.

import type { Log } from './log.ts';

export type Lifetime = {
  /** Registers how to close something; called when the lifetime ends, last registered first. */
  readonly own: (name: string, close: () => void | Promise<void>) => void;
  /** Closes everything once; later calls wait for the same end. */
  readonly close: () => Promise<void>;
};

/** @param partDeadlineMs how long one part may take to close before the next one is closed anyway */
export function createLifetime(options: { readonly log: Log; readonly partDeadlineMs: number }): Lifetime {
  const parts: { readonly name: string; readonly close: () => void | Promise<void> }[] = [];
  let closing: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      const { name, close } = part;
      try {
        await withDeadline(Promise.resolve().then(close), options.partDeadlineMs);
      } catch (error) {
        options.log.error('a part did not close cleanly', { part: name, error });
      }
    }
  }

  return {
    own(name, close) {
      parts.push({ name, close });
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

/** Settles like `work`, or rejects after `deadlineMs`; the timer never keeps the process alive. */
export async function withDeadline<T>(
  work: Promise<T>,
  deadlineMs: number,
  lateMessage = () => `took longer than ${deadlineMs} ms`,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(lateMessage())), deadlineMs);
    timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
