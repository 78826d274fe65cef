// Reads what an answer used from a copy of its bytes as they pass: token numbers, the id it is kept under, the time of the
// first token. Picks the reader by content type. Must never delay or change a byte, and never throws: what it cannot read
// is `unknown`.

import type { UnmeteredReason } from '../../../shared/metering-model.ts';
import type { TokenSource } from '../../../shared/token-source.ts';
import type { Dialect } from '../../../shared/upstream-kinds.ts';
import { type BodyReader, readEvents, readLines, readNothing, readWhole } from './body-readers.ts';
import { readCompressed } from './compressed-body.ts';
import { createMessageReading, type MessageReading } from './message-reading.ts';
import { type TokenSpeeds, type TokenTotals, unknownTotals } from './token-counts.ts';
import { readWholeOrLines } from './whole-or-lines.ts';

export type Tallied = TokenSpeeds & {
  /** The whole input, cached tokens included. */
  readonly tokensIn: number | null;
  /** Everything generated, reasoning included. */
  readonly tokensOut: number | null;
  readonly tokensCached: number | null;
  readonly tokensReasoning: number | null;
  /** `none` for operations that use no tokens, `unknown` when none were found and nothing can be estimated. */
  readonly source: TokenSource;
  /** The id under which the upstream keeps the answer. */
  readonly responseId: string | null;
  /** Epoch milliseconds: first event with generated content, or first byte of what is not streamed. */
  readonly firstTokenAt: number | null;
  /** Epoch milliseconds: last event of a stream with generated content. */
  readonly lastTokenAt: number | null;
  readonly streamed: boolean;
  /** Why the numbers are not the model server's own; null where they are, or where there are none to be had. */
  readonly unmetered: UnmeteredReason | null;
};

export type Tally = {
  /** Takes a chunk of the answer's body; it is not kept. */
  readonly chunk: (bytes: Buffer, atMs: number) => void;
  /** Says that the body is complete, or that no more of it will come. */
  readonly end: () => void;
  /**
   * What is known so far.
   * @param whole false when the answer broke off, or its client left; true when left out
   */
  readonly read: (whole?: boolean) => Tallied;
  /** What the answer itself has said so far, without anything counted or estimated. */
  readonly reported: () => TokenTotals;
  /** Whether the bytes so far end behind a whole event or line (true before any), so that an error frame may follow. */
  readonly atEventBoundary: () => boolean;
};

export type TallyOptions = {
  readonly dialect: Dialect;
  /** Of the route table. */
  readonly operation: string;
  /** False for operations that use no tokens, such as listings: nothing is read but where events end. */
  readonly metered: boolean;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** Text that the model was given to read; undefined where nothing is to be estimated. */
  readonly promptBytes?: number | undefined;
  /** Called at most once, as soon as the id has come. */
  readonly onResponseId?: (id: string) => void;
};

const lineTypes: ReadonlySet<string> = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl']);

export function openTally(options: TallyOptions): Tally {
  const reading = options.metered ? createMessageReading(options) : undefined;
  const reader = pickReader(options, reading);
  let ended = false;
  let broken = false;

  function guarded(read: () => void): void {
    if (broken || ended) return;
    try {
      read();
    } catch {
      // A fault of ours costs a number in the ledger, never the answer that is passing.
      broken = true;
    }
  }

  return {
    chunk(bytes, atMs) {
      guarded(() => {
        reading?.at(atMs);
        reader.chunk(bytes);
      });
    },
    end() {
      guarded(() => reader.end());
      ended = true;
    },
    read(whole = true) {
      const totals = totalsOf(reading, broken, whole);
      return {
        ...totals,
        ...(reading?.speeds() ?? noSpeeds),
        responseId: reading?.responseId() ?? null,
        firstTokenAt: reading?.firstTokenAt() ?? null,
        lastTokenAt: reading?.lastTokenAt() ?? null,
        streamed: reader.streamed(),
        unmetered: ownNumbers.has(totals.source) ? null : whyUnmetered(reading, broken, whole),
      };
    },
    reported: () => reading?.reported() ?? unknownTotals,
    atEventBoundary: () => !broken && reader.atBoundary(),
  };
}

const noSpeeds: TokenSpeeds = { prefillPerSecond: null, outputPerSecond: null };
const ownNumbers: ReadonlySet<TokenSource> = new Set(['reported', 'timings', 'none']);

function whyUnmetered(reading: MessageReading | undefined, broken: boolean, whole: boolean): UnmeteredReason {
  const missed = reading?.missedFor() ?? (broken ? 'unreadable' : undefined);
  // What ends in the middle of an event cannot be read, and that is not why.
  if (missed !== undefined && (whole || missed !== 'unreadable')) return missed;
  if (whole) return 'no_numbers';
  return reading?.firstTokenAt() == null ? 'cut_before_token' : 'cut_short';
}

function totalsOf(reading: MessageReading | undefined, broken: boolean, whole: boolean): TokenTotals {
  if (reading === undefined) return { ...unknownTotals, source: 'none' };
  return broken ? unknownTotals : reading.totals(whole);
}

function pickReader(options: TallyOptions, reading: MessageReading | undefined): BodyReader {
  const mediaType = options.contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const encoding = options.contentEncoding?.trim().toLowerCase() ?? '';
  const plain = pickPlainReader(options, mediaType, reading);
  if (encoding === '' || encoding === 'identity') return plain;
  const compressed = reading ? readCompressed(encoding, plain, reading) : undefined;
  if (compressed === undefined) reading?.missed('compressed');
  return compressed ?? readNothing(plain.streamed());
}

function pickPlainReader(
  { dialect }: TallyOptions,
  mediaType: string,
  reading: MessageReading | undefined,
): BodyReader {
  const isEvents = mediaType === 'text/event-stream';
  const isLines = lineTypes.has(mediaType);
  if (isEvents) return readEvents(reading);
  if (isLines) return readLines(reading);
  if (mediaType !== 'application/json' || reading === undefined) return readNothing(false);
  return dialect === 'ollama' ? readWholeOrLines(reading) : readWhole(reading);
}
