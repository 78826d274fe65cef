// Looks at what is exposed whenever something changed that could make it worse, and now and then. What became worse is
// noted in the history, once; what there is to say now is remembered, for the pages and the notices.

import type { Exposure } from '../../shared/network-model.ts';
import type { Log } from '../lib/log.ts';
import type { History } from './history.ts';

export type ExposureWatch = {
  /** What is not good, as of the last look. */
  readonly now: () => Exposure[];
  /** Everything, looked at now. */
  readonly look: () => Promise<Exposure[]>;
  /** To be called when something changed; looks a moment later. */
  readonly changed: () => void;
  readonly start: () => void;
  readonly close: () => void;
};

export type ExposureWatchPorts = {
  readonly examine: () => Promise<Exposure[]>;
  readonly history: Pick<History, 'record' | 'recordOnce'>;
  /** Told when `now` answers otherwise than before. */
  readonly onChange: () => void;
  readonly log: Log;
  /** How long changes gather, in milliseconds. */
  readonly settleMs?: number;
  readonly everyMs?: number;
};

const subject = { kind: 'profile', id: 'exposure', name: 'exposure check' } as const;
const severity: Readonly<Record<Exposure['result'], number>> = { good: 0, warning: 1, bad: 2 };

export function createExposureWatch(ports: ExposureWatchPorts): ExposureWatch {
  const { history, log, settleMs = 500, everyMs = 300_000 } = ports;
  let last: readonly Exposure[] | undefined;
  let running: Promise<Exposure[]> | undefined;
  let settling: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function note(found: readonly Exposure[]): void {
    const before = new Map(last?.map((one) => [one.id, one]));
    for (const { id, says, result } of found) {
      const wasFine = severity[result] <= severity[before.get(id)?.result ?? 'good'];
      if (wasFine) continue;
      // What an earlier run noted is no news.
      if (last === undefined) history.recordOnce({ action: 'exposed', subject, detail: says });
      else history.record({ action: 'exposed', subject, detail: says });
    }
    const left = new Set(found.filter(({ result }) => result !== 'good').map(({ id }) => id));
    for (const one of last ?? [])
      if (one.result !== 'good' && !left.has(one.id)) history.record({ action: 'closed', subject, detail: one.says });
  }

  async function lookOnce(): Promise<Exposure[]> {
    const found = await ports.examine();
    if (closed || timer === undefined) return found;
    note(found);
    const isNew = JSON.stringify(worth(found)) !== JSON.stringify(worth(last ?? []));
    last = found;
    if (isNew) ports.onChange();
    return found;
  }

  function look(): Promise<Exposure[]> {
    running ??= lookOnce().finally(() => {
      running = undefined;
    });
    return running;
  }

  function lookQuietly(): void {
    settling = undefined;
    // One that is under way may have begun before the change.
    const before = running ?? Promise.resolve();
    before
      .catch(() => {})
      .then(look)
      .catch((error: unknown) => log.warn('what is exposed could not be looked at', { error }));
  }

  return {
    now: () => worth(last ?? []),
    look,
    changed() {
      if (timer !== undefined) settling ??= setTimeout(lookQuietly, settleMs).unref();
    },
    start() {
      timer ??= setInterval(lookQuietly, everyMs).unref();
      lookQuietly();
    },
    close() {
      closed = true;
      clearTimeout(settling);
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function worth(found: readonly Exposure[]): Exposure[] {
  return found.filter(({ result }) => result !== 'good');
}
