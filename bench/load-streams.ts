// The job of the load generator that holds many event streams open: checksums every byte, and reads from each event how
// long it was on its way.

import { crc32 } from 'node:zlib';
import { openConnection } from './client-connection.ts';
import type { StreamSum, StreamsJob, StreamsNote, StreamsResult } from './messages.ts';
import { quantile } from './statistics.ts';
import { chatRequest, eventBytes, sentAtUs, sharedNowUs } from './stream-script.ts';

/** Counts and times the events of all streams together. */
function createEventLog(job: StreamsJob, note: (note: StreamsNote) => void) {
  const delaysUs: number[] = [];
  let events = 0;
  let waitingForFirst = job.streams;
  let ending = false;

  function began(): void {
    waitingForFirst -= 1;
    if (waitingForFirst === 0) note({ at: 'flowing', events });
  }

  return {
    event(nth: number, sentUs: number, nowUs: number): void {
      events += 1;
      delaysUs.push(nowUs - sentUs);
      if (nth === 1) began();
      if (nth < job.eventsEach || ending) return;
      ending = true;
      note({ at: 'ending', events });
    },
    /** A stream that will have no events. */
    gone: began,
    delaysUs,
  };
}

type EventLog = ReturnType<typeof createEventLog>;

/** Takes a body apart into events however it is cut, and sums it up. */
function createEventReader(eventsEach: number, log: EventLog) {
  const partial = Buffer.allocUnsafe(eventBytes);
  let bytes = 0;
  let crc = 0;
  let held = 0;
  let nth = 0;

  function take(source: Buffer, from: number, to: number): void {
    const nowUs = sharedNowUs();
    for (let at = from; at < to && nth < eventsEach; ) {
      const size = Math.min(eventBytes - held, to - at);
      const whole = size === eventBytes;
      if (!whole) source.copy(partial, held, at, at + size);
      held += size;
      if (held === eventBytes) {
        nth += 1;
        log.event(nth, whole ? sentAtUs(source, at) : sentAtUs(partial, 0), nowUs);
        held = 0;
      }
      at += size;
    }
  }

  return {
    body(source: Buffer, from: number, to: number): void {
      crc = crc32(source.subarray(from, to), crc);
      bytes += to - from;
      take(source, from, to);
    },
    hasBegun: () => nth > 0,
    sum: () => ({ bytes, crc }),
  };
}

type StreamEnd = { readonly sum: StreamSum; readonly failure: string | undefined };

function runOne(job: StreamsJob, id: string, log: EventLog, late: AbortSignal): Promise<StreamEnd> {
  return new Promise((resolve) => {
    const reader = createEventReader(job.eventsEach, log);
    let settled = false;
    function settle(failure: string | undefined): void {
      if (settled) return;
      settled = true;
      if (!reader.hasBegun()) log.gone();
      connection.close();
      resolve({ sum: { id, ...reader.sum() }, failure });
    }
    const connection = openConnection(job.target.port, {
      onHead: (status) => (status === 200 ? undefined : settle(`status ${status}`)),
      onBody: (bytes, from, to) => reader.body(bytes, from, to),
      onEnd: () => settle(undefined),
      onLost: settle,
    });
    late.addEventListener('abort', () => settle('it did not end in time'));
    const { port, key } = job.target;
    connection.send(chatRequest(port, key, { user: id, max_tokens: job.eventsEach }));
  });
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function runStreams(job: StreamsJob, note: (note: StreamsNote) => void): Promise<StreamsResult> {
  const log = createEventLog(job, note);
  const late = AbortSignal.timeout(job.timeoutMs);
  const running: Promise<StreamEnd>[] = [];
  for (let n = 0; n < job.streams; n++) {
    running.push(runOne(job, `${job.name}-${n}`, log, late));
    // About one a millisecond: an accept queue that overflows would cost a connection a whole second.
    if (n % 10 === 9) await pause(10);
  }
  const ends = await Promise.all(running);
  const failures = ends.flatMap(({ failure }) => failure ?? []);
  return {
    sums: ends.map(({ sum }) => sum),
    failed: failures.length,
    firstFailure: failures[0] ?? null,
    delayP50Us: quantile(log.delaysUs, 0.5),
    delayP99Us: quantile(log.delaysUs, 0.99),
  };
}
